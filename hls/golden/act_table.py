# SPDX-License-Identifier: MIT
"""Any function of a small integer, one per channel, as a table."""

import numpy as np


def act_table(x: np.ndarray, table: np.ndarray, x_signed: bool = False) -> np.ndarray:
    """(..., channels) integers, (channels, entries) table -> (..., channels) of the table's type.

    The entries are for every x from the least to the greatest: 0 on, or -entries/2 on if signed.

    >>> act_table(np.array([[0, 1], [2, 2]]), np.array([[10, 11, 12], [20, 21, 22]]))
    array([[10, 21],
           [12, 22]])
    >>> act_table(np.array([[-2], [1]]), np.array([[5, 6, 7, 8]]), x_signed=True)
    array([[5],
           [8]])
    """
    first = table.shape[1] // 2 if x_signed else 0
    return table[np.arange(len(table)), x.astype(np.int64) + first]
