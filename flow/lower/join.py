# SPDX-License-Identifier: MIT
"""Values as integers of one stream, and what joins two streams: sums and concatenations.

A sum of two streams waits for its quantizer, with which it is one kernel: residual_add where all
three have one scale, else scaled_add, which scales, adds and rounds once. Where something else
reads it, it becomes a stream of wider integers.
"""

from dataclasses import replace

import numpy as np
from onnx import NodeProto

from tarsier_fpga.flow.lower.hardware import Hardware
from tarsier_fpga.flow.lower.meaning import Border, Integers, Value, datatype_of
from tarsier_fpga.flow.lower.quantize import (
    TABLE_ENTRIES,
    quantize,
    table_of,
    target_of,
    whole,
)
from tarsier_fpga.flow.lower.sums import quantized_sum, summed
from tarsier_fpga.hls.base.errors import FlowError

__all__ = [
    "add",
    "concatenate",
    "flattened",
    "outside_of",
    "quantize_any",
    "to_integers",
    "to_one_scale",
    "with_border",
]

_NEAR = 1e-9
_WIDEST = 1 << 24  # entry of a table that no quantizer ends
_GRID = 24  # halvings of a stream's scale that are tried for a table's


def quantize_any(hardware: Hardware, value: Value, node: NodeProto) -> Value:
    """What quantizer `node` makes of `value`, whether it is a stream or a sum of two.

    Raises:
        FlowError: as `quantize`.
    """
    if len(value.terms) == 1:
        return quantize(hardware, value, node)
    joined = quantized_sum(hardware, value, target_of(value.model, node, value.channels))
    if joined is not None:
        return Value(node.output[0], (joined,), border=value.after(node).border, model=value.model)
    return quantize(hardware, summed(hardware, value, node), node)


def to_integers(hardware: Hardware, value: Value, reader: NodeProto) -> Integers:
    """`value`, its border aside, as integers of one stream, for `reader`.

    Raises:
        FlowError: a nonlinear node stands behind the last Quant, and no table computes it.
    """
    if len(value.terms) == 2:
        value = summed(hardware, value, reader)
    [x] = value.terms
    if value.is_linear:
        slope, start = value.line()
        if np.any(slope == 0):
            raise FlowError(f"{value.chain[-1].op_type} {value.chain[-1].name}: it scales by 0")
        return replace(x, scale=x.scale * slope, offset=x.offset * slope + start)
    made = _on_grid(hardware, value)
    if made is None:
        steps = " -> ".join(f"{node.op_type} {node.name}" for node in value.chain)
        raise FlowError(
            f"{steps} before {reader.op_type} {reader.name}: its results are no integers; a Quant"
            f" must stand before {reader.name}"
        )
    return made


def to_one_scale(hardware: Hardware, x: Integers, writer: NodeProto) -> Integers:
    """`x`, whose channels get one rising scale by a table, if they have several and it can be."""
    scale = float(np.abs(x.scale).min())
    ends = [x.of(np.array([end])) for end in (x.least, x.most)]
    offset = float(np.min(ends))
    if x.count > TABLE_ENTRIES or (np.ptp(x.scale) == 0 and np.ptp(x.offset) == 0):
        return x
    most = int(np.rint((np.max(ends) - offset) / scale))
    channels = np.full(x.channels, scale), np.full(x.channels, offset)
    y = Integers("", datatype_of(0, most), 0, most, *channels)
    steps = (x.of(np.arange(x.least, x.most + 1)) - offset) / scale
    if np.any(np.abs(steps - np.rint(steps)) > _NEAR):
        return x

    def levels(integers: np.ndarray) -> np.ndarray:
        return whole(x.of(np.clip(integers, x.least, x.most)), y, writer)

    return table_of(hardware, x, levels, y)


def with_border(hardware: Hardware, value: Value, border: Border, node: NodeProto) -> Value:
    """`value` inside `border`; one that it has already is built as a frame of its own."""
    if value.border is not None:
        value = flattened(hardware, value, node)
    return replace(value, border=border)


def flattened(hardware: Hardware, value: Value, reader: NodeProto) -> Value:
    """`value` with the border that it has, as a frame, for a `reader` that is no convolution."""
    if value.border is None:
        return value
    x = to_integers(hardware, value, reader)
    constants = []
    if value.border.fill is not None:
        outside, x = outside_of(x, value.border.fill, reader)
        constants = [hardware.add_constant(outside, "INT32")]
    tensor = hardware.add("TarsierPad", [x.tensor], constants, border=list(value.border.sides))
    return Value(value.source, (replace(x, tensor=tensor),), model=value.model)


