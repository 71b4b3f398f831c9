# SPDX-License-Identifier: MIT
"""A line of two pieces per channel, divided by a power of two, rounded and clamped."""

import numpy as np

_EXACT = 1 << 62  # sums below it, and half an output step more, are exact in int64


def affine_requant(
    x: np.ndarray, coefficients: np.ndarray, shift: int, y_min: int, y_max: int
) -> np.ndarray:
    """(..., C) integers, (C, 5) integers -> (..., C) int64.

    min(max(rint((x * m + b) / 2^shift), y_min), y_max), a half to the even neighbour; a row of
    coefficients is knot, below_mul, below_add, above_mul, above_add, and (m, b) is the pair above
    where x >= knot, else the one below.

    >>> prelu = np.array([[0, 1, 0, 4, 2]])
    >>> affine_requant(np.array([[-7], [-6], [0], [1], [2], [99]]), prelu, 2, -3, 9).T
    array([[-2, -2,  0,  2,  2,  9]])
    """
    reach = [max(abs(int(a.min(initial=0))), abs(int(a.max(initial=0)))) for a in (x, coefficients)]
    exact = reach[0] * reach[1] + reach[1] + (1 << shift) < _EXACT
    kind = np.int64 if exact else object  # object holds Python's integers, slow and of any size
    wide = x.astype(kind)
    knot, below_mul, below_add, above_mul, above_add = coefficients.astype(kind).T
    above = wide >= knot
    value = wide * np.where(above, above_mul, below_mul) + np.where(above, above_add, below_add)
    floor = value >> shift
    twice_rest = 2 * (value - (floor << shift))
    step = 1 << shift
    up = (twice_rest > step) | ((twice_rest == step) & (floor % 2 == 1))
    return np.clip(floor + up, y_min, y_max).astype(np.int64)
