# SPDX-License-Identifier: MIT
"""Values as integers of one stream, and what joins two streams: sums and concatenations.

A sum of two streams waits for its quantizer, with which it is one kernel: residual_add where all
three have one scale, else scaled_add, which scales, adds and rounds once. Where something else
reads it, it becomes a stream of wider integers.
"""

from dataclasses import dataclass, replace

import numpy as np
from onnx import NodeProto

from tarsier_fpga.flow.lower.hardware import Hardware
from tarsier_fpga.flow.lower.meaning import Border, Integers, Value, datatype_of
from tarsier_fpga.flow.lower.quantize import (
    TABLE_ENTRIES,
    Target,
    quantize,
    table_of,
    target_of,
    whole,
)
from tarsier_fpga.flow.lower.staircase import Lines
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["add", "concatenate", "flattened", "quantize_any", "to_integers", "with_border"]

_NEAR = 1e-9
_WIDEST = 1 << 15  # entry of a table that no quantizer ends
_PAIRS = 1 << 22  # of integers that are looked at one by one
_FACTOR_BITS = 18  # of a scale that is no power of two
_GRID = 24  # halvings of a stream's scale that are tried for a table's


def quantize_any(hardware: Hardware, value: Value, node: NodeProto) -> Value:
    """What quantizer `node` makes of `value`, whether it is a stream or a sum of two.

    Raises:
        FlowError: as `quantize`.
    """
    if len(value.terms) == 1:
        return quantize(hardware, value, node)
    joined = _quantized_sum(hardware, value, target_of(value.model, node, value.channels))
    if joined is not None:
        return Value(node.output[0], (joined,), border=value.after(node).border, model=value.model)
    return quantize(hardware, _summed(hardware, value, node), node)


def to_integers(hardware: Hardware, value: Value, reader: NodeProto) -> Integers:
    """`value`, its border aside, as integers of one stream, for `reader`.

    Raises:
        FlowError: a nonlinear node stands behind the last Quant, and no table computes it.
    """
    if len(value.terms) == 2:
        value = _summed(hardware, value, reader)
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
        steps = (value.border.fill - x.offset) / x.scale
        outside = np.rint(steps).astype(np.int64)
        if np.any(np.abs(steps - outside) > _NEAR) or not _holds(x, outside):
            raise FlowError(
                f"{reader.op_type} {reader.name}: outside the frame stands"
                f" {value.border.fill[0]:g}, which is none of the integers of its input"
            )
        constants = [hardware.add_constant(outside, "INT32")]
        x = replace(x, least=min(x.least, int(outside.min())), most=max(x.most, int(outside.max())))
    tensor = hardware.add("TarsierPad", [x.tensor], constants, border=list(value.border.sides))
    return Value(value.source, (replace(x, tensor=tensor),), model=value.model)


def add(hardware: Hardware, values: list[Value], node: NodeProto) -> Value:
    """The sum of two values, by an Add `node`; by a Sub, their difference.

    Raises:
        FlowError: three streams meet whose scales are no whole multiples of each other.
    """
    terms: list[Integers] = []
    for n, value in enumerate(values):
        value = flattened(hardware, value, node)
        x = to_integers(hardware, value, node)
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
            clipped = [int(domain[0]), int(domain[-1])]

            def levels(integers: np.ndarray, y: Integers = y) -> np.ndarray:
                inside = np.clip(integers, *clipped)
                return whole(value.within(inside), y, value.chain[-1])

            return table_of(hardware, x, levels, y)
    return None


@dataclass(frozen=True, slots=True)
class _Factors:
    """rint((x * first + d * second + offset) / 2^shift)."""

    first: int
    second: int
    offset: int
    shift: int
    exact: bool


