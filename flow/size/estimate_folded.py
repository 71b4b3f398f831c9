# SPDX-License-Identifier: MIT
"""What a lowered graph takes on a board at a rate, at once: nothing is solved or simulated."""

import copy
from dataclasses import dataclass

from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.ops.base import Role, role_of
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.flow.size.fold import fastest_pace, fold, frame_pace
from tarsier_fpga.flow.size.fold_windows import fold_windows
from tarsier_fpga.flow.size.lanes import narrow_streams
from tarsier_fpga.flow.size.widths import adapt_widths, specialize
from tarsier_fpga.hls.cost.dot_cost import built_in_cost, folds_of
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.kernels import cost, mapped
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["Folded", "estimate_as_folded", "estimate_folded", "is_dot", "unsolved_cost"]

_DOTS = ("int_dot", "xnor_dot")


@dataclass(frozen=True, slots=True)
class Folded:
    """Resources, FIFOs aside, and the cycles that a frame may take."""

    resources: Resources
    cycles: int


def estimate_folded(
    lowered: ModelWrapper, board: Board, extent: tuple[int, int], fps: float | None
) -> Folded:
    """`lowered`, for frames of `extent` (width, height), folded for `fps` on `board`.

    Dot products that do not fold at all have their matrices built in, whose adders are guessed.

    Raises:
        FlowError: the busiest stream is too slow for `fps`.
    """
    pace = frame_pace(board, fastest_pace(lowered), fps, "{}x{}".format(*extent))
    folded = fold(copy.deepcopy(lowered), pace, family=board.family)
    for node in folded.graph.node:
        if is_dot(node):  # else their adders would be solved
            getCustomOp(node).set_nodeattr("constant", 0)
    model = fold_windows(folded, pace, board)
    return Folded(_estimate(model, board), pace)


def estimate_as_folded(model: ModelWrapper, pace: int, board: Board, windows: bool) -> Resources:
    """What `model` takes with its dot products folded as they are, for `pace` cycles a frame.

    Its streams become as narrow as that allows. With `windows`, convolutions read their windows
    from memory where that is cheaper, folded anew.
    """
    slowest = [getCustomOp(node).get_exp_cycles() for node in model.graph.node if is_dot(node)]
    allowed = min(pace, max([fastest_pace(model), *slowest]))
    narrow = narrow_streams(model, allowed, board.family)
    return _estimate(fold_windows(narrow, pace, board) if windows else narrow, board)


def unsolved_cost(kernel: Instance, family: Family) -> Resources:
    """What `kernel` takes; where it is a dot product that does not fold, built in by a guess."""
    if kernel.kernel in _DOTS and folds_of(kernel) == 1:
        return mapped(family, built_in_cost(kernel))
    return cost(kernel, family)


def is_dot(node: NodeProto) -> bool:
    """Whether it is a dot product."""
    return role_of(node) is Role.DOT


def _estimate(model: ModelWrapper, board: Board) -> Resources:
    netlist = stitch(adapt_widths(specialize(model, board.part), board.part))
    return total(unsolved_cost(cell.instance, board.family) for cell in netlist.cells)