def outside_of(x: Integers, fill: np.ndarray, node: NodeProto) -> tuple[np.ndarray, Integers]:
    """(C,) integers of the values `fill` outside the frame, and `x` with them among its own.

    Raises:
        FlowError: the lanes of `x` do not hold them; `node` is what puts them there.
    """
    steps = (fill - x.offset) / x.scale
    outside = np.rint(steps).astype(np.int64)
    wrong = np.flatnonzero(np.abs(steps - outside) > _NEAR)
    if wrong.size or not _holds(x, outside):
        raise FlowError(
            f"{node.op_type} {node.name}: outside the frame stands"
            f" {fill[wrong[0] if wrong.size else 0]:g}, which is none of the integers of its input"
        )
    ends = min(x.least, int(outside.min())), max(x.most, int(outside.max()))
    return outside, replace(x, least=ends[0], most=ends[1])


def add(hardware: Hardware, values: list[Value], node: NodeProto) -> Value:
    """The sum of two values, by an Add `node`; by a Sub, their difference.

    Raises:
        FlowError: three streams meet whose scales are no whole multiples of each other.
    """
    terms: list[Integers] = []
    for n, value in enumerate(values):
        value = flattened(hardware, value, node)
        x = to_one_scale(hardware, to_integers(hardware, value, node), node)
        if node.op_type == "Sub" and n == 1:
            x = replace(x, scale=-x.scale, offset=-x.offset)
        terms.append(x)
    sizes = {hardware.shape(x.tensor) for x in terms}
    if len(sizes) > 1:
        raise FlowError(
            f"{node.op_type} {node.name}: frames of {' and '.join(map(_size, sorted(sizes)))} meet;"
            " they must be of one size"
        )
    return Value(node.output[0], tuple(terms), model=values[0].model)


def concatenate(hardware: Hardware, values: list[Value], node: NodeProto) -> Value:
    """The channels of all `values`, one after the other; each keeps its own scale."""
    flat = [flattened(hardware, value, node) for value in values]
    parts = [to_integers(hardware, value, node) for value in flat]
    whole = parts[0]
    for part in parts[1:]:
        whole = _pair(hardware, whole, part)
    return Value(node.output[0], (whole,), model=values[0].model)


def _pair(hardware: Hardware, a: Integers, b: Integers) -> Integers:
    least, most = min(a.least, b.least), max(a.most, b.most)
    datatype = datatype_of(
        min(int(a.datatype.min()), int(b.datatype.min())),
        max(int(a.datatype.max()), int(b.datatype.max())),
    )
    tensors = [
        x.tensor
        if x.datatype == datatype
        else hardware.add("TarsierWiden", [x.tensor], outputDataType=datatype.name)
        for x in (a, b)
    ]
    tensor = hardware.add("TarsierConcat", tensors, b_channels=b.channels)
    scale, offset = np.concatenate([a.scale, b.scale]), np.concatenate([a.offset, b.offset])
    return Integers(tensor, datatype, least, most, scale, offset)


def _holds(x: Integers, integers: np.ndarray) -> bool:
    return bool(np.all((integers >= x.datatype.min()) & (integers <= x.datatype.max())))


def _size(shape: tuple[int, int, int]) -> str:
    height, width, channels = shape
    return f"{width}x{height} with {channels} channels"


def _on_grid(hardware: Hardware, value: Value) -> Integers | None:
    """A table of what the chain makes of every integer, in steps that all results share."""
    [x] = value.terms
    entries = 1 << x.datatype.bitwidth() if x.datatype.signed() else x.most + 1
    if entries > TABLE_ENTRIES:
        return None
    domain = np.arange(x.least, x.most + 1)
    values = value.within(np.broadcast_to(domain, (x.channels, x.count)))
    for halvings in range(_GRID):
        scale = np.abs(x.scale) / 2.0**halvings
        steps = values / scale[:, None]
        if np.abs(steps).max() >= _WIDEST:
            return None
        if np.all(np.abs(steps - np.rint(steps)) < _NEAR):
            least, most = int(np.rint(steps.min())), int(np.rint(steps.max()))
            y = Integers("", datatype_of(least, most), least, most, scale, np.zeros(x.channels))

            def levels(integers: np.ndarray, y: Integers = y) -> np.ndarray:
                inside = np.clip(integers, x.least, x.most)
                return whole(value.within(inside), y, value.chain[-1])

            return table_of(hardware, x, levels, y)
    return None
