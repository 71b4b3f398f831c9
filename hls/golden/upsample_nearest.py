# SPDX-License-Identifier: MIT
"""Every pixel factor x factor times."""

import numpy as np


def upsample_nearest(x: np.ndarray, factor: int) -> np.ndarray:
    """(H, W, C) -> (H factor, W factor, C) of the same type.

    >>> upsample_nearest(np.array([[[1], [2]]]), 2)[..., 0]
    array([[1, 1, 2, 2],
           [1, 1, 2, 2]])
    """
    return x.repeat(factor, axis=0).repeat(factor, axis=1)
