# SPDX-License-Identifier: MIT
"""TarsierAvgPool: squares of 2x2 pixels, in integers 4 times their average. Input: frame.

The scale of the tensor falls to a quarter, so that nothing is rounded.
"""

from tarsier_fpga.flow.ops.resample import ResampleOp
from tarsier_fpga.hls.golden.avg_pool import avg_pool as golden
from tarsier_fpga.hls.kernels.avg_pool import avg_pool

__all__ = ["OP", "TarsierAvgPool"]


class TarsierAvgPool(ResampleOp):
    """Kernel avg_pool: an odd last row or column is dropped."""

    GROWTH = 2

    def frame_out(self):
        height, width = self.frame_in()
        return height // 2, width // 2

    def compute(self, streams, constants):
        return [golden(streams[0])]

    def make(self, constants):
        x, (height, width) = self.get_input_datatype(), self.frame_in()
        return avg_pool(self.channels_in(), x.bitwidth(), x.signed(), width, height)


OP = TarsierAvgPool
