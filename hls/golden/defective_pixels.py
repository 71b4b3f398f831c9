# SPDX-License-Identifier: MIT
"""Pixels of a mosaic that stand out from their like are mended."""

import numpy as np


def defective_pixels(
    x: np.ndarray, threshold: int, size: tuple[int, int] | None = None
) -> tuple[np.ndarray, int]:
    """(H, W) codes -> the same, and how many were mended.

    A pixel within `size`, rows and columns from the upper left, all of them if left out, becomes
    the median of the eight pixels two rows and two columns around it, their middle two's mean
    rounded down, where it differs from that by more than `threshold`; 0 mends nothing.

    >>> x = np.full((5, 5), 10)
    >>> x[2, 2] = 19
    >>> defective_pixels(x, 8)[0].tolist()[2], defective_pixels(x, 9)[1]
    ([10, 10, 10, 10, 10], 0)
    """
    height, width = size or x.shape
    picture = x[:height, :width]
    rows, columns = _around(height), _around(width)
    near = [picture[row][:, column] for row in rows for column in columns]
    around = np.sort([*near[:4], *near[5:]], axis=0)
    median = (around[3] + around[4]) // 2
    mends = (np.abs(picture - median) > threshold) & (threshold > 0)
    y = x.copy()
    y[:height, :width] = np.where(mends, median, picture)
    return y, int(mends.sum())


def _around(size: int) -> list[np.ndarray]:
    """Of every place those two before, at, and two behind it; mirrored, else itself, at borders."""
    places = np.arange(size)
    before, behind = places - 2, places + 2
    first = np.where(before >= 0, before, np.where(behind < size, behind, places))
    last = np.where(behind < size, behind, np.where(before >= 0, before, places))
    return [first, places, last]
