# SPDX-License-Identifier: MIT
"""TarsierUpsampleBilinear: twice the size, in integers 16 times the values. Input: frame.

The scale of the tensor falls to a sixteenth, so that nothing is rounded.
"""

import numpy as np

from tarsier_fpga.flow.ops.grid import Grid
from tarsier_fpga.flow.ops.resample import ResampleOp
from tarsier_fpga.hls.golden.upsample_bilinear import upsample_bilinear as golden
from tarsier_fpga.hls.kernels.upsample_bilinear import upsample_bilinear
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierUpsampleBilinear"]


class TarsierUpsampleBilinear(ResampleOp):
    """Kernel upsample_bilinear: PyTorch's align_corners=False."""

    GROWTH = 4

    def frame_out(self) -> tuple[int, int]:
        height, width = self.frame_in()
        return 2 * height, 2 * width

    def grid(self, x: Grid, axis: int) -> Grid:
        return x.between()

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0])]

    def make(self, constants: list[np.ndarray]) -> Instance:
        x, (height, width) = self.get_input_datatype(), self.frame_in()
        channels = self.channels_in()
        return upsample_bilinear(channels, x.bitwidth(), x.signed(), width, height)


OP = TarsierUpsampleBilinear
