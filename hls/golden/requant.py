# SPDX-License-Identifier: MIT
"""Divide by a power of two, round a half to the even neighbour, clamp."""

import numpy as np


def requant(x: np.ndarray, shift: int, y_min: int, y_max: int) -> np.ndarray:
    """Integers -> int64: min(max(rint(x / 2^shift), y_min), y_max).

    >>> requant(np.array([-6, -2, 2, 5, 6, 7, 40]), 2, -1, 9)
    array([-1,  0,  0,  1,  2,  2,  9])
    """
    wide = x.astype(np.int64)
    floor = wide >> shift
    twice_rest = 2 * (wide - (floor << shift))
    step = 1 << shift
    up = (twice_rest > step) | ((twice_rest == step) & (floor & 1 == 1))
    return np.clip(floor + up, y_min, y_max)