def _summed(hardware: Hardware, value: Value, reader: NodeProto) -> Value:
    """A sum of two streams as wider integers of one."""
    a, b = value.terms
    unit = min(float(np.abs(a.scale).min()), float(np.abs(b.scale).min()))
    factors = [np.unique(np.rint(x.scale / unit * 1e9) / 1e9) for x in (a, b)]
    if any(len(f) != 1 or f[0] != np.rint(f[0]) for f in factors):
        raise FlowError(
            f"{reader.op_type} {reader.name}: it reads a sum of streams of scales {a.scale[0]:g} and"
            f" {b.scale[0]:g}; one must be a whole multiple of the other, or a Quant of one scale"
            " must stand before the sum"
        )
    first, second = (int(f[0]) for f in factors)
    ends = [sorted((f * x.least, f * x.most)) for f, x in ((first, a), (second, b))]
    least, most = (sum(end[i] for end in ends) for i in range(2))
    datatype = datatype_of(least, most)
    tensor = _scaled_add(
        hardware, a, b, _Factors(first, second, 0, 0, True), least, most, datatype.name
    )
    scale = np.full(a.channels, unit)
    made = Integers(tensor, datatype, least, most, scale, a.offset + b.offset)
    return replace(value, terms=(made,))


def _quantized_sum(hardware: Hardware, value: Value, target: Target) -> Integers | None:
    """One kernel for the sum and its quantizer, if the same line holds in all channels."""
    nodes = [node for node in value.chain if node.op_type != "Relu"]
    line = replace(value, chain=tuple(nodes))
    y = target.integers
    if not line.is_linear or target.mode not in ("ROUND", "HALF_EVEN") or y.is_bits:
        return None
    rectified = len(nodes) < len(value.chain)
    if rectified and any(node.op_type not in ("Mul", "Relu", "Div") for node in value.chain):
        return None
    slope, start = line.line()
    a, b = value.terms
    real = [slope * x.scale / y.scale for x in (a, b)]
    real.append((slope * (a.offset + b.offset) + start - y.offset) / y.scale)
    if any(np.ptp(each) > _NEAR * max(1.0, abs(each[0])) for each in real):
        return None
    factors = _factors([float(each[0]) for each in real])
    if factors is None:
        return None
    floor = y.least
    if rectified:
        floor = max(floor, int(np.rint(-y.offset[0] / y.scale[0])))
    if not factors.exact and not _same(factors, value, target, floor):
        return None
    older, younger = sorted((a, b), key=lambda x: hardware.age(x.tensor))
    plain = factors == _Factors(1, 1, 0, 0, True)
    if plain and younger.datatype.signed():
        tensor = hardware.add(
            "TarsierResidualAdd",
            [older.tensor, younger.tensor],
            floor=floor,
            ceiling=y.most,
            outputDataType=y.datatype.name,
        )
    else:
        tensor = _scaled_add(hardware, a, b, factors, floor, y.most, y.datatype.name)
    return replace(y, tensor=tensor, least=floor)


def _scaled_add(
    hardware: Hardware,
    a: Integers,
    b: Integers,
    factors: _Factors,
    floor: int,
    ceiling: int,
    datatype: str,
) -> str:
    return hardware.add(
        "TarsierScaledAdd",
        [a.tensor, b.tensor],
        x_scale=factors.first,
        d_scale=factors.second,
        offset=factors.offset,
        shift=factors.shift,
        floor=floor,
        ceiling=ceiling,
        outputDataType=datatype,
    )


def _factors(real: list[float]) -> _Factors | None:
    """Integers over a power of two for `real` factors and offset, exact or of 18 bits."""
    for shift in range(32):
        scaled = [value * 2.0**shift for value in real]
        rounded = [round(value) for value in scaled]
        exact = all(value == whole for value, whole in zip(scaled, rounded, strict=True))
        if exact or max(map(abs, rounded[:2])) >= 1 << (_FACTOR_BITS - 2):
            return _Factors(*rounded, shift, exact)
    return None


def _same(factors: _Factors, value: Value, target: Target, floor: int) -> bool:
    """Whether `factors` give the quantizer's integer for every pair of integers there is."""
    a, b = value.terms
    if a.count * b.count > _PAIRS:
        return False
    pairs = np.meshgrid(np.arange(a.least, a.most + 1), np.arange(b.least, b.most + 1))
    x, d = (each.ravel() for each in pairs)
    after = value.after(target.node)
    sides = [np.broadcast_to(each, (value.channels, each.size)) for each in (x, d)]
    wanted = whole(after.within(*sides), target.integers, target.node)
    line = Lines(
        np.array([0]),
        (np.array([1]), np.array([0])),
        (np.array([1]), np.array([0])),
        factors.shift,
        floor,
        target.integers.most,
    )
    got = line.at((x * factors.first + d * factors.second + factors.offset)[None])
    return bool(np.all(got == wanted))
