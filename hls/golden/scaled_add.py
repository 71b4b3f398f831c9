# SPDX-License-Identifier: MIT
"""Add two integers of different scales, round a half to the even neighbour, clamp."""

import numpy as np


def scaled_add(
    x: np.ndarray,
    d: np.ndarray,
    x_scale: int,
    d_scale: int,
    offset: np.ndarray | int,
    shift: int,
    y_min: int,
    y_max: int,
) -> np.ndarray:
    """(..., C) integers, (C,) integers -> (..., C) int64, of sums below 2^62.

    clamp(rint((x*x_scale + d*d_scale + offset) / 2^shift), y_min, y_max)

    >>> scaled_add(np.array([1, 2, 3, 90]), np.array([1, 1, -1, 90]), 5, 3, 0, 2, -128, 127)
    array([  2,   3,   3, 127])
    """
    total = x.astype(np.int64) * x_scale + d.astype(np.int64) * d_scale + offset
    floor = total >> shift
    twice_rest = 2 * (total - (floor << shift))
    step = 1 << shift
    up = (twice_rest > step) | ((twice_rest == step) & (floor & 1 == 1))
    return np.clip(floor + up, y_min, y_max)
