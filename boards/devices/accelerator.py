# SPDX-License-Identifier: MIT
"""What every accelerator does, be it simulated, in PyTorch or on a board.

Frames of codes go in, frames of codes come out, in three steps that a pipeline can overlap: the
next frame is sent while one is at work, and the one before is received.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from tarsier_fpga.devices.tiles import Cutting
from tarsier_fpga.flow.sim.built_design import BuiltDesign, HardwareGraph
from tarsier_fpga.hls.base.coding import Coding, FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.base.progress import Show, silent

__all__ = ["RESTORING", "Accelerator", "Measured", "Restorer", "restore_frames"]

RESTORING = "restoring"  # the step that accelerators show


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Restored frames and what was counted while they passed; None: this accelerator cannot tell.

    `seconds` is what the accelerator itself took, without what the host does to send and receive.
    """

    frames: np.ndarray  # (N, h, w, channels) codes: uint16, or int16 where they are signed
    seconds: float | None = None
    cycles_per_frame: int | None = None  # at steady state, over at least two frames
    latency_cycles: int | None = None
    sim_cycles_per_second: float | None = None
    high_water: Mapping[str, int] = field(default_factory=dict)  # fullest each FIFO got
    states: Mapping[str, np.ndarray] | None = None  # that a network which remembers was left in


@dataclass(frozen=True, slots=True)
class Restorer:
    """A network as frames of a camera or pictures meet it: its name, its streams, and how frames
    may be cut."""

    net: str
    x: Port
    y: Port
    cutting: Cutting

    @property
    def kind(self) -> FrameKind:
        """What its frames are: bayer, rgb or luma."""
        return self.x.kind

    @property
    def finishes(self) -> bool:
        """Whether raw frames become finished pictures, which nobody develops."""
        return self.kind is FrameKind.BAYER and self.y.kind is FrameKind.RGB

    @property
    def times(self) -> Fraction:
        """How many times as large as the frame or the picture, along a side, its result is."""
        return self.cutting.scale * Fraction(self.y.kind.step, self.x.kind.step)

    @property
    def codes(self) -> Coding:
        """That a frame gets: where codes are signed, the ones from 0."""
        return Coding(self.x.black, self.x.white, self.x.bits - self.x.signed)

    @classmethod
    def of(
        cls,
        net: str,
        inputs: Sequence[Port],
        outputs: Sequence[Port],
        reach: tuple[int, int, int, int],
        align: int,
        states: Sequence[str] = (),
    ) -> "Restorer":
        """The restorer that a network with these streams is, by its reach above, below, left and
        right, and the `states` that it keeps from frame to frame.

        Raises:
            HostError: it takes or gives anything but one frame of a sensor or one picture, makes of
                a raw frame a picture of another size, or has states.
        """
        instead = "`tarsier sim` runs its design on frames of its own kind"
        if states:
            raise HostError(
                f"{net} keeps {' and '.join(states)} from frame to frame, so no frame can be"
                " restored by itself: `tarsier sim` runs its design on sequences"
            )
        if len(inputs) + len(outputs) > 2:
            raise HostError(
                f"{net} has {len(inputs)} inputs and {len(outputs)} outputs, where a frame is one"
                f" and becomes one: {instead}"
            )
        x, y = inputs[0], outputs[0]
        for does, port in (("takes", x), ("gives", y)):
            match port.kind:
                case FrameKind.BAYER | FrameKind.RGB | FrameKind.LUMA:
                    continue
                case FrameKind.PLANES:
                    raise HostError(
                        f"{net} {does} frames of {port.channels} planes, which are neither mosaics"
                        f" nor pictures: {instead}"
                    )
        restorer = cls(net, x, y, Cutting(*reach, align, 1 / Fraction(*y.step)))
        if x.kind is not y.kind and not restorer.finishes:
            raise HostError(
                f"{net} takes {x.kind} frames and gives {y.kind} frames, where a frame becomes one"
                f" of its own kind, or a raw frame an RGB picture: {instead}"
            )
        if restorer.finishes and restorer.times != 1:
            raise HostError(
                f"{net} makes of a raw frame a picture {restorer.times} times as wide, where it is"
                f" as large as the sensor's frame: {instead}"
            )
        return restorer


class Accelerator(Protocol):
    """A network on a device."""

    @property
    def name(self) -> str: ...

    @property
    def restorer(self) -> Restorer:
        """What frames it takes, and what comes of them."""
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
        """Rows and columns of the network's pixels in which it wants a frame of so many, which
        `align` divides.

        Raises:
            HostError: it cannot take such a frame, not even in tiles.
        """
        ...

    def send(self, frames: np.ndarray) -> Any:
        """Hand (N, h, w, c) uint16 frames to the device; what `run` takes."""
        ...

    def run(self, sent: Any, show: Show = silent) -> Any:
        """Restore them; what `receive` takes. `show` is told now and then how far it is, and may
        raise to give up."""
        ...

    def receive(self, done: Any) -> Measured:
        """Fetch them from the device."""
        ...


def restore_frames(accelerator: Accelerator, frames: np.ndarray, show: Show = silent) -> Measured:
    """The three steps at once."""
    return accelerator.receive(accelerator.run(accelerator.send(frames), show))
