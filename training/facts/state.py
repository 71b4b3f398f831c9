# SPDX-License-Identifier: MIT
"""What a frame leaves for the next, where a network is (x, states) -> (y, states')."""

from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["State", "first_state"]


@dataclass(frozen=True, slots=True)
class State:
    """A state of a network of integers: values are codes times 2^exponent.

    Attributes:
        name: of the graph's input; its output is NAME_next
        channels: of its pixels
        step: pixels of the frame from one of its pixels to the next
        bits, signed: of a code
        exponent: of the step
        first: the code that all values have before the first frame
    """

    name: str
    channels: int
    step: int
    bits: int
    signed: bool
    exponent: int
    first: int = 0

    @property
    def next(self) -> str:
        """The graph's output that the next frame takes."""
        return f"{self.name}_next"

    @property
    def ends(self) -> tuple[int, int]:
        """The lowest and the highest code.

        >>> State("h", 8, 1, 8, True, -3).ends
        (-128, 127)
        """
        if self.signed:
            return -(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1
        return 0, (1 << self.bits) - 1


def first_state(state: State, x: Tensor) -> Tensor:
    """What `state` is before the first of frames like `x` (B, c, H, W)."""
    batch, _, height, width = x.shape
    shape = batch, state.channels, height // state.step, width // state.step
    return torch.full(shape, state.first * 2.0**state.exponent, dtype=x.dtype, device=x.device)
