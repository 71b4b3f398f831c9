# SPDX-License-Identifier: MIT
"""scaled_add: the sum of two streams of different scales, rounded half to even and clamped."""

from math import ceil

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import block_ram, is_block_rom, logic_cost
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.cost.table_cost import unpacked_bits
from tarsier_fpga.hls.describe.examples import two_lines
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Bounded, Case, Induction, Shape, Way
from tarsier_fpga.hls.describe.ranges import (
    check_clamp,
    integer_range,
    integers,
    require_at_least,
    signed_width,
    unsigned_width,
)
from tarsier_fpga.hls.golden.scaled_add import scaled_add as golden
from tarsier_fpga.hls.netlist.instance import Bits, Instance, Stream, Table, pack_bits

__all__ = ["RECORDED", "cost", "proofs", "scaled_add"]

_INT = 32  # bits of a signed end of the clamp
_FACTOR = 48  # bits of a signed scale or offset
_WIDEST = 64  # bits of a sum
# Bits of the factors of a DSP, signed: UG479, UG579.
_DSP_WIDE, _DSP_NARROW = {Family.SERIES7: 25, Family.ULTRASCALE_PLUS: 27}, 18
_ADDED_DIGITS = 3  # of a scale whose product is made of adders
# LUTs per bit of a product: 3x + 5d of 3 bits 6 a lane; per adder and bit of 5x + 13d 0.86.
_LUTS, _NARROW, _ADDER_LUTS = 0.6, 9, 0.85


