# SPDX-License-Identifier: MIT
"""A frame with a border: of a constant pixel, or of its own nearest pixels."""

import numpy as np


def pad(
    x: np.ndarray, top: int, bottom: int, left: int, right: int, outside: np.ndarray | None = None
) -> np.ndarray:
    """(H, W, C) frame, (C,) outside -> (top + H + bottom, left + W + right, C).

    Without `outside` the border repeats the nearest pixel of the frame.

    >>> pad(np.array([[[5], [6]]]), 1, 0, 0, 2)[..., 0]
    array([[5, 6, 6, 6],
           [5, 6, 6, 6]])
    """
    height, width, _ = x.shape
    rows, columns = np.arange(-top, height + bottom), np.arange(-left, width + right)
    y = x[np.clip(rows, 0, height - 1)][:, np.clip(columns, 0, width - 1)]
    if outside is not None:
        y[(rows < 0) | (rows >= height)] = outside
        y[:, (columns < 0) | (columns >= width)] = outside
    return y
