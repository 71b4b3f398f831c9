# SPDX-License-Identifier: MIT
"""What every accelerator does, be it simulated, in PyTorch or on a board.

Frames of codes go in, frames of codes come out, in three steps that a pipeline can overlap: the
next frame is sent while one is at work, and the one before is received.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from tarsier_fpga.flow.sim.built_design import BuiltDesign, HardwareGraph
from tarsier_fpga.hls.base.coding import Coding, FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.progress import Show, silent

__all__ = ["RESTORING", "Accelerator", "Measured", "check_kind", "restore_frames"]

RESTORING = "restoring"  # the step that accelerators show


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Restored frames and what was counted while they passed; None: this accelerator cannot tell.

    `seconds` is what the accelerator itself took, without what the host does to send and receive.
    """

    frames: np.ndarray  # (N, h, w, 4) uint16 codes
    seconds: float | None = None
    cycles_per_frame: int | None = None  # at steady state, over at least two frames
    latency_cycles: int | None = None
    sim_cycles_per_second: float | None = None
    high_water: Mapping[str, int] = field(default_factory=dict)  # fullest each FIFO got


class Accelerator(Protocol):
    """A network on a device."""

    @property
    def name(self) -> str: ...

    @property
    def net(self) -> str: ...

    @property
    def radius(self) -> int:
        """Packed pixels that the network sees around each pixel."""
        ...

    @property
    def scale(self) -> Coding:
        """Of its frames."""
        ...

    @property
    def graph(self) -> HardwareGraph:
        """What it computes, bit for bit."""
        ...

    @property
    def design(self) -> BuiltDesign | None:
        """The design that it is; None where it is no hardware."""
        ...

    def tile(self, frame: tuple[int, int]) -> tuple[int, int]:
        """Packed rows and columns in which it wants a frame of so many.

        Raises:
            HostError: it cannot take such a frame, not even in tiles.
        """
        ...

    def send(self, frames: np.ndarray) -> Any:
        """Hand (N, h, w, 4) uint16 frames to the device; what `run` takes."""
        ...

    def run(self, sent: Any, show: Show = silent) -> Any:
        """Restore them; what `receive` takes. `show` is told now and then how far it is, and may
        raise to give up."""
        ...

    def receive(self, done: Any) -> Measured:
        """Fetch them from the device."""
        ...


def check_kind(net: str, kind: FrameKind) -> None:
    """Raise HostError if `net` takes anything but what a sensor gives."""
    if kind is not FrameKind.BAYER:
        raise HostError(
            f"{net} is a network on {kind} pictures; raw frames are restored by one on mosaics,"
            " such as bbcu-raw-16x8"
        )


def restore_frames(accelerator: Accelerator, frames: np.ndarray, show: Show = silent) -> Measured:
    """The three steps at once."""
    return accelerator.receive(accelerator.run(accelerator.send(frames), show))
