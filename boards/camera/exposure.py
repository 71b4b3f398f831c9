# SPDX-License-Identifier: MIT
"""How much a dark frame is amplified: one gain, a multiple of 1/256, for all its pixels."""

from enum import StrEnum

import numpy as np

from tarsier_fpga.camera.raw import Raw, phases
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.describe.red_meter import GAIN_STEPS, MAX_GAIN, red_meter
from tarsier_fpga.hls.golden.exposure_meter import semi_log

__all__ = ["GAIN_STEPS", "Exposure", "auto_gain", "check_gain", "red_gain"]

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
