# SPDX-License-Identifier: MIT
"""Which convolutions read their windows from memory, a few channels of one pixel at a time.

A window that shows all its taps at once needs a register for each, and the folded dot product
behind it the choice among them. Where a place has cycles enough, TarsierWindowFold and
TarsierIntDotFold need neither, and what a row of a grouped convolution does not see is not even
read. They stand where they take the smaller share of what the rest of the design leaves of the
board, their weights in the memory for which that holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import gcd, prod
from typing import Any

import numpy as np
from onnx import NodeProto, helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.ops.base import Role, TarsierOp, divisors, role_of
from tarsier_fpga.flow.ops.register import DOMAIN
from tarsier_fpga.flow.size.lanes import narrow_streams
from tarsier_fpga.hls.cost.resources import COUNTED, Resources, total
from tarsier_fpga.hls.kernels import cost

__all__ = ["fold_windows", "groups_of"]

_TRIED = 6  # foldings whose cost is asked for, those with the fewest products
_LEFT = 0.02  # of a resource, at least, so that what is used up counts much and is no end


@dataclass(frozen=True, slots=True)
class _Conv:
    """A window and the dot product that alone reads it."""

    window: NodeProto
    dot: NodeProto


@dataclass(frozen=True, slots=True)
class _Folding:
    """Rows and terms of a cycle, and whether weights must be in block RAM."""

    pe: int
    simd: int
    block_rom: bool


def fold_windows(model: ModelWrapper, pace: int, board: Board) -> ModelWrapper:
    """`model`, folded for `pace` cycles a frame, with windows in memory where that is cheaper."""
    convolutions = list(_convolutions(model))
    taken = [_cost(model, conv, board) for conv in convolutions]
    others, changed = _others(model, convolutions, board), False
    for place, conv in enumerate(convolutions):
        rest = total([others, *taken[:place], *taken[place + 1 :]])
        kernel = getCustomOp(conv.window).get_nodeattr("kernel")
        groups = groups_of(model.get_initializer(conv.dot.input[1]), kernel**2)
        foldings = _foldings(model, conv, groups, pace)
        pairs = [conv, *(_folded(conv, each, groups, kernel) for each in foldings)]
        costs = [_cost(model, pair, board) for pair in pairs]
        shares = [_share(needed, rest, board) for needed in costs]
        best = shares.index(min(shares))
        taken[place] = costs[best]
        if best > 0:
            _replace(model, conv, pairs[best])
            changed = True
    return narrow_streams(model, pace, board.family) if changed else model


def groups_of(weights: np.ndarray, taps: int) -> int:
    """The most groups of channels of which each has rows of its own: all else is zero.

    >>> groups_of(np.array([[1, 0, 2, 0], [0, 3, 0, 4]]), taps=2)
    2
    """
    rows, channels = len(weights), weights.shape[1] // taps
    seen = np.any(weights.reshape(rows, taps, channels) != 0, axis=1)
    for groups in reversed(divisors(gcd(rows, channels))):
        own = np.kron(np.eye(groups), np.ones((rows // groups, channels // groups)))
        if not np.any(seen & (own == 0)):
            return groups
    return 1


def _convolutions(model: ModelWrapper) -> Iterator[_Conv]:
    """Folded integer convolutions whose window one dot product reads."""
    outputs = {tensor.name for tensor in model.graph.output}
    for dot in model.graph.node:
        if dot.op_type != "TarsierIntDot" or getCustomOp(dot).fold() == 1:
            continue
        window = model.find_producer(dot.input[0])
        if (
            window is not None
            and window.op_type == "TarsierWindow"
            and window.output[0] not in outputs
            and len(model.find_consumers(window.output[0])) == 1
            and getCustomOp(window).get_nodeattr("pixels") == 1
        ):
            yield _Conv(window, dot)


def _foldings(model: ModelWrapper, conv: _Conv, groups: int, pace: int) -> list[_Folding]:
    """Those with the fewest products that keep the pace, with weights in either memory."""
    window, dot = getCustomOp(conv.window), getCustomOp(conv.dot)
    terms = dot.channels_in() // groups
    places, pixels = prod(window.frame_out()), prod(window.frame_in())
    lanes = _lanes_before(model, conv.window)
    # Ports have whole pixels.
    first = conv.window.input[0] in {tensor.name for tensor in model.graph.input}
    last = conv.dot.output[0] in {tensor.name for tensor in model.graph.output}
    fitting = []
    for pe, simd in product(
        divisors(dot.channels_out() // groups), divisors(window.channels_in() // groups)
    ):
        given = places * (dot.channels_out() // pe) * (terms // simd)
        taken = pixels * (window.channels_in() // simd)
        adapts = lanes % simd == 0 or simd % lanes == 0
        whole = (simd == window.channels_in() or not first) and (
            pe == dot.channels_out() or not last
        )
        if adapts and whole and max(given, taken) <= pace:
            fitting.append((pe * simd, -simd, pe))
    tried = sorted(fitting)[:_TRIED]
    return [_Folding(pe, -simd, block) for _, simd, pe in tried for block in (False, True)]


def _folded(conv: _Conv, folding: _Folding, groups: int, kernel: int) -> _Conv:
    """The same two nodes as memory, folded."""
    passes = getCustomOp(conv.dot).channels_out() // groups // folding.pe
    window = _as(conv.window, "TarsierWindowFold", SIMD=folding.simd, groups=groups, passes=passes)
    dot = _as(
        conv.dot,
        "TarsierIntDotFold",
        PE=folding.pe,
        SIMD=folding.simd,
        taps=kernel**2,
        groups=groups,
        block_rom=int(folding.block_rom),
        constant=0,
    )
    return _Conv(window, dot)


def _as(node: NodeProto, op_type: str, **attributes: Any) -> NodeProto:
    """`node` as another op, with `attributes` beside its own."""
    kept = [each for each in node.attribute if each.name not in attributes]
    made = helper.make_node(
        op_type, list(node.input), list(node.output), name=node.name, domain=DOMAIN, **attributes
    )
    made.attribute.extend(kept)
    return made


def _replace(model: ModelWrapper, conv: _Conv, best: _Conv) -> None:
    nodes = model.graph.node
    for old, new in ((conv.window, best.window), (conv.dot, best.dot)):
        place = list(nodes).index(old)
        nodes.remove(old)
        nodes.insert(place, new)


def _cost(model: ModelWrapper, conv: _Conv, board: Board) -> Resources:
    nodes = (conv.window, conv.dot)
    return total(cost(getCustomOp(node).instance(model), board.family) for node in nodes)


def _others(model: ModelWrapper, convolutions: list[_Conv], board: Board) -> Resources:
    """What all other nodes take, but for matrices that are built in: adders, not yet solved for."""
    counted = {
        name for conv in convolutions for name in (conv.window.output[0], conv.dot.output[0])
    }
    ops = [
        op
        for node in model.graph.node
        for op in [getCustomOp(node)]
        if node.output[0] not in counted
        and isinstance(op, TarsierOp)
        and not (role_of(node) is Role.DOT and op.constant)
    ]
    return total(cost(op.instance(model), board.family) for op in ops)


def _share(needed: Resources, rest: Resources, board: Board) -> float:
    """Shares of what the `rest` leaves of the board, added up: what is scarce counts much."""
    left = {
        name: max(_LEFT * have, have - getattr(rest, name))
        for name in COUNTED
        if (have := getattr(board.resources, name))
    }
    return sum(needed.shares(Resources(**left)).values())


def _lanes_before(model: ModelWrapper, node: NodeProto) -> int:
    """Lanes of the stream that `node` reads; all channels where they may still be fewer."""
    maker = model.find_producer(node.input[0])
    if maker is None or getCustomOp(maker).PER_CHANNEL:
        return getCustomOp(node).channels_in()
    return getCustomOp(maker).lanes_out(list(maker.output).index(node.input[0]))
