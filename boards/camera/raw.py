# SPDX-License-Identifier: MIT
"""Raw frames as the network wants them: an even Bayer mosaic that starts with red.

Whatever the sensor's colour filter phase, up to one row and one column are cropped so that the
first two by two pixels are R G / G B, and one more where the size would then be odd.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tarsier_fpga.hls.base.camera_frame import CameraFrame
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["CFA_PHASES", "Raw", "align", "from_sensor", "mosaic_of", "phases"]

# Where red lies in the first two by two pixels: (row, column).
CFA_PHASES = {"RGGB": (0, 0), "GRBG": (0, 1), "GBRG": (1, 0), "BGGR": (1, 1)}


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """One raw frame, and what is needed to make a picture of it.

    `black` is per colour, in the order R, G1, G2, B, and need not be whole; a reader of files that
    say more of black than that takes it out of the mosaic. `flip` is LibRaw's orientation code:
    bit 0 mirrors columns, bit 1 mirrors rows, bit 2 then transposes.
    """

    name: str
    mosaic: np.ndarray  # (H, W) uint16, H and W even, red at (0, 0)
    black: tuple[float, float, float, float]
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

    @property
    def span(self) -> float:
        """The numbers from black to white, of every colour alike: from the highest black."""
        return self.frame().span

    def frame(self) -> CameraFrame:
        """What it says of light, without how it is to look."""
        return CameraFrame(self.mosaic, self.black, self.white)


def from_sensor(
    path: Path,
    mosaic: np.ndarray,
    cfa: str,
    black: Sequence[float],
    white: int,
    *,
    balance: tuple[float, float, float] | None = None,
    matrix: np.ndarray | None = None,
    flip: int = 0,
) -> Raw:
    """The frame in the file `path`, aligned; `cfa` and `black` are those of its first pixels.

    Raises:
        HostError: no light is left between black and white, or no pixel after cropping.
    """
    if white <= max(black):
        raise HostError(f"{path}: white level {white} must be above black level {max(black):g}")
    try:
        mosaic, levels = align(mosaic, cfa, black)
    except HostError as error:
        raise HostError(f"{path}: {error}") from None
    return Raw(path.name, np.ascontiguousarray(mosaic), levels, white, balance, matrix, flip)


def align(
    mosaic: np.ndarray, cfa: str, black: Sequence[float]
) -> tuple[np.ndarray, tuple[float, float, float, float]]:
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
    r, g1, g2, b = (black[(top ^ row) * 2 + (left ^ column)] for row in (0, 1) for column in (0, 1))
    return mosaic[top : top + height, left : left + width], (r, g1, g2, b)


def phases(mosaic: np.ndarray) -> list[np.ndarray]:
    """The (H / 2, W / 2) planes of `mosaic` in the order of its first two by two pixels."""
    return [mosaic[row::2, column::2] for row in (0, 1) for column in (0, 1)]


def mosaic_of(rgb: np.ndarray) -> np.ndarray:
    """What a sensor behind an RGGB filter keeps of (H, W, 3), cropped to be even.

    >>> mosaic_of(np.arange(12).reshape(2, 2, 3)).tolist()
    [[0, 4], [7, 11]]
    """
    height, width = rgb.shape[0] // 2 * 2, rgb.shape[1] // 2 * 2
    mosaic = np.empty((height, width), rgb.dtype)
    planes = zip(phases(mosaic), phases(rgb[:height, :width]), (0, 1, 1, 2), strict=True)
    for kept, seen, colour in planes:
        kept[:] = seen[..., colour]
    return mosaic
