# SPDX-License-Identifier: MIT
"""What every accelerator does, be it simulated or on a board: frames of codes in, frames out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

__all__ = ["Accelerator", "Measured"]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Restored frames and what was counted while they passed."""

    frames: np.ndarray  # (N, h, w, 4) uint16 codes
    cycles_per_frame: int  # at steady state, over at least two frames
    latency_cycles: int
    sim_cycles_per_second: float | None = None  # None on a real board
    high_water: Mapping[str, int] = field(default_factory=dict)  # fullest each FIFO got


class Accelerator(Protocol):
    """A network on a device, ready for frames of one size."""

    name: str
    shape: tuple[int, int]  # packed rows and columns of a frame
    radius: int  # packed pixels the network sees around each pixel

    def restore(
        self, frames: np.ndarray, progress: Callable[[float], None] | None = None
    ) -> Measured:
        """Restore (N, h, w, 4) uint16 frames; `progress` is told the fraction done."""
        ...
