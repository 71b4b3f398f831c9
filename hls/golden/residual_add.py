# SPDX-License-Identifier: MIT
"""Add a correction to the residual, saturating."""

import numpy as np


def residual_add(x: np.ndarray, d: np.ndarray, y_min: int, y_max: int) -> np.ndarray:
    """Integers -> int64: min(max(x + d, y_min), y_max).

    >>> residual_add(np.array([120, -5, -128]), np.array([10, 2, -1]), -128, 127)
    array([ 127,   -3, -128])
    """
    return np.clip(x.astype(np.int64) + d, y_min, y_max)
