# SPDX-License-Identifier: MIT
"""What each kernel does to the channels of one pixel, as logic; made channel by channel."""

from collections.abc import Callable, Sequence

import numpy as np
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.cpu.dots import Dot
from tarsier_fpga.flow.cpu.logic import Logic
from tarsier_fpga.flow.cpu.numbers import (
    Number,
    Row,
    add,
    at_least,
    clamp,
    constant,
    lookup,
    requant,
    settle,
    times,
)
from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.adders.solve import solve_bits, solve_integers

__all__ = ["Channel", "channels", "has_logic", "is_kernel", "same_size_window"]

Channel = Callable[[int], Number | Row]  # the value of a channel

_LOGIC = {
    "TarsierActTable",
    "TarsierChannelScale",
    "TarsierChannelShuffle",
    "TarsierChannelSlice",
    "TarsierConcat",
    "TarsierFork",
    "TarsierIntDot",
    "TarsierRequant",
    "TarsierResidualAdd",
    "TarsierSignThreshold",
    "TarsierXnorDot",
    "StreamingFIFO",
    "StreamingDataWidthConverter",
}
_LARGEST_DOT = 100_000  # products of integers in a dot product, above which logic is no way
_ROWS, _TERMS = 4, 36  # of a piece of a product of integers
_FARTHEST = 63  # columns that a window reaches to each side


def is_kernel(node: NodeProto, *kernels: str) -> bool:
    """Whether `node` is one of those kernels, before or after it became its RTL or HLS variant."""
    return node.op_type.split("_")[0] in kernels


def has_logic(node: NodeProto) -> bool:
    """Whether `node` can be made of logic, or is a window that can stand before it."""
    if is_kernel(node, "TarsierWindow"):
        return same_size_window(node)
    if is_kernel(node, "TarsierIntDot"):
        op = getCustomOp(node)
        return op.channels_in() * op.channels_out() <= _LARGEST_DOT
    return is_kernel(node, *_LOGIC)


def same_size_window(node: NodeProto) -> bool:
    """Whether a window keeps the frame's size, and reaches equally far to all sides."""
    shape = getCustomOp(node).geometry()
    reach = shape["dilation"] * (shape["kernel"] - 1) // 2
    odd = shape["kernel"] % 2 == 1
    return odd and shape["stride"] == 1 and shape["padding"] is None and reach <= _FARTHEST


def channels(
    logic: Logic, model: ModelWrapper, node: NodeProto, inputs: Sequence[Channel]
) -> Channel:
    """The channels that `node` makes of those of its streams; of each output, where it has two."""
    if not node.op_type.startswith("Tarsier"):
        return inputs[0]  # FINN's FIFOs and width converters carry, but do not compute
    op = getCustomOp(node)
    constants = op.constants(model)

    def x(channel: int, stream: int = 0) -> Number:
        return settle(logic, inputs[stream](channel))

    match node.op_type.split("_")[0]:
        case "TarsierFork":
            return inputs[0]
        case "TarsierSignThreshold":
            return lambda c: Number((at_least(logic, x(c), int(constants[0][c])),), 0, 1)
        case "TarsierXnorDot":
            return Dot(logic, solve_bits(constants[0]), x).row
        case "TarsierIntDot":
            return _integer_dot(logic, op, *constants, x)
        case "TarsierActTable":
            return lambda c: _table(logic, inputs[0](c), constants[0][c])
        case "TarsierRequant":
            shift, floor, ceiling = map(op.get_nodeattr, ("shift", "floor", "ceiling"))
            return lambda c: requant(logic, x(c), shift, floor, ceiling)
        case "TarsierResidualAdd":
            floor, ceiling = map(op.get_nodeattr, ("floor", "ceiling"))
            return lambda c: clamp(logic, add(logic, x(c), x(c, 1)), floor, ceiling)
        case "TarsierChannelScale":
            return lambda c: times(logic, x(c), int(constants[0][c]))
        case "TarsierChannelShuffle":
            return lambda c: inputs[0](int(constants[0][c]))
        case "TarsierChannelSlice":
            first = op.get_nodeattr("first")
            return lambda c: inputs[0](first + c)
        case "TarsierConcat":
            border = op.channels_in(0)
            return lambda c: inputs[0](c) if c < border else inputs[1](c - border)
        case kernel:
            raise NotImplementedError(kernel)  # not for users: has_logic says so


def _integer_dot(
    logic: Logic, op: TarsierOp, weights: np.ndarray, bias: np.ndarray, x: Channel
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
            dot = Dot(logic, graph, lambda term, first=first: x(first + term))
            totals = [
                add(logic, total, settle(logic, dot.row(row))) for row, total in enumerate(totals)
            ]
        return totals

    def row(index: int) -> Number:
        at = index % _ROWS
        if index - at not in sums:
            sums[index - at] = summed(index - at)
        return sums[index - at][at]

    return row


def _table(logic: Logic, x: Number | Row, table: np.ndarray) -> Number:
    row = x if isinstance(x, Row) else Row(x, 0, False, 0)
    last = len(table) - 1  # what lies outside is a value that no pixel has
    return lookup(logic, row.number, lambda n: int(table[min(max(row.value(n), 0), last)]))
