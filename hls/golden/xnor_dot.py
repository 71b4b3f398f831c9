# SPDX-License-Identifier: MIT
"""Popcounts of matching bits between a vector and the rows of a +1/-1 matrix."""

import numpy as np

_VECTORS = 1 << 16  # converted to float at a time, so that whole frames fit in memory


def xnor_dot(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(..., terms) bits in {0, 1}, (rows, terms) weights in {-1, +1} -> (..., rows) int32.

    A match is a 1 against +1 or a 0 against -1, so the count is x . w plus the number of -1
    weights. Float32 is exact here: no partial sum reaches 2^24.

    >>> xnor_dot(np.array([1, 0, 0]), np.array([[1, -1, 1], [-1, 1, 1]]))
    array([2, 0], dtype=int32)
    """
    rows, terms = weights.shape
    vectors = x.reshape(-1, terms)
    matrix = weights.T.astype(np.float32)
    minus = (weights < 0).sum(axis=1, dtype=np.int32)
    hits = np.empty((len(vectors), rows), np.int32)
    for start in range(0, len(vectors), _VECTORS):
        part = slice(start, start + _VECTORS)
        hits[part] = (vectors[part].astype(np.float32) @ matrix).astype(np.int32) + minus
    return hits.reshape(*x.shape[:-1], rows)
