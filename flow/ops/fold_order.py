# SPDX-License-Identifier: MIT
"""In which order a folded window gives the terms of a dot product that is folded alike.

A frame of windows has its channels tap by tap, as any window: (ky*kernel + kx)*channels + c. Its
beats are those that the dot product's steps need: group by group of channels, each as often as
there are steps over the rows that see it.
"""

import numpy as np

__all__ = ["folded", "matrix_of_groups", "unfolded"]


def folded(frame: np.ndarray, taps: int, groups: int, passes: int, simd: int) -> np.ndarray:
    """(beats, simd) of a (..., H, W, taps * channels) frame of windows.

    >>> folded(np.array([[[1, 2, 3, 4]]]), taps=2, groups=2, passes=1, simd=1).ravel()
    array([1, 3, 2, 4])
    """
    places = frame.reshape(-1, taps, groups, frame.shape[-1] // (taps * groups))
    vectors = np.repeat(places.transpose(0, 2, 1, 3), passes, axis=1)
    return vectors.reshape(-1, simd)


def unfolded(beats: np.ndarray, taps: int, groups: int, passes: int, channels: int) -> np.ndarray:
    """(places, taps * channels) of the beats that `folded` gives, each group by its first pass."""
    vectors = beats.reshape(-1, groups, passes, taps, channels // groups)[:, :, 0]
    return vectors.transpose(0, 2, 1, 3).reshape(-1, taps * channels)


def matrix_of_groups(weights: np.ndarray, taps: int, groups: int) -> np.ndarray:
    """(rows, terms / groups) of (rows, terms) `weights`: of each row what its group sees.

    >>> matrix_of_groups(np.array([[1, 0, 2, 0], [0, 3, 0, 4]]), taps=2, groups=2)
    array([[1, 2],
           [3, 4]])
    """
    rows, terms = weights.shape
    blocks = weights.reshape(groups, rows // groups, taps, groups, -1)
    own = [blocks[group, :, :, group] for group in range(groups)]
    return np.stack(own).reshape(rows, terms // groups)
