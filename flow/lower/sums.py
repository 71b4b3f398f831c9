# SPDX-License-Identifier: MIT
"""The sum of two streams in integers: y = clamp(rint((x * first + d * second + offset) / 2^shift)).

Where scales are powers of two apart, that is what the network does. Where they are not, factors of
enough bits give the same steps, and it is made sure that they do: for every x there is, at all d
that come near to a step.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from onnx import NodeProto
from qonnx.core.datatype import DataType

from tarsier_fpga.flow.lower.hardware import Hardware
from tarsier_fpga.flow.lower.meaning import Integers, Value, datatype_of
from tarsier_fpga.flow.lower.quantize import Target, whole
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.requant import requant
from tarsier_fpga.hls.kernels.channel_scale import channel_scale

__all__ = ["quantized_sum", "summed"]

_NEAR = 1e-9
_FACTOR_BITS, _SUM_BITS = 48, 61  # that scaled_add takes
_FINE = 1 << 10  # of a factor that stands for a real one
_POINTS = 1 << 28  # steps that are looked at in all
_AT_ONCE = 1 << 20
_ROUNDED = 2.0**-46  # of a sum in steps: more than doubles are off by
_PARTS = 1 << 10  # of a scale, of which another one is whole


@dataclass(frozen=True, eq=False)
class _Factors:
    """Whole factors of the two streams and (C,) offsets, over 2^shift."""

    first: int
    second: int
    offset: np.ndarray
    shift: int
    exact: bool

    @property
    def is_plain(self) -> bool:
        ones = (self.first, self.second, self.shift) == (1, 1, 0)
        return ones and self.exact and not np.any(self.offset)


def summed(hardware: Hardware, value: Value, reader: NodeProto) -> Value:
    """A sum of two streams as wider integers of one, for `reader`.

    Raises:
        FlowError: their scales are no whole multiples of one number.
    """
    value = _of_one_scale(hardware, value)
    a, b = value.terms
    fraction = _fraction(a.scale, b.scale)
    if fraction is None:
        raise FlowError(
            f"{reader.op_type} {reader.name}: it reads a sum of streams of scales"
            f" {_scales(a)} and {_scales(b)}; both must be whole multiples of one number, or a"
            " Quant of one scale must stand before the sum, or behind it with nothing but lines"
            " between, and of a scale whose ties no sum meets"
        )
    sign = -1 if b.scale[0] < 0 else 1  # the sum rises with its integers
    first, second = sign * fraction.numerator, sign * fraction.denominator
    unit = float(b.scale[0]) / second
    ends = [sorted((f * x.least, f * x.most)) for f, x in ((first, a), (second, b))]
    least, most = (sum(end[i] for end in ends) for i in range(2))
    datatype = datatype_of(least, most)
    factors = _Factors(first, second, np.zeros(a.channels, np.int64), 0, exact=True)
    y = Integers("", datatype, least, most, np.full(a.channels, unit), a.offset + b.offset)
    tensor = _scaled_add(hardware, (a, b), factors, least, y)
    return replace(value, terms=(replace(y, tensor=tensor),))


def _fraction(a: np.ndarray, b: np.ndarray) -> Fraction | None:
    """What (C,) scales `a` are of (C,) `b`, the same in all channels, if that is a fraction."""
    if any(np.any(np.abs(each - each[0]) > _NEAR * abs(each[0])) for each in (a, b)):
        return None
    ratio = float(a[0] / b[0])
    small = abs(ratio) < 1  # else a small numerator would be lost
    made = Fraction(1 / ratio if small else ratio).limit_denominator(_PARTS)
    if abs(float(made) * (ratio if small else 1 / ratio) - 1) > _NEAR:
        return None
    return 1 / made if small else made


def _scales(x: Integers) -> str:
    """The scales of `x` in words."""
    return " or ".join(f"{scale:g}" for scale in np.unique(x.scale)[:3])


def quantized_sum(hardware: Hardware, value: Value, target: Target) -> Integers | None:
    """One kernel for the sum and its quantizer, if its factors are the same in all channels."""
    nodes = tuple(node for node in value.chain if node.op_type != "Relu")
    line, y = replace(value, chain=nodes), target.integers
    if not line.is_linear or target.mode not in ("ROUND", "HALF_EVEN") or y.is_bits:
        return None
    rectified = len(nodes) < len(value.chain)
    if rectified and any(node.op_type not in ("Mul", "Relu", "Div") for node in value.chain):
        return None
    value = _of_one_scale(hardware, value)
    slope, start = line.line()
    a, b = value.terms
    real = [slope * x.scale / y.scale for x in (a, b)]
    offset = (slope * (a.offset + b.offset) + start - y.offset) / y.scale
    if any(np.ptp(each) > _NEAR * abs(each[0]) for each in real):
        return None
    floor = max(y.least, int(np.rint(-y.offset[0] / y.scale[0]))) if rectified else y.least
    factors = _fitted((float(real[0][0]), float(real[1][0])), offset, value, target, floor)
    if factors is None:
        return None
    older, younger = sorted((a, b), key=lambda x: hardware.age(x.tensor))
    if factors.is_plain and younger.datatype.signed():
        tensor = hardware.add(
            "TarsierResidualAdd",
            [older.tensor, younger.tensor],
            floor=floor,
            ceiling=y.most,
            outputDataType=y.datatype.name,
        )
    else:
        tensor = _scaled_add(hardware, (a, b), factors, floor, y)
    return replace(y, tensor=tensor, least=floor)


def _of_one_scale(hardware: Hardware, value: Value) -> Value:
    """`value`, its streams with one scale each, where channels have whole multiples of one."""
    return replace(value, terms=tuple(_unified(hardware, term) for term in value.terms))


def _unified(hardware: Hardware, x: Integers) -> Integers:
    ratios = x.scale / x.scale[np.abs(x.scale).argmin()]
    whole_ratios = np.rint(ratios)
    if np.ptp(x.scale) == 0 or np.any(np.abs(ratios - whole_ratios) > _NEAR * np.abs(ratios)):
        return x
    factors = whole_ratios.astype(np.int64)
    ends = np.outer(factors, [x.least, x.most])
    least, most = int(ends.min()), int(ends.max())
    products = channel_scale(factors, x.datatype.bitwidth(), x.datatype.signed(), x.channels)
    datatype = DataType[f"INT{products.outputs[0].width // x.channels}"]
    tensor = hardware.add(
        "TarsierChannelScale",
        [x.tensor],
        [hardware.add_constant(factors, datatype_of(int(factors.min()), int(factors.max())).name)],
        outputDataType=datatype.name,
    )
    scale = x.scale / whole_ratios
    return Integers(tensor, datatype, least, most, np.full_like(scale, scale[0]), x.offset)


def _scaled_add(
    hardware: Hardware,
    terms: tuple[Integers, Integers],
    factors: _Factors,
    floor: int,
    y: Integers,
) -> str:
    offset = hardware.add_constant(factors.offset, "INT64")
    return hardware.add(
        "TarsierScaledAdd",
        [term.tensor for term in terms],
        [offset],
        x_scale=factors.first,
        d_scale=factors.second,
        shift=factors.shift,
        floor=floor,
        ceiling=y.most,
        outputDataType=y.datatype.name,
    )


def _fitted(
    real: tuple[float, float], offset: np.ndarray, value: Value, target: Target, floor: int
) -> _Factors | None:
    """Integers over a power of two that give the quantizer's steps."""
    for shift in range(64):
        scaled = [each * 2.0**shift for each in real]
        first, second = (round(each) for each in scaled)
        starts = np.ldexp(offset, shift)
        exact = scaled == [first, second] and np.array_equal(starts, np.rint(starts))
        if not _are_held((first, second), starts, shift, value, target):
            return None
        factors = _Factors(first, second, np.rint(starts).astype(np.int64), shift, exact)
        if exact:
            return factors
        fine = min(abs(first), abs(second)) >= _FINE
        if fine and _same(factors, real, offset, value, target, floor):
            return factors
    return None


