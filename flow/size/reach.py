# SPDX-License-Identifier: MIT
"""How far a hardware graph sees around a pixel, and where its frames may be cut."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm

from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.grid import Grid

__all__ = ["Reach", "reach_of"]


@dataclass(frozen=True, slots=True)
class Reach:
    """Rows and columns of the first input that a pixel of any output depends on.

    A part of a frame comes out as it does in the whole if it begins at multiples of `align` and
    its sides are such, its outermost pixels aside.
    """

    above: int
    below: int
    left: int
    right: int
    align: int

    @property
    def radius(self) -> int:
        """The farthest of the four."""
        return max(self.above, self.below, self.left, self.right)


def reach_of(model: ModelWrapper) -> Reach:
    """The reach of `model`, a hardware graph; found along its nodes.

    Raises:
        FlowError: streams of two scales meet.
    """
    grids: dict[str, tuple[Grid, Grid]] = {}
    for tensor, port in zip(model.graph.input, net_of(model).read, strict=True):
        start = Grid(Fraction(*port.step), Fraction(0), Fraction(0))
        grids[tensor.name] = start, start
    for node in model.graph.node:
        op = getCustomOp(node)
        streams = [grids[name] for name in node.input if name in grids]
        made = op.grids(streams) if isinstance(op, TarsierOp) else streams[0]
        grids.update(dict.fromkeys(node.output, made))
    ends = [grids[tensor.name] for tensor in model.graph.output]
    ends = [pair for pair in ends if pair[0].step] or ends
    above, left = (max(0, ceil(max(pair[axis].before for pair in ends))) for axis in range(2))
    below, right = (max(0, ceil(max(pair[axis].after for pair in ends))) for axis in range(2))
    steps = [grid.step.numerator for pair in grids.values() for grid in pair if grid.step]
    return Reach(above, below, left, right, align=lcm(*steps))
