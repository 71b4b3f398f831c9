# SPDX-License-Identifier: MIT
"""The numbers that cross into the accelerator: codes of 8 to 10 bits, four per Bayer block.

    code = clip(black + rint(span * gain * (raw - raw black) / raw span), 0, most)

The raw black is each colour's own; the raw span is the frame's, from its highest black to white,
so that grey light stays grey. What the codes of black and white are is the network's choice, and
its design says it: they lie inside the range, so that noise below black and light above white
survive. The gain is a multiple of 1/256 and a raw black a fraction, which makes every code a
rational number: it is computed in integers, half to even, and is the same on every machine. A
network that gives finished pictures takes balanced light: a colour's gain is the product then.
"""

from fractions import Fraction

import numpy as np

from tarsier_fpga.camera.exposure import GAIN_STEPS
from tarsier_fpga.camera.raw import Raw, phases
from tarsier_fpga.hls.base.coding import Coding

__all__ = ["decode", "encode", "exact", "recode"]

_NUMBERS = np.arange(1 << 16)


def encode(
    raw: Raw, gain: float, scale: Coding, balance: tuple[float, float, float] = (1, 1, 1)
) -> np.ndarray:
    """(H / 2, W / 2, 4) uint16 codes of `raw`, channels R, G1, G2, B.

    `balance` is gains of R, G and B beside `gain`, to the nearest multiples of 1/256.
    """
    codes = np.empty((raw.height // 2, raw.width // 2, 4), np.uint16)
    black = [exact(level) for level in raw.black]
    codes_a_number = scale.span * Fraction(round(gain * GAIN_STEPS), GAIN_STEPS)
    codes_a_number /= raw.white - max(black)
    red, green, blue = (Fraction(round(each * GAIN_STEPS), GAIN_STEPS) for each in balance)
    colours = list(zip(black, (red, green, green, blue), strict=True))
    tables = {each: _table(each[0], each[1] * codes_a_number, scale) for each in set(colours)}
    for channel, phase in enumerate(phases(raw.mosaic)):
        np.take(tables[colours[channel]], phase, out=codes[..., channel])
    return codes


def exact(level: float) -> Fraction:
    """The fraction that a file or a person wrote.

    >>> exact(63.9)
    Fraction(639, 10)
    """
    return Fraction(level).limit_denominator(1_000_000)


def decode(codes: np.ndarray, scale: Coding) -> np.ndarray:
    """Linear light of `codes`, float32: 0 at black, 1 at white.

    >>> decode(np.array([128, 896], np.uint16), Coding(128, 896, 10)).tolist()
    [0.0, 1.0]
    """
    return (codes.astype(np.float32) - scale.black) / scale.span


def recode(codes: np.ndarray, scale: Coding, other: Coding) -> np.ndarray:
    """The same light in uint16 codes of the scale `other`, half to even and clipped to its range.

    >>> recode(np.array([0, 255, 100]), Coding(0, 255, 8), Coding(128, 896, 10)).tolist()
    [128, 896, 429]
    """
    if scale == other and codes.dtype == np.uint16:
        return codes
    light = (codes.astype(np.float64) - scale.black) / scale.span
    return np.clip(np.rint(other.black + light * other.span), 0, other.top).astype(np.uint16)


def _table(black: Fraction, slope: Fraction, scale: Coding) -> np.ndarray:
    """The code of every 16-bit number; found by where each code begins, since there are fewer."""
    step = 2 * slope.numerator * black.denominator
    half = slope.denominator * black.denominator
    begins = []
    for code in range(1 - scale.black, (1 << scale.bits) - scale.black):
        # step * number is here or beyond where the exact code is at least code - 1/2
        edge = (2 * code - 1) * half + 2 * slope.numerator * black.numerator
        first = -(-edge // step) if code % 2 == 0 else edge // step + 1
        begins.append(min(max(first, 0), 1 << 16))
    return np.searchsorted(begins, _NUMBERS, side="right").astype(np.uint16)
