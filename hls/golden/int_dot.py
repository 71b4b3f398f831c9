# SPDX-License-Identifier: MIT
"""Biased dot products of an integer vector with the rows of an integer matrix."""

import numpy as np

_VECTORS = 1 << 14  # converted to float at a time, so that whole frames fit in memory


def int_dot(x: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """(..., terms) integers, (rows, terms) weights, (rows,) bias -> (..., rows) int64.

    The products are summed in float64, which is exact up to 2^53.

    >>> int_dot(np.array([3, -2]), np.array([[10, 1], [0, -5]]), np.array([100, 0]))
    array([128,  10])
    """
    rows, terms = weights.shape
    vectors = x.reshape(-1, terms)
    matrix = weights.T.astype(np.float64)
    sums = np.empty((len(vectors), rows), np.int64)
    for start in range(0, len(vectors), _VECTORS):
        part = slice(start, start + _VECTORS)
        sums[part] = (vectors[part].astype(np.float64) @ matrix).astype(np.int64) + bias
    return sums.reshape(*x.shape[:-1], rows)
