# SPDX-License-Identifier: MIT
"""affine_requant: a line of one or two pieces per channel, rounded and clamped."""

from math import ceil

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    block_ram,
    is_block_rom,
    logic_cost,
)
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.cost.table_cost import unpacked_bits
from tarsier_fpga.hls.describe.examples import two_lines
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    check_clamp,
    integer_range,
    integers,
    require_at_least,
    signed_width,
)
from tarsier_fpga.hls.golden.affine_requant import affine_requant as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["COLUMNS", "RECORDED", "affine_requant", "cost", "proofs"]

COLUMNS = ("knot", "below_mul", "below_add", "above_mul", "above_add")
_WIDEST = 63  # bits of a sum
_CLAMP = integer_range(32, True)  # what its ends, SystemVerilog's int, can be

_DSP_WIDTH = 9  # bits of the narrowest product that Yosys gives to a DSP
# Bits of the factors of a DSP, signed: UG479, UG579.
_DSP_WIDE, _DSP_NARROW = {Family.SERIES7: 25, Family.ULTRASCALE_PLUS: 27}, 18
# Per bit of a compared x: 16 lanes of 20 bits 209 LUTs more than without knots. Per bit of a sum on
# UltraScale+: 8 lanes of 36 bits 289 and 270 more than on 7 series, 16 lanes with one line 298.
_KNOT_LUTS, _KNOT_LUTS_FOLDED, _ADDER_LUTS, _ADDER_LUTS_OF_CONSTANT = 0.55, 1.1, 0.9, 0.53
_KNOT_FFS_FOLDED = 9  # per lane: 64 channels in 8 lanes 526 flip-flops


def affine_requant(
    coefficients: np.ndarray,
    lanes: int,
    x_width: int,
    x_signed: bool,
    shift: int,
    y_width: int,
    y_min: int,
    y_max: int,
) -> Instance:
    """rint((x * m + b) / 2^shift), half to even, clamped to y_min..y_max, `lanes` channels a beat.

    Batch normalisation, a learned scale, (P)ReLU or LeakyReLU and the rounding of a layer in one.
    Where no x of a channel meets another piece than the others, the knots take no hardware.

    Args:
        coefficients: (channels, 5) integers, the COLUMNS: (m, b) of a channel is the pair above
            where x >= knot, else the one below; channel f*lanes + l is lane l of beat f

    Raises:
        KernelError: `lanes` does not divide the channels, a sum needs more than 63 bits, the clamp
            is empty or beyond 32 bits, or `y_width` bits cannot carry it (they are signed when
            y_min < 0, else unsigned).
    """
    rows = integers("affine_requant", "coefficients", coefficients, 2)
    channels, columns = rows.shape
    require_at_least("affine_requant", 1, lanes=lanes, x_width=x_width, y_width=y_width)
    require_at_least("affine_requant", 0, shift=shift)
    if columns != len(COLUMNS):
        raise KernelError(
            f"affine_requant: coefficients of shape {rows.shape} must have the"
            f" {len(COLUMNS)} columns {', '.join(COLUMNS)}"
        )
    if channels % lanes:
        raise KernelError(f"affine_requant: lanes={lanes} must divide channels={channels}")
    check_clamp("affine_requant", y_width, y_min, y_max)
    if y_min < _CLAMP[0] or y_max > _CLAMP[1]:
        raise KernelError(
            f"affine_requant: y_min={y_min}, y_max={y_max} must lie in {_CLAMP[0]}..{_CLAMP[1]}"
        )
    knots, mul, add = _pieces(rows, x_width, x_signed)
    sum_width = _sum_width(mul, add, integer_range(x_width, x_signed), shift)
    folds, pieces = channels // lanes, mul.shape[1]
    m_width, a_width = (signed_width(values.min(), values.max()) for values in (mul, add))
    if max(x_width, sum_width) > _WIDEST:
        raise KernelError(
            f"affine_requant: x of {x_width} bits times factors of {m_width}, plus offsets of"
            f" {a_width}, over 2^{shift} need sums of {sum_width} bits, at most {_WIDEST} can be"
        )
    return Instance(
        module="affine_requant",
        params={
            "Lanes": lanes,
            "Folds": folds,
            "XWidth": x_width,
            "XSigned": int(x_signed),
            "Pieces": pieces,
            "MWidth": m_width,
            "AWidth": a_width,
            "SumW": sum_width,
            "Shift": shift,
            "YWidth": y_width,
            "YMin": y_min,
            "YMax": y_max,
            "Knot": pack_bits(knots, x_width),
            "Mul": pack_bits(mul, m_width),
            "Add": pack_bits(add, a_width),
        },
        inputs=(Stream("x", lanes * x_width, lanes, x_signed),),
        outputs=(Stream("y", lanes * y_width, lanes, y_min < 0),),
        function="AffineRequant",
        template=(
            *(lanes, folds, x_width, int(x_signed), pieces),
            *(m_width, a_width, sum_width, shift, y_width, y_min, y_max),
        ),
        tables=(
            Table("knot", x_width + 1, True, knots),
            Table("mul", m_width, True, mul),
            Table("add", a_width, True, add),
        ),
        beats_per_count=folds,
    )


