# SPDX-License-Identifier: MIT
"""Some neighbouring channels of every pixel."""

import numpy as np


def channel_slice(x: np.ndarray, first: int, count: int) -> np.ndarray:
    """(..., C) of any type -> (..., count): channels first .. first + count - 1.

    >>> channel_slice(np.array([[5, 6, 7, 8]]), 1, 2)
    array([[6, 7]])
    """
    return x[..., first : first + count]
