# SPDX-License-Identifier: MIT
"""TarsierSpatialShift: y(row, column) = x(row + dy, column + dx), per channel.

Inputs: frame, fill (channels,), which stands outside the frame. A beat is a
whole pixel, whatever PE says.
"""

import numpy as np
from qonnx.core.datatype import BaseDataType

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.grid import Grid
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.spatial_shift import spatial_shift as golden
from tarsier_fpga.hls.kernels.spatial_shift import spatial_shift
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierSpatialShift"]


class TarsierSpatialShift(TarsierOp):
    """Kernel spatial_shift: memory only for the pixels between the displacements."""

    POINTWISE = False

    def get_nodeattr_types(self) -> dict[str, tuple]:
        # dy and dx of channel 0, of channel 1, ...
        return super().get_nodeattr_types() | {"shifts": ("ints", True, [])}

    def shifts(self) -> np.ndarray:
        """(channels, 2) integers dy, dx."""
        told = np.array(self.get_nodeattr("shifts"), np.int64)
        if told.size != 2 * self.channels_in():
            raise FlowError(
                f"{self.onnx_node.name}: shifts has {told.size} numbers; it must have dy and dx for"
                f" each of {self.channels_in()} channels"
            )
        return told.reshape(-1, 2)

    def grid(self, x: Grid, axis: int) -> Grid:
        ends = self.shifts()[:, axis]
        before = max(0, -int(ends.min()))
        return x.windows(before + max(0, int(ends.max())), before)

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        return self.get_input_datatype()

    def lanes_out(self, ind: int = 0) -> int:
        return self.channels_out()

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], self.shifts(), *constants)]

    def make(self, constants: list[np.ndarray]) -> Instance:
        height, width = self.frame_in()
        bits = self.get_input_datatype().bitwidth()
        return spatial_shift(self.shifts(), constants[0], bits, width, height)


OP = TarsierSpatialShift
