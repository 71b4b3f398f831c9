# SPDX-License-Identifier: MIT
"""The gain that puts the weighted mean light of a frame at a given brightness."""

import numpy as np


def semi_log(light: np.ndarray, mantissa: int) -> np.ndarray:
    """Index of integers >= 0 by their highest bit and the `mantissa` bits after it.

    Below 2^(mantissa + 1) it is the integer itself; above, there are 2^mantissa to an octave.

    >>> semi_log(np.array([0, 3, 7, 8, 9, 10, 15, 16, 19, 20, 31]), 2).tolist()
    [0, 3, 7, 8, 8, 9, 11, 12, 12, 13, 15]
    """
    light = light.astype(np.int64)
    octave = np.maximum(0, np.frexp(light)[1] - 1 - mantissa)
    return (octave << mantissa) + (light >> octave)


def exposure_meter(
    x: np.ndarray,
    black: np.ndarray,
    span: int,
    weights: np.ndarray,
    mantissa: int,
    target: int,
    most: int,
) -> int:
    """(N, C) samples of a frame, (C,) blacks, weights of every index of 0..span -> one gain.

        gain = min(floor(target * sum(w) / sum(w * v)), most)
        w    = weights[semi_log(v)],   v = min(max(x - black, 0), span)

    `most` where sum(w * v) is 0.

    >>> weights = np.array([2, 2, 1, 1, 1])
    >>> exposure_meter(np.array([[12], [14]]), np.array([10]), 4, weights, 2, 90, 99)
    30
    """
    v = np.clip(x.astype(np.int64) - black, 0, span)
    w = weights[semi_log(v, mantissa)].astype(np.int64)
    total, light = (sum(each.ravel().tolist()) for each in (w, w * v))
    return most if light == 0 else min(target * total // light, most)
