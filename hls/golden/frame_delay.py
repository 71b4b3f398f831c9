# SPDX-License-Identifier: MIT
"""Every frame again, one frame later."""

import numpy as np


def frame_delay(x: np.ndarray, fill: np.ndarray) -> np.ndarray:
    """(frames, ..., C), (C,) fill -> the same shape: a frame of `fill`, then all but the last.

    >>> frame_delay(np.array([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]), np.array([0, 9])).tolist()
    [[[0, 9], [0, 9]], [[1, 2], [3, 4]]]
    """
    first = np.broadcast_to(fill, x[:1].shape)
    return np.concatenate([first, x[:-1]])
