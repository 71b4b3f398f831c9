# SPDX-License-Identifier: MIT
"""What each kernel does to the channels of one pixel, as logic; made channel by channel."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from onnx import NodeProto
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.cpu.dots import Dot
from tarsier_fpga.flow.cpu.logic import Logic
from tarsier_fpga.flow.cpu.numbers import (
    Number,
    Row,
    add,
    at_least,
    choose,
    clamp,
    constant,
    lookup,
    narrowed,
    requant,
    settle,
    times,
)
from tarsier_fpga.flow.cpu.spatial import is_spatial
from tarsier_fpga.flow.ops.act_table import TarsierActTable
from tarsier_fpga.flow.ops.affine_requant import TarsierAffineRequant
from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.channel_scale import TarsierChannelScale
from tarsier_fpga.flow.ops.channel_shuffle import TarsierChannelShuffle
from tarsier_fpga.flow.ops.channel_slice import TarsierChannelSlice
from tarsier_fpga.flow.ops.concat import TarsierConcat
from tarsier_fpga.flow.ops.fork import TarsierFork
from tarsier_fpga.flow.ops.int_dot import TarsierIntDot
from tarsier_fpga.flow.ops.requant import TarsierRequant
from tarsier_fpga.flow.ops.residual_add import TarsierResidualAdd
from tarsier_fpga.flow.ops.scaled_add import TarsierScaledAdd
from tarsier_fpga.flow.ops.sign_threshold import TarsierSignThreshold
from tarsier_fpga.flow.ops.widen import TarsierWiden
from tarsier_fpga.flow.ops.xnor_dot import TarsierXnorDot
from tarsier_fpga.hls.adders.solve import solve_bits, solve_integers
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.affine_requant import affine_requant

__all__ = ["Channel", "channels", "has_logic", "is_copy"]

Channel = Callable[[int], Number | Row]  # the value of a channel
Whole = Callable[[int], Number]

_LOGIC = (
    TarsierActTable,
    TarsierAffineRequant,
    TarsierChannelScale,
    TarsierChannelShuffle,
    TarsierChannelSlice,
    TarsierConcat,
    TarsierFork,
    TarsierIntDot,
    TarsierRequant,
    TarsierResidualAdd,
    TarsierScaledAdd,
    TarsierSignThreshold,
    TarsierWiden,
    TarsierXnorDot,
)
_LARGEST_DOT = 100_000  # products of integers in a dot product, above which logic is no way
_ENTRIES = 1 << 10  # of a line that is kept as a table
_ROWS, _TERMS = 4, 36  # of a piece of a product of integers


def is_copy(node: NodeProto) -> bool:
    """Whether `node` only hands on its one stream, as FINN's FIFOs and width converters do."""
    op = getCustomOp(node)
    return isinstance(op, TarsierFork) or not isinstance(op, TarsierOp)


def has_logic(node: NodeProto) -> bool:
    """Whether `node` can be made of logic, on pixels that are moved there."""
    op = getCustomOp(node)
    match op:
        case TarsierIntDot():
            return op.channels_in() * op.channels_out() <= _LARGEST_DOT
        case TarsierOp():
            return isinstance(op, _LOGIC) or is_spatial(node)
        case _:
            return is_copy(node)


