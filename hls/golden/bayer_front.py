# SPDX-License-Identifier: MIT
"""Raw sensor samples to packed pixels: black level, gain, clip, pack two by two."""

import numpy as np


def bayer_front(
    x: np.ndarray,
    black: np.ndarray,
    gain: np.ndarray,
    offset: int,
    most: int,
    red: int,
) -> np.ndarray:
    """(H, W) mosaic -> (H/2, W/2, 4) int64, lanes red, green beside red, green beside blue, blue.

    y = clip(offset + rint((x - black) * gain), 0, most), a half to the even neighbour

    `black` (4,) and `gain` (4, 2), numerator and denominator, are by lane; `red` is where red lies
    in a block, 2 * row + column.

    >>> gain = np.array([[1, 2]] * 4)
    >>> bayer_front(np.array([[15, 16], [17, 99]]), np.full(4, 10), gain, 8, 31, 0)
    array([[[10, 11, 12, 31]]])
    """
    lanes = []
    for lane, ((numerator, denominator), level) in enumerate(zip(gain, black, strict=True)):
        row, column = divmod(lane ^ red, 2)
        scaled = (x[row::2, column::2].astype(np.int64) - level) * numerator
        floor, rest = np.divmod(scaled, denominator)
        up = (2 * rest > denominator) | ((2 * rest == denominator) & (floor % 2 == 1))
        lanes.append(np.clip(offset + floor + up, 0, most))
    return np.stack(lanes, axis=-1)
