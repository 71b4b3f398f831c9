# SPDX-License-Identifier: MIT
"""Channels to space: every pixel becomes a square of factor x factor pixels."""

import numpy as np


def pixel_shuffle(x: np.ndarray, factor: int) -> np.ndarray:
    """(H, W, C factor^2) -> (H factor, W factor, C); channel (c*factor + i)*factor + j to (i, j).

    >>> pixel_shuffle(np.array([[[1, 2, 3, 4]]]), 2)[..., 0]
    array([[1, 2],
           [3, 4]])
    """
    height, width, lanes = x.shape
    channels = lanes // factor**2
    squares = x.reshape(height, width, channels, factor, factor).transpose(0, 3, 1, 4, 2)
    return squares.reshape(height * factor, width * factor, channels)
