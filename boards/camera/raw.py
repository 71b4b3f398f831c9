# SPDX-License-Identifier: MIT
"""Raw frames as the network wants them: an even Bayer mosaic that starts with red.

Whatever the sensor's colour filter phase, up to one row and one column are cropped so that the
first two by two pixels are R G / G B, and one more where the size would then be odd.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tarsier_fpga.hls.base.errors import HostError

__all__ = ["CFA_PHASES", "Raw", "align", "phases"]

# Where red lies in the first two by two pixels: (row, column).
CFA_PHASES = {"RGGB": (0, 0), "GRBG": (0, 1), "GBRG": (1, 0), "BGGR": (1, 1)}


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """One raw frame, and what is needed to make a picture of it.

    `black` is per colour, in the order R, G1, G2, B; `flip` is LibRaw's orientation code:
    bit 0 mirrors columns, bit 1 mirrors rows, bit 2 then transposes.
    """

    name: str
    mosaic: np.ndarray  # (H, W) uint16, H and W even, red at (0, 0)
    black: tuple[int, int, int, int]
    white: int
    balance: tuple[float, float, float] | None = None  # gains of R, G, B; None: not known
    matrix: np.ndarray | None = None  # (3, 3) balanced camera RGB to linear sRGB
    flip: int = 0

    @property
    def height(self) -> int:
        return self.mosaic.shape[0]

    @property
    def width(self) -> int:
        return self.mosaic.shape[1]


def align(
    mosaic: np.ndarray, cfa: str, black: Sequence[int]
) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """`mosaic` cropped to start with red and to be even, and its black levels in that order.

    Args:
        mosaic: (H, W), any size from 3 x 3.
        cfa: one of CFA_PHASES, the colours of the first two by two pixels.
        black: black level of those four pixels, row by row.

    Raises:
        HostError: nothing is left after cropping.

    >>> align(np.arange(9).reshape(3, 3), "BGGR", (1, 2, 3, 4))
    (array([[4, 5],
           [7, 8]]), (4, 3, 2, 1))
    """
    top, left = CFA_PHASES[cfa]
    height, width = ((mosaic.shape[0] - top) // 2 * 2, (mosaic.shape[1] - left) // 2 * 2)
    if height < 2 or width < 2:
        raise HostError(f"the frame is {mosaic.shape[1]} x {mosaic.shape[0]}, too small for Bayer")
    order = [(top ^ row) * 2 + (left ^ column) for row in (0, 1) for column in (0, 1)]
    return mosaic[top : top + height, left : left + width], tuple(black[i] for i in order)


def phases(mosaic: np.ndarray) -> list[np.ndarray]:
    """The (H / 2, W / 2) planes of `mosaic` in the order of its first two by two pixels."""
    return [mosaic[row::2, column::2] for row in (0, 1) for column in (0, 1)]
