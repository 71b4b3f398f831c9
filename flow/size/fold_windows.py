# SPDX-License-Identifier: MIT
"""Which convolutions read their windows from memory, a few channels of one pixel at a time.

A window that shows all its taps at once needs a register for each, and the folded dot product
behind it the choice among them. Where a place has cycles enough, TarsierWindowFold and
TarsierIntDotFold need neither, and what a row of a grouped convolution does not see is not even
read. They stand where they take the smaller share of the board.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import gcd, prod

import numpy as np
from onnx import NodeProto, helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.register import DOMAIN
from tarsier_fpga.hls.cost.resources import total
from tarsier_fpga.hls.kernels import cost

__all__ = ["fold_windows", "groups_of"]

_TRIED = 6  # foldings whose cost is asked for, those with the fewest products


@dataclass(frozen=True, slots=True)
class _Conv:
    """A window and the dot product that alone reads it."""

    window: NodeProto
    dot: NodeProto


@dataclass(frozen=True, slots=True)
class _Folding:
    """Rows and terms of a cycle, and where the weights are kept."""

    pe: int
    simd: int
    block_rom: bool


def fold_windows(model: ModelWrapper, pace: int, board: Board) -> ModelWrapper:
    """`model`, folded for `pace` cycles a frame, with windows in memory where that is cheaper."""
    for conv in list(_convolutions(model)):
        window = getCustomOp(conv.window)
        weights, groups = _groups(model, conv)
        best, least = None, _share(model, conv, board)
        for folding in _foldings(model, conv, groups, pace):
            pair = _folded(conv, folding, groups, window.get_nodeattr("kernel"))
            taken = _share(model, pair, board)
            if taken < least:
                best, least = pair, taken
        if best is not None:
            _replace(model, conv, best)
    return model


def groups_of(weights: np.ndarray, taps: int) -> int:
    """The most groups of channels of which each has rows of its own: all else is zero.

    >>> groups_of(np.array([[1, 0, 2, 0], [0, 3, 0, 4]]), taps=2)
    2
    """
    rows, channels = len(weights), weights.shape[1] // taps
    seen = np.any(weights.reshape(rows, taps, channels) != 0, axis=1)
    for groups in range(gcd(rows, channels), 1, -1):
        if gcd(rows, channels) % groups:
            continue
        own = np.kron(np.eye(groups, dtype=bool), np.ones((rows // groups, channels // groups)))
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
        alone = window is not None and len(model.find_consumers(window.output[0])) == 1
        if alone and window.op_type == "TarsierWindow" and window.output[0] not in outputs:
            if getCustomOp(window).get_nodeattr("pixels") == 1:
                yield _Conv(window, dot)


def _groups(model: ModelWrapper, conv: _Conv) -> tuple[np.ndarray, int]:
    weights = model.get_initializer(conv.dot.input[1])
    return weights, groups_of(weights, getCustomOp(conv.window).get_nodeattr("kernel") ** 2)


def _foldings(model: ModelWrapper, conv: _Conv, groups: int, pace: int) -> list[_Folding]:
    """Those with the fewest products that keep the pace, with weights in either memory."""
    window, dot = getCustomOp(conv.window), getCustomOp(conv.dot)
    channels, rows = window.channels_in() // groups, dot.channels_out() // groups
    taps, places, pixels = (
        window.get_nodeattr("kernel") ** 2,
        prod(window.frame_out()),
        prod(window.frame_in()),
    )
    lanes = _lanes_before(model, conv.window)
    fitting = []
    for pe, simd in product(_divisors(rows), _divisors(channels)):
        beats = dot.channels_out() // pe * taps * channels // simd
        written = pixels * window.channels_in() // simd
        adapts = lanes % simd == 0 or simd % lanes == 0
        if adapts and places * beats <= pace and written <= pace:
            fitting.append((pe * simd, -simd, pe))
    tried = sorted(fitting)[:_TRIED]
    return [_Folding(pe, -s, rom) for _, s, pe in tried for rom in (False, True)]


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


def _as(node: NodeProto, op_type: str, **attributes: int) -> NodeProto:
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
    # What follows works channel by channel: at the same pace it needs no width converter.
    follower = model.find_consumer(best.dot.output[0])
    while follower is not None and isinstance(op := getCustomOp(follower), TarsierOp) and op.FOLLOWS:
        op.set_nodeattr("PE", getCustomOp(best.dot).lanes_out())
        follower = model.find_consumer(follower.output[0])


def _share(model: ModelWrapper, conv: _Conv, board: Board) -> float:
    """Shares of the board's resources, added up: one that it has little of counts much."""
    kernels = [getCustomOp(node).instance(model) for node in (conv.window, conv.dot)]
    needed = total(cost(kernel, board.family) for kernel in kernels)
    return sum(needed.shares(board.resources).values())


def _lanes_before(model: ModelWrapper, node: NodeProto) -> int:
    """Lanes of the stream that `node` reads."""
    maker = model.find_producer(node.input[0])
    if maker is None:
        return getCustomOp(node).channels_in()
    return getCustomOp(maker).lanes_out(list(maker.output).index(node.input[0]))


def _divisors(n: int) -> list[int]:
    return [d for d in range(1, n + 1) if n % d == 0]
