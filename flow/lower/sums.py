# SPDX-License-Identifier: MIT
"""The sum of two streams in integers: y = clamp(rint((x * first + d * second + offset) / 2^shift)).

Where scales are powers of two apart, that is what the network does. Where they are not, factors of
enough bits give the same steps, and it is made sure that they do: for every x there is, on both
sides of every step that d can make.
"""

from dataclasses import dataclass, replace

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
_OUTER = 1 << 10  # integers of the narrower stream that are looked at one by one
_POINTS = 1 << 24  # steps that are looked at in all


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
        FlowError: the scale of neither is a whole multiple of the other's.
    """
    value = _of_one_scale(hardware, value)
    a, b = value.terms
    unit = min(float(np.abs(a.scale).min()), float(np.abs(b.scale).min()))
    ratios = [np.unique(np.rint(x.scale / unit / _NEAR) * _NEAR) for x in (a, b)]
    if any(len(f) != 1 or abs(f[0] - np.rint(f[0])) > _NEAR for f in ratios):
        raise FlowError(
            f"{reader.op_type} {reader.name}: it reads a sum of streams of scales"
            f" {a.scale[0]:g} and {b.scale[0]:g}; one must be a whole multiple of the other, or a"
            " Quant of one scale must stand before the sum"
        )
    first, second = (int(np.rint(f[0])) for f in ratios)
    ends = [sorted((f * x.least, f * x.most)) for f, x in ((first, a), (second, b))]
    least, most = (sum(end[i] for end in ends) for i in range(2))
    datatype = datatype_of(least, most)
    factors = _Factors(first, second, np.zeros(a.channels, np.int64), 0, exact=True)
    y = Integers("", datatype, least, most, np.full(a.channels, unit), a.offset + b.offset)
    tensor = _scaled_add(hardware, (a, b), factors, least, y)
    return replace(value, terms=(replace(y, tensor=tensor),))


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
    hardest: list[int] = []
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
        if min(abs(first), abs(second)) >= _FINE and _same(factors, value, target, floor, hardest):
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


def _same(factors: _Factors, value: Value, target: Target, floor: int, hardest: list[int]) -> bool:
    """Whether `factors` give the quantizer's integer for every pair of integers there is.

    Both sums grow or fall with the wider stream, so that they are looked at on both sides of every
    step. `hardest` are integers of the narrower one that go first; one that fails is added.
    """
    outer = int(value.terms[1].count < value.terms[0].count)
    x, d = value.terms[outer], value.terms[1 - outer]
    y, shift, offset = target.integers, factors.shift, factors.offset[:, None]
    halves = (np.arange(floor, y.most) * 2 + 1) << shift >> 1
    if x.count > _OUTER or x.count * halves.size * value.channels > _POINTS or not halves.size:
        return False
    own, other = (factors.second, factors.first) if outer else (factors.first, factors.second)
    after = value.after(target.node)
    ends = np.broadcast_to([d.least, d.most], (value.channels, 2))
    for i in [*reversed(hardest), *range(x.least, x.most + 1)]:
        at = (halves - i * own - offset) // other
        reached = np.any((at >= d.least - 1) & (at <= d.most + 1), axis=0)
        near = [at[:, reached] + side for side in (-1, 0, 1)]  # a sum just at a half is even
        where = np.clip(np.concatenate([*near, ends], axis=1), d.least, d.most)
        pair = [np.full(where.shape, i), where]
        wanted = whole(after.within(*(pair[::-1] if outer else pair)), y, target.node)
        total = i * own + where * other + offset
        if not np.array_equal(requant(total, shift, floor, y.most), wanted):
            hardest.append(i)
            return False
    return True
