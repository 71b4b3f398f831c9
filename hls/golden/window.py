# SPDX-License-Identifier: MIT
"""The 3x3 neighbourhood of every pixel, stride 1, a constant pixel outside the frame."""

import numpy as np


def window(x: np.ndarray, pad: np.ndarray) -> np.ndarray:
    """(H, W, C) frame, (C,) pad -> (H, W, 9 C) of the frame's type, term (ky*3 + kx)*C + c.

    >>> window(np.array([[[5]]]), np.array([0]))
    array([[[0, 0, 0, 0, 5, 0, 0, 0, 0]]])
    """
    height, width, channels = x.shape
    padded = np.empty((height + 2, width + 2, channels), x.dtype)
    padded[:] = pad
    padded[1:-1, 1:-1] = x
    taps = [padded[ky : ky + height, kx : kx + width] for ky in range(3) for kx in range(3)]
    return np.concatenate(taps, axis=-1)
