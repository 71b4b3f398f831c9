# SPDX-License-Identifier: MIT
"""The channels of one frame, then those of another, pixel by pixel."""

import numpy as np


def concat(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(..., A) and (..., B) of one type -> (..., A + B) of that type.

    >>> concat(np.array([[1, 2], [3, 4]]), np.array([[8], [9]]))
    array([[1, 2, 8],
           [3, 4, 9]])
    """
    return np.concatenate([a, b], axis=-1)
