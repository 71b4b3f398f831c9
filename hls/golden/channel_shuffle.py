# SPDX-License-Identifier: MIT
"""The channels of every pixel in another order."""

import numpy as np


def channel_shuffle(x: np.ndarray, source: np.ndarray) -> np.ndarray:
    """(..., C) of any type, (C,) permutation -> (..., C): channel c comes from source[c].

    >>> channel_shuffle(np.array([[5, 6, 7]]), np.array([2, 0, 1]))
    array([[7, 5, 6]])
    """
    return x[..., source]
