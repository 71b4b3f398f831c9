# SPDX-License-Identifier: MIT
"""One bit per channel: is it at or above its threshold?"""

import numpy as np


def sign_threshold(x: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """(..., channels) integers, (channels,) thresholds -> (..., channels) uint8 in {0, 1}.

    >>> sign_threshold(np.array([[-1, 0, 1]]), np.array([0, 0, 2]))
    array([[0, 1, 0]], dtype=uint8)
    """
    return (x >= thresholds).astype(np.uint8)
