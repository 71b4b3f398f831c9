# SPDX-License-Identifier: MIT
"""What a user asks for when frames are restored: which frames, by what network, and where."""

from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.camera.exposure import Exposure, check_gain
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.flow.board import Board
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.jobs.choices import Accel

__all__ = ["Job", "parse_gain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a user asks for.

    Attributes:
        raw: a frame or a picture, or several: a folder or a video
        net: name of a shipped net, a checkpoint or an .onnx
        board: what a design is built for
        accel: where the network runs
        design: folder of the design to use; None builds one for the whole frame
        fps: rate to build for; None is one packed pixel per cycle
        gain: a factor, or how it is found in the frame
        sidecar: describes bare numbers
        deploy: files of a board; None is where `tarsier synth` leaves them
        binned: whether the pixels of quad Bayer sensors are added up
        check: whether bits are compared with the hardware graph
        drawn: whether that is done in a few parts of a large frame, drawn by its content, not all
        kind: what the network takes: raw frames, or pictures
        reset_every: frames after which a network that remembers forgets; 0 is never
    """

    raw: Path
    net: str
    board: Board
    accel: Accel = Accel.SIM
    design: Path | None = None
    fps: float | None = None
    gain: float | Exposure = Exposure.AUTO
    sidecar: Path | None = None
    binned: bool = False
    deploy: Path | None = None
    check: bool = True
    kind: FrameKind = FrameKind.BAYER
    drawn: bool = False
    reset_every: int = 0

    def gain_of(self, raw: Raw) -> float:
        """The gain of `raw`."""
        return self.gain.gain(raw) if isinstance(self.gain, Exposure) else self.gain


def parse_gain(text: str) -> float | Exposure:
    """A factor on the grid of gains, or how one is found.

    Raises:
        HostError: neither.

    >>> parse_gain("auto"), parse_gain("2.5")
    (<Exposure.AUTO: 'auto'>, 2.5)
    """
    if text in list(Exposure):
        return Exposure(text)
    try:
        factor = float(text)
    except ValueError:
        raise HostError(f"gain {text!r} is neither a number nor {' nor '.join(Exposure)}") from None
    return check_gain(factor)
