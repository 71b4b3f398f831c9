# SPDX-License-Identifier: MIT
"""A mean over a frame for every channel, on a grid of a power of two."""

from enum import StrEnum

import numpy as np


class Statistic(StrEnum):
    """What the mean is of, in the order of hls/rtl/tarsier_channel_stats.sv."""

    MEAN = "mean"  # x
    MAGNITUDE = "magnitude"  # |x|
    SQUARE = "square"  # x^2


def channel_stats(x: np.ndarray, statistic: Statistic, fraction: int) -> np.ndarray:
    """(..., C) integers of a frame -> (C,) int64: rint(2^fraction * mean), a half to the even.

    Exact while 2^fraction times the sum is below 2^62.

    >>> x = np.array([[-3, 5], [0, 6]])
    >>> [channel_stats(x, each, 1).tolist() for each in Statistic]
    [[-3, 11], [3, 11], [9, 61]]
    >>> channel_stats(x, Statistic.MEAN, 0)
    array([-2,  6])
    """
    wide = x.astype(np.int64).reshape(-1, x.shape[-1])
    match statistic:
        case Statistic.MEAN:
            each = wide
        case Statistic.MAGNITUDE:
            each = np.abs(wide)
        case Statistic.SQUARE:
            each = wide * wide
    total, pixels = each.sum(axis=0) << fraction, len(wide)
    floor, rest = np.divmod(total, pixels)
    return floor + ((2 * rest > pixels) | ((2 * rest == pixels) & (floor & 1 == 1)))
