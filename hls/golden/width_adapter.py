# SPDX-License-Identifier: MIT
"""Regroup beats of one width into beats of another, first word in the low bits."""

import numpy as np


def width_adapter(x: np.ndarray, y_width: int) -> np.ndarray:
    """(beats, x_width) bits, lowest first -> (beats * x_width / y_width, y_width) bits.

    >>> width_adapter(np.array([[1, 0], [0, 0], [1, 1], [0, 1]]), 4)
    array([[1, 0, 0, 0],
           [1, 1, 0, 1]])
    """
    return x.reshape(-1, y_width)
