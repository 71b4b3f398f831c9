# SPDX-License-Identifier: MIT
"""Biased dot products of integer vectors with the rows of a matrix: each vector meets some rows."""

import numpy as np


def int_dot_fold(x: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """(..., vectors, terms) integers, (rows, terms) weights, (rows,) bias -> (..., rows) int64.

    `vectors` divides `rows`: each meets as many rows as the others, in their order.

    >>> x, weights = np.array([[3, -2], [1, 1]]), np.array([[10, 1], [0, -5]])
    >>> int_dot_fold(x, weights, np.array([100, 0]))
    array([128,  -5])
    """
    *places, vectors, terms = x.shape
    blocks = weights.reshape(vectors, -1, terms)
    sums = np.einsum("...vt,vrt->...vr", x.astype(np.int64), blocks.astype(np.int64))
    return sums.reshape(*places, -1) + bias
