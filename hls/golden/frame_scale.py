# SPDX-License-Identifier: MIT
"""Multiply every channel of a frame by a factor of that frame, round, clamp."""

import numpy as np


def frame_scale(x: np.ndarray, k: np.ndarray, shift: int, y_min: int, y_max: int) -> np.ndarray:
    """(..., C) integers of a frame and its (C,) factors -> (..., C) int64.

        y = min(max(rint(x * k / 2^shift), y_min), y_max),   a half to the even

    >>> frame_scale(np.array([[5, -6], [7, 100]]), np.array([3, 2]), 1, -8, 7)
    array([[ 7, -6],
           [ 7,  7]])
    """
    product = x.astype(np.int64) * k
    floor = product >> shift
    twice_rest = 2 * (product - (floor << shift))
    step = 1 << shift
    up = (twice_rest > step) | ((twice_rest == step) & (floor & 1 == 1))
    return np.clip(floor + up, y_min, y_max)
