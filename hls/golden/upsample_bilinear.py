# SPDX-License-Identifier: MIT
"""Twice the size by linear interpolation between pixel centres, the border replicated."""

import numpy as np


def upsample_bilinear(x: np.ndarray) -> np.ndarray:
    """(H, W, C) integers -> (2H, 2W, C) int64, 16 times the interpolated values and so exact.

    >>> upsample_bilinear(np.array([[[0], [4]]]))[..., 0]
    array([[ 0, 16, 48, 64],
           [ 0, 16, 48, 64]])
    """
    return _doubled(_doubled(x.astype(np.int64)).swapaxes(0, 1)).swapaxes(0, 1)


def _doubled(x: np.ndarray) -> np.ndarray:
    before = np.concatenate([x[:1], x[:-1]])
    after = np.concatenate([x[1:], x[-1:]])
    return np.stack([3 * x + before, 3 * x + after], axis=1).reshape(-1, *x.shape[1:])
