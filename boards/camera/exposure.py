# SPDX-License-Identifier: MIT
"""How much a dark frame is amplified: one gain, a multiple of 1/256, for all its pixels."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from tarsier_fpga.camera.raw import Raw, phases
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.golden.exposure_meter import semi_log

__all__ = ["GAIN_STEPS", "Exposure", "Meter", "auto_gain", "check_gain", "red_gain", "red_meter"]

GAIN_STEPS = 256
MAX_GAIN = 256.0

_BINS, _MANTISSA, _WEIGHT_TOP = 128, 5, (1 << 16) - 1
_AUTO_TARGET = 0.8
_AUTO_PERCENTILE = 99


class Exposure(StrEnum):
    """How a gain is found where none is given."""

    AUTO = "auto"
    RED = "red"

    def gain(self, raw: Raw) -> float:
        """The gain of `raw`, from 1 to 256."""
        return auto_gain(raw) if self is Exposure.AUTO else red_gain(raw)


def auto_gain(raw: Raw) -> float:
    """Gain that puts the 99th percentile of the brightest colour at 0.8 of white, from 1 to 256.

    Taken over the means of 8 x 8 blocks, so that noise does not pass for light.
    """
    bright = max(
        (np.percentile(_block_means(phase), _AUTO_PERCENTILE) - black) / raw.span
        for phase, black in zip(phases(raw.mosaic), raw.black, strict=True)
    )
    return _on_grid(MAX_GAIN if bright <= 0 else _AUTO_TARGET / bright)


@dataclass(frozen=True, slots=True, eq=False)
class Meter:
    """RED's amplification in integers, as the kernel exposure_meter has it, for one span of light.

    Attributes:
        span: integers from black to white
        weights: (entries,) int64 in 16 bits, of light by its octave and `mantissa` bits
        target: the gain, in 1/256, of a frame of weighted mean 1
    """

    span: int
    weights: np.ndarray
    mantissa: int
    target: int
    most: int = int(MAX_GAIN) * GAIN_STEPS


@lru_cache(maxsize=8)
def red_meter(span: int) -> Meter:
    """RED's weights and brightness for light of 0 to `span`.

        gain = m * sum(w) / sum(x * w)         (5)
        b_k  = 2^(8 k / n) / 2^8, b_0 = 0      (6)
        w    = 2^(8 (n - k + 1) / n) / 2^8     (7)  where b_(k-1) < x <= b_k

    x is in [0, 1]. Equal weights would make it the plain mean of Eq. 4; these keep a few bright
    lights from darkening the rest. A weight is one for all light of the same highest 6 bits, that
    of the darkest of it, in steps of 1/65535.

    Source: Lamba and Mitra, Restoring Extremely Dark Images in Real Time, CVPR 2021, Eq. 4 to 7,
    with their m = 0.5 and n = 128; the exponent of Eq. 6 is the one that ends at b_n = 1.
    """
    light = np.arange(span + 1)
    _, darkest = np.unique(semi_log(light, _MANTISSA), return_index=True)
    edges = 2.0 ** (8 * np.arange(1, _BINS + 1) / _BINS - 8)
    bins = np.minimum(np.searchsorted(edges, darkest / span), _BINS - 1)
    weights = np.rint(_WEIGHT_TOP * 2.0 ** (-8 * bins / _BINS)).astype(np.int64)
    return Meter(span, weights, _MANTISSA, GAIN_STEPS * span // 2)


def red_gain(raw: Raw) -> float:
    """RED's amplification of `raw`, from 1 to 256: that of `exposure_meter`, exactly.

    What lies below black counts as 0. Levels that are not whole are rounded.
    """
    meter = red_meter(round(raw.span))
    total = light = 0
    for phase, black in zip(phases(raw.mosaic), raw.black, strict=True):
        counts = np.bincount(phase.ravel())
        v = np.clip(np.arange(len(counts)) - round(black), 0, meter.span)
        weighted = counts * meter.weights[semi_log(v, meter.mantissa)]
        total, light = total + int(weighted.sum()), light + int((weighted * v).sum())
    steps = meter.most if light == 0 else min(meter.target * total // light, meter.most)
    return max(steps, GAIN_STEPS) / GAIN_STEPS


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


def _on_grid(gain: float) -> float:
    return float(np.clip(np.floor(gain * GAIN_STEPS) / GAIN_STEPS, 1, MAX_GAIN))


def _block_means(phase: np.ndarray, side: int = 8) -> np.ndarray:
    rows, columns = (max(length // side, 1) for length in phase.shape)
    blocks = phase[: rows * side, : columns * side]
    return blocks.reshape(rows, -1, columns, blocks.shape[1] // columns).mean(axis=(1, 3))