def _are_held(
    factors: tuple[int, int], starts: np.ndarray, shift: int, value: Value, target: Target
) -> bool:
    """Whether the kernel takes them for the streams of `value`, and 2^shift for the target's."""
    largest = max(*map(abs, factors), np.abs(starts).max() + 1)
    widths = [
        f.bit_length() + x.datatype.bitwidth() for f, x in zip(factors, value.terms, strict=True)
    ]
    widest = max(*widths, shift + target.datatype.bitwidth()) + 1
    return bool(largest < 1 << (_FACTOR_BITS - 1)) and widest <= _SUM_BITS


def _same(
    factors: _Factors,
    real: tuple[float, float],
    offset: np.ndarray,
    value: Value,
    target: Target,
    floor: int,
) -> bool:
    """Whether `factors` give the quantizer's integer for every pair of integers there is.

    They can differ only where a sum lies as near to a step as the factors are off, and doubles. So
    all steps that a pair can come to are looked at, and the network is executed at those pairs.
    """
    terms = value.terms
    order = sorted(range(2), key=lambda n: terms[n].count)
    x, d = (terms[n] for n in order)
    p, q = (real[n] for n in order)
    whole_factors = (factors.first, factors.second)
    held = [np.ldexp(float(whole_factors[n]), -factors.shift) for n in order]
    starts = np.ldexp(factors.offset.astype(np.float64), -factors.shift)
    reach = [float(max(abs(term.least), abs(term.most))) for term in (x, d)]
    off = reach[0] * abs(p - held[0]) + reach[1] * abs(q - held[1])
    off += float(np.abs(offset - starts).max())
    largest = reach[0] * abs(p) + reach[1] * abs(q) + float(np.abs(offset).max()) + 1
    near = 2 * off + largest * _ROUNDED
    steps = np.arange(floor, target.integers.most) + 0.5
    own = np.unique(offset)
    if near > abs(q) / 4 or x.count * steps.size * own.size > _POINTS:
        return False
    rows = max(1, _AT_ONCE // max(1, steps.size * own.size))
    for first in range(x.least, x.most + 1, rows):
        i = np.arange(first, min(first + rows, x.most + 1))
        at = (steps - own[:, None, None] - p * i[:, None]) / q  # (offsets, x, steps) reals d
        nearest = np.rint(at)
        close = np.abs(at - nearest) * abs(q) <= near
        found = np.nonzero(close & (nearest >= d.least) & (nearest <= d.most))
        pairs = np.unique(np.stack([i[found[1]], nearest[found].astype(np.int64)]), axis=1)
        if pairs.size and not _same_at(factors, pairs[order], value, target, floor):
            return False
    return True


def _same_at(
    factors: _Factors, pairs: np.ndarray, value: Value, target: Target, floor: int
) -> bool:
    """Whether `factors` give what the network gives at (2, N) `pairs` of integers, one a term."""
    after, y = value.after(target.node), target.integers
    for first in range(0, pairs.shape[1], _AT_ONCE // value.channels):
        part = pairs[:, first : first + _AT_ONCE // value.channels]
        i, j = (np.broadcast_to(each, (value.channels, part.shape[1])) for each in part)
        total = i * factors.first + j * factors.second + factors.offset[:, None]
        made = requant(total, factors.shift, floor, y.most)
        if not np.array_equal(made, whole(after.within(i, j), y, target.node)):
            return False
    return True
