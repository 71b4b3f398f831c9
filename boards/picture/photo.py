# SPDX-License-Identifier: MIT
"""A picture that is finished: grey or sRGB levels of 8 or 16 bits, as files of pictures hold it."""

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["Photo", "upright"]


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """One picture.

    Attributes:
        name: of its file
        pixels: (H, W) where it is grey, else (H, W, 3) R, G, B; uint8 or uint16
        alpha: (H, W) of the same type, where it has one
        profile: ICC profile of its colours; without one they are sRGB
    """

    name: str
    pixels: np.ndarray
    alpha: np.ndarray | None = None
    profile: bytes | None = None

    @property
    def height(self) -> int:
        return self.pixels.shape[0]

    @property
    def width(self) -> int:
        return self.pixels.shape[1]

    @property
    def grey(self) -> bool:
        return self.pixels.ndim == 2

    @property
    def peak(self) -> int:
        """The level of white."""
        return int(np.iinfo(self.pixels.dtype).max)

    @property
    def shown(self) -> np.ndarray:
        """(H, W, 3) uint8, for pages and films; without its alpha."""
        levels = self.pixels if self.pixels.dtype == np.uint8 else _bytes(self.pixels)
        return np.repeat(levels[..., None], 3, axis=2) if self.grey else levels


def upright(photo: Photo, orientation: int) -> Photo:
    """`photo` turned as the tag `Orientation` of EXIF and TIFF says; 1 is upright.

    >>> upright(Photo("p", np.array([[1, 2, 3]], np.uint8)), 6).pixels.tolist()
    [[1], [2], [3]]
    """
    if orientation not in _TURNS:
        return photo
    alpha = None if photo.alpha is None else _turned(photo.alpha, orientation)
    return replace(photo, pixels=_turned(photo.pixels, orientation), alpha=alpha)


# By orientation: whether rows and columns are swapped first, then rows and columns reversed.
_TURNS = {
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}


def _turned(pixels: np.ndarray, orientation: int) -> np.ndarray:
    swapped, rows, columns = _TURNS[orientation]
    if swapped:
        pixels = pixels.swapaxes(0, 1)
    pixels = pixels[::-1] if rows else pixels
    return np.ascontiguousarray(pixels[:, ::-1] if columns else pixels)


def _bytes(levels: np.ndarray) -> np.ndarray:
    """16-bit levels as 8-bit ones: 65535 is 255 times 257."""
    return ((levels.astype(np.uint32) + 128) // 257).astype(np.uint8)
