# SPDX-License-Identifier: MIT
"""Every channel of a frame displaced by its own vector, a constant outside the frame."""

import numpy as np


def spatial_shift(x: np.ndarray, shifts: np.ndarray, fill: np.ndarray) -> np.ndarray:
    """(H, W, C), (C, 2) of dy, dx smaller than the frame, (C,) -> (H, W, C) of the frame's type.

    y[row, column, c] = x[row + dy[c], column + dx[c], c]

    >>> spatial_shift(np.array([[[1], [2], [3]]]), np.array([[0, 1]]), np.array([9])).ravel()
    array([2, 3, 9])
    """
    y = np.empty_like(x)
    y[:] = fill
    for c, shift in enumerate(shifts):
        (to_rows, rows), (to_columns, columns) = (
            (slice(max(0, -d), n + min(0, -d)), slice(max(0, d), n + min(0, d)))
            for d, n in zip(shift, x.shape[:2], strict=True)
        )
        y[to_rows, to_columns, c] = x[rows, columns, c]
    return y
