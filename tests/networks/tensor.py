# SPDX-License-Identifier: MIT
"""What is known of a tensor before it is computed: enough to say that float32 computes it exactly.

Its values are multiples of 2^exponent between `low` and `high`, each of these one number for each
channel. Where the greatest is below 2^24 steps, no float32 operation on the way rounds.
"""

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["Illegal", "Tensor"]

_EXACT = 24  # bits of the significand


class Illegal(ValueError):
    """A layer cannot stand where it was put; the sentence says why."""


@dataclass(frozen=True, eq=False)
class Tensor:
    """(1, C, height, width) by its name in the graph.

    Attributes:
        exponent, low, high: (C,)
        spread: (C,) root of the mean square, about
        coding: for each channel the bits and whether they are signed, where a quantizer made it
        exact: whether its values are multiples of 2^exponent at all
    """

    name: str
    height: int
    width: int
    exponent: np.ndarray
    low: np.ndarray
    high: np.ndarray
    spread: np.ndarray
    coding: tuple[tuple[int, bool], ...] = ()
    exact: bool = True

    def __post_init__(self) -> None:
        if self.exact and np.any(self.steps >= 2.0**_EXACT):
            raise Illegal(f"{self.name}: {self.steps.max():g} steps are not exact in float32")

    @property
    def channels(self) -> int:
        return len(self.low)

    @property
    def steps(self) -> np.ndarray:
        """(C,) the greatest magnitude, in steps."""
        return np.maximum(np.abs(self.low), np.abs(self.high)) / np.exp2(self.exponent)

    @property
    def bipolar(self) -> bool:
        """Whether its values are only the lowest and the highest."""
        return any(bits == 1 and signed for bits, signed in self.coding)

    @property
    def uniform(self) -> bool:
        """Whether all channels mean the same by the same integer."""
        return len({*self.exponent.tolist()}) == 1 and len({*self.coding}) == 1

    def pick(self, channels: list[int], name: str) -> "Tensor":
        """Some of its channels, in that order."""
        parts = {key: getattr(self, key)[channels] for key in ("exponent", "low", "high", "spread")}
        return replace(self, name=name, coding=tuple(self.coding[c] for c in channels), **parts)
