# SPDX-License-Identifier: MIT
"""TarsierAvgPool: squares of 2x2 pixels, in integers 4 times their average. Input: frame.

The scale of the tensor falls to a quarter, so that nothing is rounded.
"""

import numpy as np

from tarsier_fpga.flow.ops.grid import Grid
from tarsier_fpga.flow.ops.resample import ResampleOp
from tarsier_fpga.hls.golden.avg_pool import avg_pool as golden
from tarsier_fpga.hls.kernels.avg_pool import avg_pool
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierAvgPool"]


class TarsierAvgPool(ResampleOp):
    """Kernel avg_pool: an odd last row or column is dropped."""

    GROWTH = 2

    def frame_out(self) -> tuple[int, int]:
        height, width = self.frame_in()
        return height // 2, width // 2

    def grid(self, x: Grid, axis: int) -> Grid:
        return x.coarser(2)

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0])]

    def make(self, constants: list[np.ndarray]) -> Instance:
        x, (height, width) = self.get_input_datatype(), self.frame_in()
        return avg_pool(self.channels_in(), x.bitwidth(), x.signed(), width, height)


OP = TarsierAvgPool
