# SPDX-License-Identifier: MIT
"""TarsierSpatialShift: y(row, column) = x(row + dy, column + dx), per channel.

Inputs: frame, shifts (channels, 2) of dy and dx, fill (channels,), which stands outside the frame.
A beat is a whole pixel, whatever PE says.
"""

import numpy as np
from qonnx.core.datatype import BaseDataType

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.golden.spatial_shift import spatial_shift as golden
from tarsier_fpga.hls.kernels.spatial_shift import spatial_shift
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierSpatialShift"]


class TarsierSpatialShift(TarsierOp):
    """Kernel spatial_shift: memory only for the pixels between the displacements."""

    POINTWISE = False

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        return self.get_input_datatype()

    def lanes_out(self, ind: int = 0) -> int:
        return self.channels_out()

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], *constants)]

    def make(self, constants: list[np.ndarray]) -> Instance:
        height, width = self.frame_in()
        bits = self.get_input_datatype().bitwidth()
        shifts, fill = constants
        return spatial_shift(shifts, fill, bits, width, height)


OP = TarsierSpatialShift
