# SPDX-License-Identifier: MIT
"""affine_requant: a line of one or two pieces per channel, rounded and clamped."""

from math import ceil

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    logic_cost,
)
from tarsier_fpga.hls.cost.resources import Resources
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
    """A DSP for every lane."""
    return logic_cost(lut=0, ff=0, dsp=0)


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


RECORDED: Recorded = {}
