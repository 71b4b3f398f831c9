# SPDX-License-Identifier: MIT
"""Chosen channels of every pixel, in any order."""

import numpy as np


def channel_shuffle(x: np.ndarray, source: np.ndarray) -> np.ndarray:
    """(..., C) of any type, (N,) integers in 0..C-1 -> (..., N): channel c is channel source[c].

    >>> channel_shuffle(np.array([[5, 6, 7]]), np.array([2, 0, 2, 2]))
    array([[7, 5, 7, 7]])
    """
    return x[..., source]
