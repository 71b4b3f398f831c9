# SPDX-License-Identifier: MIT
"""What the ops share whose frames come out larger or smaller: whole pixels move in a beat."""

from math import prod

from qonnx.core.datatype import BaseDataType, DataType

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.grid import Grid

__all__ = ["FactorOp", "ResampleOp"]


class ResampleOp(TarsierOp):
    """A kernel that moves one beat per cycle on its busier side."""

    POINTWISE = False
    GROWTH = 0  # bits that a lane of the output has more than one of the input

    def channels_out(self, ind: int = 0) -> int:
        return self.channels_in()

    def lanes_in(self, ind: int = 0) -> int:
        return self.channels_in()

    def lanes_out(self, ind: int = 0) -> int:
        return self.channels_out()

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        x = self.get_input_datatype()
        if not self.GROWTH:
            return x
        return DataType[f"{'INT' if x.signed() else 'UINT'}{x.bitwidth() + self.GROWTH}"]

    def get_exp_cycles(self) -> int:
        sides = (self.get_folded_input_shape(), self.get_folded_output_shape())
        return max(prod(shape[:-1]) for shape in sides)


class FactorOp(ResampleOp):
    """A kernel that enlarges both sides by an attribute `factor`."""

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {"factor": ("i", True, 0)}

    def grid(self, x: Grid, axis: int) -> Grid:
        return x.finer(self.factor)

    @property
    def factor(self) -> int:
        return self.get_nodeattr("factor")

    def frame_out(self) -> tuple[int, int]:
        height, width = self.frame_in()
        return height * self.factor, width * self.factor