def scaled_add(
    lanes: int,
    x_width: int,
    x_signed: bool,
    d_width: int,
    d_signed: bool,
    x_scale: int,
    d_scale: int,
    offset: np.ndarray,
    shift: int,
    y_width: int,
    y_min: int,
    y_max: int,
) -> Instance:
    """(x*x_scale + d*d_scale + offset) / 2^shift, rounded half to even, clamped to y_min..y_max.

    Where every beat of a pixel has the same offsets, they are constants and there is no table.

    Args:
        offset: (channels,) integers; channel f*lanes + l is lane l of beat f of a pixel

    Raises:
        KernelError: `lanes` does not divide the channels, the clamp is empty or beyond 32 bits,
            `y_width` bits cannot carry it (they are signed when y_min < 0, else unsigned), a scale
            or an offset needs more than 48 bits, or the sum more than 64.
    """
    offsets = integers("scaled_add", "offset", offset, 1)
    require_at_least(
        "scaled_add", 1, lanes=lanes, x_width=x_width, d_width=d_width, y_width=y_width
    )
    require_at_least("scaled_add", 0, shift=shift)
    check_clamp("scaled_add", y_width, y_min, y_max)
    ends = [int(offsets.min()), int(offsets.max())]
    factors = [("x_scale", x_scale), ("d_scale", d_scale), *(("offset", end) for end in ends)]
    bounds = [("y_min", y_min), ("y_max", y_max)]
    for pairs, width in ((factors, _FACTOR), (bounds, _INT)):
        for name, value in pairs:
            if signed_width(value, value) > width:
                raise KernelError(f"scaled_add: {name}={value} must fit in {width} bits")
    if offsets.size % lanes:
        raise KernelError(f"scaled_add: lanes={lanes} must divide channels={offsets.size}")
    beats = offsets.reshape(-1, lanes)
    if np.all(beats == beats[0]):
        beats = beats[:1]
    folds, offset_width = len(beats), signed_width(*ends)
    # as the SystemVerilog counts them, with the carries of two sums and of the rounding
    terms = (x_width + _bits(x_scale) + 1, d_width + _bits(d_scale) + 1, offset_width, shift)
    work = max(*terms, _bits(y_min), _bits(y_max)) + 2
    if work > _WIDEST:
        raise KernelError(
            f"scaled_add: x_width={x_width} x_scale={x_scale} d_width={d_width} d_scale={d_scale},"
            f" offsets of {offset_width} bits and shift={shift} need {work} bits, at most {_WIDEST}"
            " can be"
        )
    return Instance(
        module="scaled_add",
        params={
            "Lanes": lanes,
            "Folds": folds,
            "XWidth": x_width,
            "XSigned": int(x_signed),
            "DWidth": d_width,
            "DSigned": int(d_signed),
            "XScale": _longint(x_scale),
            "DScale": _longint(d_scale),
            "OffsetW": offset_width,
            "Shift": shift,
            "YWidth": y_width,
            "YMin": y_min,
            "YMax": y_max,
            "Offset": pack_bits(beats, offset_width),
        },
        inputs=(
            Stream("x", lanes * x_width, lanes, x_signed),
            Stream("d", lanes * d_width, lanes, d_signed),
        ),
        outputs=(Stream("y", lanes * y_width, lanes, y_min < 0),),
        function="ScaledAdd",
        template=(
            *(lanes, folds, x_width, int(x_signed), d_width, int(d_signed)),
            *(x_scale, d_scale, offset_width, shift, y_width, y_min, y_max),
        ),
        tables=(Table("offset", offset_width, True, beats.ravel()),),
        beats_per_count=folds,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """A sum, whose carry rounds, and a clamp for every lane; products that are no wires; offsets.

    A lane of 8 bits, 4x + d: 18 LUTs, and 9 where no sum needs the clamp.
    """
    lanes, folds = (kernel.number(name) for name in ("Lanes", "Folds"))
    *streams, x_scale, d_scale, offset_width, shift, y_width, y_min, y_max = kernel.template[2:]
    scales, columns = (x_scale, d_scale), kernel.tables[0].values.reshape(folds, lanes)
    ends = [integer_range(streams[at], bool(streams[at + 1])) for at in (0, 2)]
    products = [[scale * end for end in pair] for scale, pair in zip(scales, ends, strict=True)]
    widths = [_bits_of(product) for product in products]
    start = max(_place(scale) for scale in scales)  # below it the narrower places are wires
    sum_luts = max(0, min(widths) - start)
    if shift:
        sum_luts = max(widths) - min(start, shift) + 1
    if folds > 1:
        sum_luts += max(*widths, offset_width)
    elif np.any(columns):
        sum_luts += 2
    around = (int(columns.min()), int(columns.max()))
    least, most = (
        sum(end(p) for p in products) + offset >> shift
        for end, offset in zip((min, max), around, strict=True)
    )
    clamps = least < y_min or most + (shift > 0) > y_max
    lane = sum_luts + (y_width + 1 if clamps else 0)
    fixed = logic_cost(lut=lanes * lane + 4, ff=lanes * y_width + 1)
    if folds == 1 and max(map(_digits, scales)) <= 1:
        return fixed
    parts = [
        _product_cost(scale, width, streams[at] + 1 - streams[at + 1], family)
        for scale, width, at in zip(scales, widths, (0, 2), strict=True)
    ]
    return total([fixed, _table_cost(kernel), *lanes * parts])


def _table_cost(kernel: Instance) -> Resources:
    """The offsets of all beats, a LUT and a register for each of their columns, and the counter."""
    folds, lanes = (kernel.number(name) for name in ("Folds", "Lanes"))
    if folds == 1:
        return logic_cost(lut=0)
    width = kernel.number("OffsetW")
    if is_block_rom(width, 1 << (folds - 1).bit_length()):
        return total(lanes * [block_ram(width, folds)])
    bits = unpacked_bits(kernel.bits("Offset"), (folds, lanes * width))
    columns = {column.tobytes() for column in bits.T if 0 < column.sum() < folds}
    place = (folds - 1).bit_length()
    return logic_cost(lut=max(1, folds / 22) * len(columns) + place, ff=len(columns) + place)


def _product_cost(scale: int, width: int, x_width: int, family: Family) -> Resources:
    """One lane's product of signed integers of `x_width` bits, in `width`, with its register."""
    digits = _digits(scale)
    if digits <= 1:
        return logic_cost(lut=0, ff=width)
    if digits <= _ADDED_DIGITS:
        luts = _LUTS if width < _NARROW else _ADDER_LUTS * (digits - 1)
        return logic_cost(lut=luts * width, ff=width)
    dsps = _dsps(x_width, _bits(scale), family)
    # the one DSP of 7 series keeps its product
    kept = family is Family.SERIES7 and dsps == 1
    return logic_cost(lut=0 if dsps == 1 else width, ff=0 if kept else width, dsp=dsps)


def proofs() -> tuple[Case, ...]:
    """The whole truth table, where it is small: with scales that are wires, and that are not."""
    return (
        _proof((True, False), (4, -1), [1, 1], 1, (-6, 7), Induction(1)),
        _proof((False, True), (2, 8), [0, 0], 0, (-32, 54), Induction(1)),
        _proof((True, True), (3, 5), [-2, 3], 2, (0, 7), Bounded(20)),
        _proof((True, False), (-2, 43), [7, -2, 0, 100], 4, (-3, 12), Bounded(20)),
    )


def _proof(
    signs: tuple[bool, bool],
    scales: tuple[int, int],
    offset: list[int],
    shift: int,
    clamp: tuple[int, int],
    way: Way,
) -> Case:
    """Of two lanes of 3 bits and of 3 bits."""
    (x_signed, d_signed), y_width, offsets = signs, signed_width(*clamp), np.array(offset)
    wires, beats = isinstance(way, Induction), len(offset) // 2

    def said(x: np.ndarray, d: np.ndarray) -> np.ndarray:
        return golden(x.reshape(-1), d.reshape(-1), *scales, offsets, shift, *clamp)

    return Case(
        scaled_add(2, 3, x_signed, 3, d_signed, *scales, offsets, shift, y_width, *clamp),
        {"x": Shape(2, 3, beats, x_signed), "d": Shape(2, 3, beats, d_signed)},
        {"y": Shape(2, y_width, beats)},
        said,
        way,
        registers=1 if wires else None,
        units=4 if wires else 8,
    )


RECORDED: Recorded = {
    "16 lanes of 8 bits, 4x + d": lambda: _recorded(8, 4, 1, 2),
    "16 lanes of 4 bits, x + 8d exactly": lambda: scaled_add(
        16, 4, False, 4, True, 1, 8, np.zeros(16, np.int64), 0, 8, -64, 71
    ),
    "16 lanes of 8 bits, 5x + 13d": lambda: _recorded(8, 5, 13, 4),
    "16 lanes of 3 bits, 3x + 5d": lambda: scaled_add(
        16, 3, True, 3, True, 3, 5, np.zeros(16, np.int64), 2, 4, -8, 7
    ),
    "16 lanes of 8 bits, 12,345x + 27,182d": lambda: _recorded(8, 12_345, 27_182, 15),
    "16 lanes of 8 bits, factors of 34 and 29 bits, 64 offsets": lambda: scaled_add(
        *(16, 8, True, 20, True, 7_300_446_426, 191_732_217),
        *(two_lines(64)[:, 2] << 8, 32, 8, -128, 127),
    ),
}


def _recorded(width: int, x_scale: int, d_scale: int, shift: int) -> Instance:
    """16 lanes of `width` bits, signed, and of 8 bits out."""
    streams = (16, width, True, width, True)
    return scaled_add(*streams, x_scale, d_scale, np.zeros(16, np.int64), shift, 8, -128, 127)


def _longint(value: int) -> int | Bits:
    """`value` as a literal of SystemVerilog can hold it, whose decimals have 32 bits."""
    return value if _bits(value) <= _INT else Bits(64, value % (1 << 64))


def _bits(value: int) -> int:
    return signed_width(value, value)


def _bits_of(ends: list[int]) -> int:
    least, most = min(ends), max(ends)
    return signed_width(least, most) if least < 0 else unsigned_width(most)


def _dsps(x_width: int, scale_width: int, family: Family) -> int:
    """DSPs of a product of signed integers, as the SystemVerilog cuts the scale."""
    narrow = x_width <= _DSP_NARROW
    cut = (_DSP_WIDE[Family.SERIES7] if narrow else _DSP_NARROW) - 1
    streams = 1 if narrow else ceil(x_width / _DSP_WIDE[family])
    return streams * ceil((scale_width - 1) / cut)


def _place(scale: int) -> int:
    """How many low bits of its product are 0."""
    return (scale & -scale).bit_length() - 1 if scale else 0


def _digits(scale: int) -> int:
    """How many signed digits it takes: 1 of 4 or -4, 2 of 3 = 4 - 1; no two are neighbours.

    Source: Reitwiesner, Binary arithmetic, 1960; the digits are where 3/2 and 1/2 of it differ.

    >>> [_digits(n) for n in (0, -8, 3, 13, 11)]
    [0, 1, 2, 3, 3]
    """
    half = abs(scale) >> 1
    return (half ^ (abs(scale) + half)).bit_count()
