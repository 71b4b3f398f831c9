# SPDX-License-Identifier: MIT
"""The numbers that cross into the accelerator: 10-bit codes, four per Bayer block.

    code = clip(rint(128 + 768 * gain * (raw - black) / (white - black)), 0, 1023)

Black is 128 and white 896, so that noise below black and light above white survive. The gain
is a multiple of 1/256, which makes every code a rational number: it is computed in integers,
half to even, and is the same on every machine.
"""

import numpy as np

from boards.errors import HostError
from boards.host.raw import Raw

__all__ = ["BLACK", "CODE_MAX", "GAIN_STEPS", "SPAN", "auto_gain", "check_gain", "decode", "encode"]

BLACK = 128
SPAN = 768
CODE_MAX = 1023
GAIN_STEPS = 256
MAX_GAIN = 256.0

_AUTO_TARGET = 0.8
_AUTO_PERCENTILE = 99


def auto_gain(raw: Raw) -> float:
    """Gain that puts the 99th percentile of the brightest colour at 0.8 of white, from 1 to 256.

    Taken over the means of 8 x 8 blocks, so that noise does not pass for light.
    """
    bright = max(
        (np.percentile(_block_means(phase), _AUTO_PERCENTILE) - black) / (raw.white - black)
        for phase, black in zip(_phases(raw.mosaic), raw.black, strict=True)
    )
    gain = MAX_GAIN if bright <= 0 else _AUTO_TARGET / bright
    return float(np.clip(np.floor(gain * GAIN_STEPS) / GAIN_STEPS, 1, MAX_GAIN))


def check_gain(gain: float) -> float:
    """`gain` on the grid of 1/256.

    Raises:
        HostError: `gain` is not between 1/256 and 256.

    >>> check_gain(1.001)
    1.0
    """
    if not 1 / GAIN_STEPS <= gain <= MAX_GAIN:
        raise HostError(f"gain {gain:g} is not between 1/{GAIN_STEPS} and {MAX_GAIN:g}")
    return round(gain * GAIN_STEPS) / GAIN_STEPS


def encode(raw: Raw, gain: float) -> np.ndarray:
    """(H / 2, W / 2, 4) uint16 codes of `raw`, channels R, G1, G2, B."""
    codes = np.empty((raw.height // 2, raw.width // 2, 4), np.uint16)
    for channel, phase in enumerate(_phases(raw.mosaic)):
        codes[..., channel] = _table(raw.black[channel], raw.white, gain)[phase]
    return codes


def decode(codes: np.ndarray) -> np.ndarray:
    """Linear light of `codes`, float32: 0 at black, 1 at white.

    >>> decode(np.array([128, 896], np.uint16)).tolist()
    [0.0, 1.0]
    """
    return (codes.astype(np.float32) - BLACK) / SPAN


def _phases(mosaic: np.ndarray) -> list[np.ndarray]:
    return [mosaic[row::2, column::2] for row in (0, 1) for column in (0, 1)]


def _block_means(phase: np.ndarray, side: int = 8) -> np.ndarray:
    rows, columns = (max(length // side, 1) for length in phase.shape)
    blocks = phase[: rows * side, : columns * side]
    return blocks.reshape(rows, -1, columns, blocks.shape[1] // columns).mean(axis=(1, 3))


def _table(black: int, white: int, gain: float) -> np.ndarray:
    """The code of every 16-bit value."""
    levels = np.arange(1 << 16, dtype=np.int64)
    numerator = SPAN * round(gain * GAIN_STEPS) * (levels - black)
    quotient, rest = np.divmod(numerator, GAIN_STEPS * (white - black))
    half = 2 * rest - GAIN_STEPS * (white - black)
    quotient += (half > 0) | ((half == 0) & (quotient % 2 == 1))
    return np.clip(BLACK + quotient, 0, CODE_MAX).astype(np.uint16)
