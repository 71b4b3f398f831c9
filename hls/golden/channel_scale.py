# SPDX-License-Identifier: MIT
"""Multiply every channel by its own constant."""

import numpy as np


def channel_scale(x: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """(..., C) integers, (C,) integers -> (..., C) int64.

    >>> channel_scale(np.array([[5, -6, 7]]), np.array([2, 3, -1]))
    array([[ 10, -18,  -7]])
    """
    return x.astype(np.int64) * scale
