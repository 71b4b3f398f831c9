# SPDX-License-Identifier: MIT
"""How much a dark frame is amplified: one gain, a multiple of 1/256, for all its pixels."""

from enum import StrEnum
from math import fsum

import numpy as np

from tarsier_fpga.camera.raw import Raw, phases
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["GAIN_STEPS", "Exposure", "auto_gain", "check_gain", "red_gain"]

GAIN_STEPS = 256
MAX_GAIN = 256.0

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


def red_gain(raw: Raw, brightness: float = 0.5, bins: int = 128) -> float:
    """RED's amplification: `brightness` over the weighted mean of the frame, from 1 to 256.

        gain = m * sum(w) / sum(x * w)         (5)
        b_k  = 2^(8 k / n) / 2^8, b_0 = 0      (6)
        w    = 2^(8 (n - k + 1) / n) / 2^8     (7)  where b_(k-1) < x <= b_k

    x is in [0, 1]: what lies below black counts as 0 and belongs to the first bin. Equal weights
    would make it the plain mean of Eq. 4; these keep a few bright lights from darkening the rest.

    Source: Lamba and Mitra, Restoring Extremely Dark Images in Real Time, CVPR 2021, Eq. 4 to 7,
    with their m = 0.5 and n = 128; the exponent of Eq. 6 is the one that ends at b_n = 1.
    """
    edges = 2.0 ** (8 * np.arange(1, bins + 1) / bins - 8)
    weights = 2.0 ** (-8 * np.arange(bins) / bins)
    total, light = [], []
    for phase, black in zip(phases(raw.mosaic), raw.black, strict=True):
        counts = np.bincount(phase.ravel())
        x = np.clip((np.arange(len(counts)) - black) / raw.span, 0, 1)
        weighted = counts * weights[np.minimum(np.searchsorted(edges, x), bins - 1)]
        total += weighted.tolist()
        light += (weighted * x).tolist()
    mean = fsum(light) / fsum(total)
    return _on_grid(MAX_GAIN if mean == 0 else brightness / mean)


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
