# SPDX-License-Identifier: MIT
"""Space to channels: every square of factor x factor pixels becomes one pixel."""

import numpy as np


def pixel_unshuffle(x: np.ndarray, factor: int) -> np.ndarray:
    """(H factor, W factor, C) -> (H, W, C factor^2); (i, j) to channel (c*factor + i)*factor + j.

    >>> pixel_unshuffle(np.array([[[1], [2]], [[3], [4]]]), 2)
    array([[[1, 2, 3, 4]]])
    """
    height, width, channels = x.shape[0] // factor, x.shape[1] // factor, x.shape[2]
    squares = x.reshape(height, factor, width, factor, channels).transpose(0, 2, 4, 1, 3)
    return squares.reshape(height, width, channels * factor**2)
