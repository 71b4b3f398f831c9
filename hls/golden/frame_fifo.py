# SPDX-License-Identifier: MIT
"""A queue of frames, some of them there from the start."""

import numpy as np


def frame_fifo(x: np.ndarray, fill: np.ndarray, initial: int) -> np.ndarray:
    """(frames, ..., C), (C,) fill -> (initial + frames, ..., C): `initial` frames of fill, then x.

    >>> frame_fifo(np.array([[[1, 2], [3, 4]]]), np.array([0, 9]), 1).tolist()
    [[[0, 9], [0, 9]], [[1, 2], [3, 4]]]
    """
    first = np.broadcast_to(fill, (initial, *x.shape[1:]))
    return np.concatenate([first, x])
