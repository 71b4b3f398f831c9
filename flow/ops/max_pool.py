# SPDX-License-Identifier: MIT
"""TarsierMaxPool: the greatest of every square of 2x2 pixels. Input: frame."""

import numpy as np

from tarsier_fpga.flow.ops.grid import Grid
from tarsier_fpga.flow.ops.resample import ResampleOp
from tarsier_fpga.hls.golden.max_pool import max_pool as golden
from tarsier_fpga.hls.kernels.max_pool import max_pool
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierMaxPool"]


class TarsierMaxPool(ResampleOp):
    """Kernel max_pool: an odd last row or column is dropped."""

    def frame_out(self) -> tuple[int, int]:
        height, width = self.frame_in()
        return height // 2, width // 2

    def grid(self, x: Grid, axis: int) -> Grid:
        return x.coarser(2)

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0])]

    def make(self, constants: list[np.ndarray]) -> Instance:
        x, (height, width) = self.get_input_datatype(), self.frame_in()
        return max_pool(self.channels_in(), x.bitwidth(), x.signed(), width, height)


OP = TarsierMaxPool
