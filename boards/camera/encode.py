# SPDX-License-Identifier: MIT
"""The numbers that cross into the accelerator: codes of 8 to 10 bits, four per Bayer block.

    code = clip(rint(black + span * gain * (raw - raw black) / (raw white - raw black)), 0, most)

What the codes of black and white are is the network's choice, and its design says it: they lie
inside the range, so that noise below black and light above white survive. The gain is a multiple
of 1/256, which makes every code a rational number: it is computed in integers, half to even, and
is the same on every machine.
"""

import numpy as np

from tarsier_fpga.camera.exposure import GAIN_STEPS
from tarsier_fpga.camera.raw import Raw, phases
from tarsier_fpga.hls.base.coding import Coding

__all__ = ["decode", "encode", "recode"]


def encode(raw: Raw, gain: float, scale: Coding) -> np.ndarray:
    """(H / 2, W / 2, 4) uint16 codes of `raw`, channels R, G1, G2, B."""
    codes = np.empty((raw.height // 2, raw.width // 2, 4), np.uint16)
    for channel, phase in enumerate(phases(raw.mosaic)):
        np.take(_table(raw.black[channel], raw.white, gain, scale), phase, out=codes[..., channel])
    return codes


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


def _table(black: int, white: int, gain: float, scale: Coding) -> np.ndarray:
    """The code of every 16-bit value."""
    levels = np.arange(1 << 16, dtype=np.int64)
    numerator = scale.span * round(gain * GAIN_STEPS) * (levels - black)
    quotient, rest = np.divmod(numerator, GAIN_STEPS * (white - black))
    half = 2 * rest - GAIN_STEPS * (white - black)
    quotient += (half > 0) | ((half == 0) & (quotient % 2 == 1))
    return np.clip(scale.black + quotient, 0, (1 << scale.bits) - 1).astype(np.uint16)
