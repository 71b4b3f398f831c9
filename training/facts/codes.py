# SPDX-License-Identifier: MIT
"""PyTorch's side of the coding of pixels."""

from torch import Tensor

from tarsier_fpga.hls.base.coding import RAW, Coding

__all__ = ["from_codes", "to_codes"]


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
