# SPDX-License-Identifier: MIT
"""Whether a restored frame is, bit for bit, what the hardware graph gives in Python."""

from collections.abc import Callable

import numpy as np

from tarsier_fpga.devices.tiles import Cutting, cut, join, padded_side
from tarsier_fpga.hls.base.progress import Show, silent

__all__ = ["matches"]

Execute = Callable[[np.ndarray], np.ndarray]

# Packed pixels along the side of what is compared at once; bounds the memory of a large frame.
_PIECE = 256


def matches(
    before: np.ndarray, after: np.ndarray, execute: Execute, cutting: Cutting, show: Show = silent
) -> bool:
    """Whether every pixel equals what `execute`, the hardware graph in Python, computes.

    The whole frame is compared, in overlapping pieces that fit in memory.
    """
    frame = before.shape[0], before.shape[1]
    reaches = (cutting.above, cutting.below), (cutting.left, cutting.right)
    piece = tuple(
        _side(side, *reach, cutting.align) for side, reach in zip(frame, reaches, strict=True)
    )
    pieces = cut(before, piece, cutting)
    expected = []
    for index, part in enumerate(pieces):
        expected.append(execute(part))
        show("comparing bit for bit", (index + 1) / len(pieces))
    return bool(np.array_equal(join(np.stack(expected), frame, piece, cutting), after))


def _side(length: int, before: int, after: int, align: int) -> int:
    """Of a piece: what is compared of it, and what is seen around that."""
    inner, *around = (padded_side(side, align) for side in (_PIECE, before, after))
    return min(padded_side(length, align), inner + sum(around))