def _pieces(
    rows: np.ndarray, x_width: int, x_signed: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Knots (channels,) among the values of x, factors and offsets (channels, pieces)."""
    least, most = integer_range(min(x_width, _WIDEST), x_signed)
    knots, below, above = rows[:, 0], rows[:, 1:3], rows[:, 3:5]
    below = np.where(knots[:, None] <= least, above, below)  # never below
    above = np.where(knots[:, None] > most, below, above)  # never above
    bent = (below != above).any(axis=1)
    # a knot that decides nothing is where the highest bit alone decides
    knots = np.where(bent, knots, (least + most + 1) // 2)
    lines = np.stack([below, above] if bent.any() else [below], axis=1)
    return (knots if bent.any() else np.zeros_like(knots)), lines[..., 0], lines[..., 1]


def _sum_width(mul: np.ndarray, add: np.ndarray, x_ends: tuple[int, int], shift: int) -> int:
    """Bits of a signed integer that holds every sum, and half an output step more."""
    pairs = zip(mul.ravel().tolist(), add.ravel().tolist(), strict=True)
    sums = [m * x + b for m, b in pairs for x in x_ends]  # of any size
    return signed_width(min(sums), max(sums) + (1 << shift >> 1))


def cost(kernel: Instance, family: Family) -> Resources:
    """DSPs for every lane, the pieces of its channels in a ROM, a comparison, a clamp."""
    lanes, folds, pieces = (kernel.number(name) for name in ("Lanes", "Folds", "Pieces"))
    x_width, m_width, sum_width = (kernel.number(n) for n in ("XWidth", "MWidth", "SumW"))
    y_width, shift = kernel.number("YWidth"), kernel.number("Shift")
    depth = pieces << (folds - 1).bit_length()
    words, offsets, knots = _columns(kernel)
    offset_width = max(kernel.number("AWidth"), shift + 1)
    in_blocks = is_block_rom(m_width + offset_width, depth)  # whose registers hold the words
    rom = lanes * [block_ram(m_width + offset_width, depth)] if in_blocks else []
    # Up to 16 folds a column of a ROM is a LUT; of 32 it takes 1.1 to 1.4, of 64 2.4 to 3.2.
    deep = max(1, min(folds / 22, 1.7 + folds / 50))
    lut = lanes * (y_width + max(1, sum_width - shift) / 3 + shift / 6) + 4
    lut += 0 if in_blocks or depth == 1 else deep * words
    ff = 4 + (folds - 1).bit_length() + kernel.outputs[0].width + (0 if in_blocks else words)
    if pieces == 2 and folds == 1:
        lut += lanes * _KNOT_LUTS * x_width
    elif pieces == 2:
        lut += lanes * _KNOT_LUTS_FOLDED * x_width + (deep - 1) * knots
        ff += lanes * _KNOT_FFS_FOLDED
    factors = sorted((x_width + 1 - kernel.number("XSigned"), m_width))
    dsps = ceil(factors[1] / _DSP_WIDE[family]) * ceil(factors[0] / _DSP_NARROW)
    if sum(factors) < _DSP_WIDTH:
        lut += lanes * factors[0] * factors[1] / 2
        dsps = 0
    if family is not Family.SERIES7 or dsps != 1:  # one DSP there keeps and adds what it multiplies
        lut += lanes * sum_width * (_ADDER_LUTS if depth > 1 else _ADDER_LUTS_OF_CONSTANT)
        ff += lanes * (x_width + 2 * sum_width) + (lanes * offset_width if in_blocks else offsets)
    return total([logic_cost(lut, ff, lanes * dsps), *rom])


def _columns(kernel: Instance) -> tuple[int, int, int]:
    """Registers of the pieces' words, of their offsets alone, and columns of the knots' ROMs.

    Equal columns of a ROM share one.
    """
    lanes, folds, pieces = (kernel.number(name) for name in ("Lanes", "Folds", "Pieces"))
    shared = pieces == 1  # lanes with knots choose for themselves

    def seen(name: str, width: str, items: int) -> set[tuple[int, bytes]]:
        bits = unpacked_bits(kernel.bits(name), (folds, lanes, items, kernel.number(width)))
        return {
            (0 if shared else lane, column.tobytes())
            for lane, columns in enumerate(bits.transpose(1, 3, 0, 2))
            for column in columns
            if column.any() and not column.all()
        }

    factors, offsets = seen("Mul", "MWidth", pieces), seen("Add", "AWidth", pieces)
    return len(factors | offsets), len(offsets), len(seen("Knot", "XWidth", 1))


def proofs() -> tuple[Case, ...]:
    """Two pieces, in one beat and in two, and a line alone."""
    bent = np.array([[-2, 1, 3, 2, -1], [3, -3, 0, 2, 1]])
    line = np.array([[0, 3, -2, 3, -2], [0, -1, 1, -1, 1]])
    return (
        _proof(bent, 2, True, 2, 4, -5, 6),
        _proof(bent, 1, True, 1, 4, -8, 7),
        _proof(line, 1, False, 0, 4, 0, 9),
    )


def _proof(
    rows: np.ndarray, lanes: int, x_signed: bool, shift: int, y_width: int, y_min: int, y_max: int
) -> Case:
    beats = len(rows) // lanes
    return Case(
        affine_requant(rows, lanes, 4, x_signed, shift, y_width, y_min, y_max),
        {"x": Shape(lanes, 4, beats, x_signed)},
        {"y": Shape(lanes, y_width, beats)},
        lambda x: golden(x.reshape(-1), rows, shift, y_min, y_max),
        Induction(1),
        patience=8,
        units=8,
    )


RECORDED: Recorded = {
    "16 channels of 20 bits, two pieces": lambda: _recorded(16, 16, True),
    "16 channels of 20 bits, one piece": lambda: _recorded(16, 16, False),
    "64 channels of 20 bits, two pieces, 8 lanes": lambda: _recorded(64, 8, True),
    "64 channels of 20 bits, one piece, 8 lanes": lambda: _recorded(64, 8, False),
    "256 channels of 20 bits, two pieces, 1 lane": lambda: _recorded(256, 1, True),
}


def _recorded(channels: int, lanes: int, bent: bool) -> Instance:
    """Factors of 16 bits, offsets of 32, 8 bits out."""
    lines = two_lines(channels)
    rows = lines if bent else lines[:, [0, 3, 4, 3, 4]]
    return affine_requant(rows, lanes, 20, True, 24, 8, -128, 127)
