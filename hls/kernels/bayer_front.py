# SPDX-License-Identifier: MIT
"""bayer_front: the samples of a mosaic, scaled, rounded and packed to pixels of four."""

from enum import IntEnum
from math import ceil, gcd

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    logic_cost,
    memory_cost,
)
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    integers,
    require_at_least,
    unsigned_width,
)
from tarsier_fpga.hls.golden.bayer_front import bayer_front as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["RECORDED", "Cfa", "bayer_front", "cost", "proofs"]

_WIDEST_GAIN = 63  # bits that a Table carries

_LUTS = {Family.SERIES7: 20, Family.ULTRASCALE_PLUS: 31}  # per sample: 2 samples 39 and 51
_LUTS_2 = 36  # for a second DSP: 4 samples 126, and 270 with two
_FFS = 1.1  # per bit of a product that is rounded: 4 samples of 18 bits 329, of 32 bits 389
_DSP_FACTOR = 27  # bits of the wider factor of a DSP, UG579


class Cfa(IntEnum):
    """The colours of the first two by two samples, row by row; the value is where red lies."""

    RGGB = 0
    GRBG = 1
    GBRG = 2
    BGGR = 3


def bayer_front(
    samples: int,
    frame_w: int,
    x_width: int,
    y_width: int,
    black: np.ndarray,
    gain: np.ndarray,
    offset: int,
    cfa: Cfa = Cfa.RGGB,
) -> Instance:
    """Samples less black, times gain, rounded half to even, plus offset, clipped, packed.

    Args:
        samples: of a beat, 1 or even
        frame_w: samples of a row of the mosaic
        black: (4,) integers by colour: red, green of the red row, green of the blue row, blue
        gain: (4, 2) positive integers, numerator and denominator by colour, rounded exactly

    Raises:
        KernelError: rows are no whole beats of whole blocks, or a level, a gain or the offset is
            out of range.
    """
    levels = integers("bayer_front", "black", black, 1)
    ratios = integers("bayer_front", "gain", gain, 2)
    require_at_least("bayer_front", 1, samples=samples, x_width=x_width, y_width=y_width)
    require_at_least("bayer_front", 4, frame_w=frame_w)
    if levels.shape != (4,) or ratios.shape != (4, 2) or ratios.min() < 1:
        raise KernelError(
            f"bayer_front: black of shape {levels.shape} must be (4,), gain of shape"
            f" {ratios.shape} (4, 2) and >= 1, here {ratios.min()}"
        )
    if samples > 1 and samples % 2:
        raise KernelError(f"bayer_front: samples={samples} must be 1 or even")
    if frame_w % 2 or frame_w % samples or frame_w < 2 * samples:
        raise KernelError(
            f"bayer_front: frame_w={frame_w} must be even and two or more times samples={samples}"
        )
    if levels.min() < 0 or levels.max() >= 1 << x_width:
        raise KernelError(
            f"bayer_front: black {levels.min()}..{levels.max()} must fit in x_width={x_width} bits"
        )
    if y_width > 30 or not 0 <= offset < 1 << y_width:
        raise KernelError(
            f"bayer_front: offset={offset} must lie in 0..2^y_width - 1, y_width={y_width} in 1..30"
        )
    factors, fraction, slack = _fixed_point(ratios.tolist(), x_width)
    gain_width = unsigned_width(max(factors))
    if gain_width > _WIDEST_GAIN:
        raise KernelError(
            f"bayer_front: gain {ratios.tolist()} needs {gain_width} bits to round exactly, at most"
            f" {_WIDEST_GAIN}: reduce its denominators"
        )
    blocks = max(1, samples // 2)
    return Instance(
        module="bayer_front",
        params={
            "Samples": samples,
            "FrameW": frame_w,
            "XWidth": x_width,
            "YWidth": y_width,
            "Red": int(cfa),
            "Black": pack_bits(levels, x_width),
            "GainW": gain_width,
            "Gain": pack_bits(np.array(factors), gain_width),
            "Slack": slack,
            "Fraction": fraction,
            "Offset": offset,
        },
        inputs=(Stream("x", samples * x_width, samples),),
        outputs=(Stream("y", blocks * 4 * y_width, blocks * 4),),
        function="BayerFront",
        template=(
            *(samples, frame_w, x_width, y_width, int(cfa)),
            *(gain_width, slack, fraction, offset),
        ),
        tables=(
            Table("black", x_width, False, levels),
            Table("gain", gain_width, False, np.array(factors)),
        ),
        beats_per_count=2 * frame_w // samples,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """A multiplier and a rounding for every sample of a beat, and a row in memory."""
    samples, gain_width, y_width = (kernel.number(n) for n in ("Samples", "GainW", "YWidth"))
    dsps = ceil((gain_width + 1) / _DSP_FACTOR)
    rounded = kernel.number("XWidth") + gain_width + 2 - kernel.number("Slack")
    wide = max(2, samples)
    row = memory_cost(wide * y_width, kernel.number("FrameW") // wide, family)
    luts = _LUTS[family] + _LUTS_2 * (dsps - 1)
    # the DSPs of 7 series keep their products
    ffs = (1 if family is Family.SERIES7 else 30) + _FFS * rounded
    held = 45 + kernel.outputs[0].width + samples * ffs
    return total([logic_cost(samples * luts, held, samples * dsps), row])


def proofs() -> tuple[Case, ...]:
    """Two rows of four samples."""
    return _proof(1, 4), _proof(2, 4)


def _proof(samples: int, width: int) -> Case:
    black, gain = np.array([1, 0, 2, 1]), np.array([[3, 2], [1, 1], [1, 1], [5, 4]])
    return Case(
        bayer_front(samples, width, 3, 3, black, gain, 1),
        {"x": Shape(samples, 3, 2 * width // samples)},
        {"y": Shape(2 * max(2, samples), 3, width // max(2, samples))},
        lambda x: golden(x.reshape(2, width), black, gain, 1, 7, 0),
        Induction(1),
        patience=8,
    )


_BLACK = np.array([63, 64, 65, 80])
_RATIOS = np.stack([np.full(4, 768 * 9536), 256 * (15871 - _BLACK)], axis=1)
RECORDED: Recorded = {
    "2 samples, 12 to 10 bits": lambda: bayer_front(
        2, 1920, 12, 10, np.full(4, 64), np.tile([3, 2], (4, 1)), 0
    ),
    "4 samples, 14 to 10 bits": lambda: bayer_front(
        4, 3840, 14, 10, _BLACK, np.full((4, 2), (3, 2)), 128
    ),
    "4 samples, 14 to 10 bits, gains of a camera": lambda: bayer_front(
        4, 3840, 14, 10, _BLACK, _RATIOS, 128
    ),
}


def _fixed_point(ratios: list[list[int]], x_width: int) -> tuple[list[int], int, int]:
    """Gains as integers over 2^(fraction + slack) that round every product as the ratios would.

    A gain n/d is off by at most half a unit, so a product by less than 2^(slack - 1) where
    2^slack exceeds every difference of samples: rounding slack away leaves exact halves exact.
    What is no half is 1/2d away from one or more, which is a unit then: 2^fraction >= 2d.

    >>> _fixed_point([[3, 8], [1, 2], [1, 1], [5, 4]], 12)
    ([3, 4, 8, 10], 3, 0)
    """
    reduced = [(n // gcd(n, d), d // gcd(n, d)) for n, d in ratios]
    most = max(d for _, d in reduced)
    if all(d & (d - 1) == 0 for _, d in reduced):
        fraction, slack = most.bit_length() - 1, 0
    else:
        fraction, slack = (2 * most - 1).bit_length(), x_width
    scale = 1 << (fraction + slack)
    return [(2 * n * scale + d) // (2 * d) for n, d in reduced], fraction, slack