def channels(
    logic: Logic, op: TarsierOp, constants: Sequence[np.ndarray], inputs: Sequence[Channel]
) -> Channel:
    """The channels that `op`, which has logic, makes of those of its streams."""

    def x(channel: int, stream: int = 0) -> Number:
        return settle(logic, inputs[stream](channel))

    match op:
        case TarsierSignThreshold():
            return lambda c: Number((at_least(logic, x(c), int(constants[0][c])),), 0, 1)
        case TarsierXnorDot():
            return _popcounts(logic, constants[0], x)
        case TarsierIntDot():
            return _integer_dot(logic, op, constants[0], constants[1], x)
        case TarsierActTable():
            signed = op.get_input_datatype().signed()
            return lambda c: _table(logic, inputs[0](c), constants[0][c], signed)
        case TarsierRequant():
            shift, *ends = map(op.get_nodeattr, ("shift", "floor", "ceiling"))
            return lambda c: requant(logic, x(c), shift, *ends)
        case TarsierResidualAdd():
            floor, ceiling = map(op.get_nodeattr, ("floor", "ceiling"))
            return lambda c: clamp(logic, add(logic, x(c), x(c, 1)), floor, ceiling)
        case TarsierScaledAdd():
            scales, shift, within = op.scales(), op.get_nodeattr("shift"), op.clamp()

            def scaled(c: int) -> Number:
                total = _sum(logic, x, c, scales, int(constants[0][c]))
                return requant(logic, total, shift, *within)

            return scaled
        case TarsierAffineRequant():
            shift, *ends = map(op.get_nodeattr, ("shift", "floor", "ceiling"))
            return lambda c: _affine(logic, x(c), constants[0][c], shift, ends)
        case TarsierWiden():
            return inputs[0]
        case TarsierChannelScale():
            return lambda c: times(logic, x(c), int(constants[0][c]))
        case TarsierChannelShuffle():
            return lambda c: inputs[0](int(constants[0][c]))
        case TarsierChannelSlice():
            first = op.get_nodeattr("first")
            return lambda c: inputs[0](first + c)
        case TarsierConcat():
            border = op.channels_in(0)
            return lambda c: inputs[0](c) if c < border else inputs[1](c - border)
        case _:
            raise FlowError(f"{op.onnx_node.name}: {op.onnx_node.op_type} is not made of logic")


def _sum(
    logic: Logic, x: Callable[[int, int], Number], channel: int, scales: Sequence[int], offset: int
) -> Number:
    """Channel `channel` of each stream times its scale, and `offset`."""
    total = constant(offset)
    for stream, scale in enumerate(scales):
        total = add(logic, total, times(logic, x(channel, stream), scale))
    return total


def _popcounts(logic: Logic, weights: np.ndarray, x: Whole) -> Channel:
    dot, terms = Dot(logic, solve_bits(weights), x), weights.shape[1]
    return lambda row: narrowed(dot.row(row), 0, terms)


def _integer_dot(
    logic: Logic, op: TarsierOp, weights: np.ndarray, bias: np.ndarray, x: Whole
) -> Channel:
    """The rows of an integer product, solved and summed in pieces.

    Larger ones would share little more, but what they share has to be kept until it is read.
    """
    datatype = op.get_input_datatype()
    least, most = int(datatype.min()), int(datatype.max())
    sums: dict[int, list[Number]] = {}

    def summed(top: int) -> list[Number]:
        rows = slice(top, top + _ROWS)
        totals = [constant(int(offset)) for offset in bias[rows]]
        for first in range(0, weights.shape[1], _TERMS):
            part = weights[rows, first : first + _TERMS]
            graph = solve_integers(part, np.zeros(len(part), np.int64), least, most)
            dot = Dot(logic, graph, partial(_shifted, x, first))
            for row, factors in enumerate(part):
                ends = np.sort([factors * least, factors * most], axis=0).sum(axis=1)
                more = settle(logic, narrowed(dot.row(row), int(ends[0]), int(ends[1])))
                totals[row] = add(logic, totals[row], more)
        return totals

    def row(index: int) -> Number:
        at = index % _ROWS
        if index - at not in sums:
            sums[index - at] = summed(index - at)
        return sums[index - at][at]

    return row


def _shifted(x: Whole, first: int, term: int) -> Number:
    return x(first + term)


def _table(logic: Logic, x: Number | Row, table: np.ndarray, signed: bool) -> Number:
    """The entry of x; the first one is that of 0, or, where x is signed, of the least x."""
    row = x if isinstance(x, Row) else Row(x, 0, False, 0)
    zero = len(table) // 2 if signed else 0
    row = narrowed(row, -zero, len(table) - 1 - zero)  # the type may hold more, but no pixel does
    return lookup(logic, row.number, lambda n: int(table[row.value(n) + zero]))


def _affine(logic: Logic, x: Number, line: np.ndarray, shift: int, ends: list[int]) -> Number:
    """A line of two pieces: knot, below_mul, below_add, above_mul, above_add."""
    knot, *pieces = map(int, line)
    if x.most - x.least < _ENTRIES:
        return lookup(
            logic, x, lambda n: int(affine_requant(np.array([n]), line[None], shift, *ends)[0])
        )
    below, above = (
        add(logic, times(logic, x, factor), constant(offset))
        for factor, offset in (pieces[:2], pieces[2:])
    )
    return requant(logic, choose(logic, at_least(logic, x, knot), above, below), shift, *ends)
