# SPDX-License-Identifier: MIT
"""The external streams of a network: what its frames are and what their codes mean."""

from fractions import Fraction
from math import ceil

from tarsier_fpga.hls.base.coding import Coding, FrameKind
from tarsier_fpga.hls.base.facts import Facts

__all__ = ["Port"]


class Port(Facts):
    """One stream of frames, in or out.

    Attributes:
        name: of the stream in hardware
        tensor: of the network's file
        kind: what the channels of a pixel are
        channels, bits, signed: of a pixel's codes, channel 0 in the lowest bits
        black, white: codes of the two levels
        scale, offset: the network's number for code c is scale * c + offset
        step: pixels of the first input from one pixel to the next, as a fraction in lowest terms;
            (0, 1) where one pixel stands for the whole frame, whatever its size
    """

    name: str
    tensor: str
    kind: FrameKind
    channels: int
    bits: int
    signed: bool
    black: int
    white: int
    scale: float
    offset: float
    step: tuple[int, int] = (1, 1)

    @property
    def coding(self) -> Coding:
        return Coding(self.black, self.white, self.bits)

    @property
    def width(self) -> int:
        """Bits of the stream."""
        return self.channels * self.bits

    @property
    def range(self) -> tuple[int, int]:
        """The lowest and the highest code."""
        half = 1 << (self.bits - 1)
        return (-half, half - 1) if self.signed else (0, 2 * half - 1)

    def shape(self, height: int, width: int) -> tuple[int, int, int]:
        """(H, W, channels) of a frame, where the first input has `height` x `width` pixels.

        A part of a pixel at the end counts as one.
        """
        step = Fraction(*self.step)
        if not step:
            return 1, 1, self.channels
        return ceil(height / step), ceil(width / step), self.channels
