# SPDX-License-Identifier: MIT
"""TarsierPixelUnshuffle: factor x factor pixels as one pixel. Input: frame.

PE channels of it leave per beat: whole rows of a square or whole squares, 0 for all at once.
"""

import numpy as np

from tarsier_fpga.flow.ops.grid import Grid
from tarsier_fpga.flow.ops.resample import FactorOp
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.pixel_unshuffle import pixel_unshuffle as golden
from tarsier_fpga.hls.kernels.pixel_unshuffle import pixel_unshuffle
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierPixelUnshuffle"]


class TarsierPixelUnshuffle(FactorOp):
    """Kernel pixel_unshuffle: PyTorch's order of channels."""

    def frame_out(self) -> tuple[int, int]:
        height, width = self.frame_in()
        if height % self.factor or width % self.factor:
            raise FlowError(
                f"{self.onnx_node.name}: height {height} and width {width}"
                f" must be multiples of factor={self.factor}"
            )
        return height // self.factor, width // self.factor

    def grid(self, x: Grid, axis: int) -> Grid:
        return x.coarser(self.factor)

    def channels_out(self, ind: int = 0) -> int:
        return self.channels_in() * self.factor**2

    def lanes_out(self, ind: int = 0) -> int:
        return self.get_nodeattr("PE") or self.channels_out()

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], self.factor)]

    def make(self, constants: list[np.ndarray]) -> Instance:
        bits, (_, width) = self.get_input_datatype().bitwidth(), self.frame_in()
        lanes = self.lanes_out()
        return pixel_unshuffle(self.channels_in(), bits, width, self.factor, lanes)


OP = TarsierPixelUnshuffle
