# SPDX-License-Identifier: MIT
"""The same integers in wider lanes."""

import numpy as np


def widen(x: np.ndarray) -> np.ndarray:
    """Integers -> int64, the same ones: only their lanes are wider.

    >>> widen(np.array([3, -4], np.int8))
    array([ 3, -4])
    """
    return x.astype(np.int64)
