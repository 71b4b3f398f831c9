# SPDX-License-Identifier: MIT
"""The integer coding of pixels where a network meets frames.

    code = clip(round(black + (white - black) * v), 0, 2^bits - 1),   v = 0 is black, v = 1 is white

Raw frames and frames with Gaussian noise have head room on both sides: what noise carries below
black and above white survives the conversion, so a network never sees the bias of clipping.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["BYTE", "RAW", "UNCLIPPED", "Coding", "FrameKind"]


@dataclass(frozen=True, slots=True)
class Coding:
    """Where black and white lie among the codes of `bits` bits."""

    black: int
    white: int
    bits: int

    @property
    def span(self) -> int:
        """Codes from black to white."""
        return self.white - self.black

    @property
    def top(self) -> int:
        """The highest code."""
        return 2**self.bits - 1


RAW = Coding(black=128, white=896, bits=10)
UNCLIPPED = Coding(black=384, white=639, bits=10)  # a code is a grey level, noise may reach +-1.5
BYTE = Coding(black=0, white=255, bits=8)


class FrameKind(StrEnum):
    """What the channels of a network's frames are."""

    BAYER = "bayer"
    RGB = "rgb"
    LUMA = "luma"
    PLANES = "planes"

    @property
    def channels(self) -> int:
        """Of a pixel: R, G1, G2, B of a mosaic's two by two, packed into one; R, G, B; or Y.

        0 for planes, of which there may be any number.
        """
        kinds = {FrameKind.BAYER: 4, FrameKind.RGB: 3, FrameKind.LUMA: 1, FrameKind.PLANES: 0}
        return kinds[self]

    @property
    def step(self) -> int:
        """Pixels of the sensor or the picture from one pixel of the network to the next."""
        return 2 if self is FrameKind.BAYER else 1
