# SPDX-License-Identifier: MIT
"""The weights and the brightness of RED's amplifier, for the kernel exposure_meter."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tarsier_fpga.hls.golden.exposure_meter import semi_log

__all__ = ["GAIN_STEPS", "MAX_GAIN", "Meter", "red_meter"]

GAIN_STEPS = 256  # of a gain of 1
MAX_GAIN = 256.0

_BINS, _MANTISSA, _WEIGHT_TOP = 128, 5, (1 << 16) - 1


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
