# SPDX-License-Identifier: MIT
"""TarsierPad: a frame with a border.

Inputs: frame, and outside (channels,), the pixel of the border; without it the border repeats the
frame's nearest pixels.
"""

from math import prod

import numpy as np
from qonnx.core.datatype import BaseDataType

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.grid import Grid
from tarsier_fpga.hls.golden.pad import pad as golden
from tarsier_fpga.hls.kernels.pad import pad
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierPad"]


class TarsierPad(TarsierOp):
    """Kernel pad: the frame's raster in, a larger one out."""

    POINTWISE = False

    def get_nodeattr_types(self) -> dict[str, tuple]:
        # rows above and below the frame, columns to the left and to the right of it
        return super().get_nodeattr_types() | {"border": ("ints", True, [])}

    def frame_out(self) -> tuple[int, int]:
        height, width = self.frame_in()
        top, bottom, left, right = self.get_nodeattr("border")
        return top + height + bottom, left + width + right

    def grid(self, x: Grid, axis: int) -> Grid:
        return x.grown(self.get_nodeattr("border")[2 * axis])

    def lanes_out(self, ind: int = 0) -> int:
        return self.channels_out()

    def get_exp_cycles(self) -> int:
        return prod(self.frame_out())

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        return self.get_input_datatype()

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], *self.get_nodeattr("border"), *constants)]

    def make(self, constants: list[np.ndarray]) -> Instance:
        height, width = self.frame_in()
        bits = self.get_input_datatype().bitwidth()
        border = tuple(self.get_nodeattr("border"))
        return pad(self.channels_in(), bits, width, height, border, *constants)


OP = TarsierPad
