# SPDX-License-Identifier: MIT
"""Whether a restored frame is, bit for bit, what the hardware graph gives in Python."""

from collections.abc import Callable

import numpy as np

from tarsier_fpga.devices.tiles import cut, join
from tarsier_fpga.hls.base.progress import Show, silent

__all__ = ["matches"]

Execute = Callable[[np.ndarray], np.ndarray]

# Packed pixels along the side of what is compared at once; bounds the memory of a large frame.
_PIECE = 256


def matches(
    before: np.ndarray, after: np.ndarray, execute: Execute, radius: int, show: Show = silent
) -> bool:
    """Whether every pixel equals what `execute`, the hardware graph in Python, computes.

    The whole frame is compared, in overlapping pieces that fit in memory.
    """
    frame = before.shape[0], before.shape[1]
    rows, columns = (min(length, _PIECE + 2 * radius) for length in frame)
    pieces = cut(before, (rows, columns), radius)
    expected = np.empty_like(pieces)
    for index, piece in enumerate(pieces):
        expected[index] = execute(piece)
        show("comparing bit for bit", (index + 1) / len(pieces))
    return bool(np.array_equal(join(expected, frame, radius), after))
