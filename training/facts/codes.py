# SPDX-License-Identifier: MIT
"""The integer coding of pixels at a network's edge.

    code = clip(round(black + (white - black) * v), 0, 2^bits - 1),   v = 0 is black, v = 1 is white

Raw frames and frames with Gaussian noise have head room on both sides: what noise carries below
black and above white survives the conversion, so a network never sees the bias of clipping.
"""

from dataclasses import dataclass

from torch import Tensor

__all__ = [
    "BLACK",
    "BYTE",
    "CODE_MAX",
    "RAW",
    "UNCLIPPED",
    "WHITE",
    "Coding",
    "from_codes",
    "to_codes",
]


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

BLACK, WHITE, CODE_MAX = RAW.black, RAW.white, RAW.top


def to_codes(v: Tensor, coding: Coding = RAW, *, rounded: bool = True) -> Tensor:
    """Codes held in float32, of values `v` where 0 is black and 1 is white.

    Full-precision networks may take them as they are, neither `rounded` nor clipped.

    >>> import torch
    >>> to_codes(torch.tensor([-1.0, 0.0, 1.0, 2.0]))
    tensor([   0.,  128.,  896., 1023.])
    """
    codes = v * coding.span + coding.black
    return codes.round().clamp(0, coding.top) if rounded else codes


def from_codes(codes: Tensor, coding: Coding = RAW) -> Tensor:
    """Values of `codes`: 0 at black, 1 at white."""
    return (codes - coding.black) / coding.span
