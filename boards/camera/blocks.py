# SPDX-License-Identifier: MIT
"""Sensors whose colours lie in blocks (quad Bayer): the pixels of each block are added up."""

from collections.abc import Sequence
from math import ceil

import numpy as np

__all__ = ["add_blocks", "sums"]

_TOP = 65535


def sums(numbers: np.ndarray, side: int) -> np.ndarray:
    """(H / side, W / side) int64 or float64 sums of blocks; what is left over at the end is cut.

    >>> sums(np.arange(16).reshape(4, 4), 2).tolist()
    [[10, 18], [42, 50]]
    """
    rows, columns = (length // side for length in numbers.shape)
    blocks = numbers[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return blocks.sum(axis=(1, 3), dtype=np.float64 if numbers.dtype.kind == "f" else np.int64)


def add_blocks(
    mosaic: np.ndarray, black: Sequence[float], white: int, side: int
) -> tuple[np.ndarray, list[float], int]:
    """A mosaic of like-coloured blocks as a Bayer mosaic, uint16, and its levels.

    Where the sums are more than 16 bits hold, they are divided by a whole number, and rounded.
    """
    parts = side * side
    divisor = ceil(parts * white / _TOP)
    numbers = np.clip(np.rint(sums(mosaic, side) / divisor), 0, _TOP).astype(np.uint16)
    return numbers, [parts * level / divisor for level in black], round(parts * white / divisor)
