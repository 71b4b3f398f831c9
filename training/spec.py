# SPDX-License-Identifier: MIT
"""What a network is, as plain facts: it travels in the header of every checkpoint."""

import math
from dataclasses import dataclass
from enum import StrEnum

from training.codes import BLACK, WHITE
from training.errors import TrainingError

__all__ = ["Kind", "NetSpec"]


class Kind(StrEnum):
    BBCU = "bbcu"
    PARENT = "parent"


@dataclass(frozen=True, slots=True)
class NetSpec:
    """A raw restoration network; the last three fields concern binary networks only."""

    kind: Kind
    channels: int
    units: int
    residual_bits: int = 8
    residual_exponent: int = -2
    sign_window: float = 1.0  # residual units; shapes the gradient, never the result

    def __post_init__(self) -> None:
        if self.kind not in set(Kind):
            known = ", ".join(Kind)
            raise TrainingError(f"net.kind = {self.kind!r} is unknown; known kinds: {known}")
        object.__setattr__(self, "kind", Kind(self.kind))
        for name, value in (("channels", self.channels), ("units", self.units)):
            if value < 1:
                raise TrainingError(f"net.{name} = {value} must be at least 1")
        if self.residual_bits < 2 or 9 * self.channels << self.residual_bits + 6 > 1 << 24:
            raise TrainingError(
                f"net.residual_bits = {self.residual_bits} must be at least 2, and the tail's sums "
                f"of 9 x {self.channels} products with 8-bit weights must fit float32's 24 bits"
            )

    @property
    def align_exponent(self) -> int:
        """Residual alignment as a shift: a unit of residual is 2^this codes.

        The paper's k = 130 C / 64 on [0, 1] pixels, to the nearest power of two of codes.
        """
        return round(math.log2((WHITE - BLACK) / (130 * self.channels / 64)))

    @property
    def radius(self) -> int:
        """Packed pixels on each side that one output pixel depends on: a 3x3 layer adds one."""
        return self.units + 2
