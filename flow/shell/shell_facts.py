# SPDX-License-Identifier: MIT
"""What video.json holds: a camera, how its video comes, and what is queued of it."""

from pathlib import Path

from pydantic import model_validator

from tarsier_fpga.flow.design.queue_facts import Queue
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.facts import Facts, read_facts
from tarsier_fpga.hls.kernels.bayer_front import Cfa

__all__ = ["FACTS", "Csi2Link", "VideoShell", "read_video"]

FACTS = "video.json"


class Csi2Link(Facts):
    """What a camera's MIPI CSI-2 brings: bytes on 1, 2 or 4 `lanes`, pictures on a `channel`.

    Attributes:
        channel: 0 to 3, unless the host says otherwise
        depth: words of a byte a lane that are queued where they come faster than pixels are taken
    """

    lanes: int
    channel: int = 0
    depth: int = 64


class VideoShell(Facts):
    """A camera, and how its video comes.

    Attributes:
        pixels: of a beat, 1, 2 or 4
        bits: of a pixel, 8 to 16
        black, white: codes of the camera for the two levels
        cfa: the colours of the first two by two pixels, unless the host says otherwise
        sensor: it cannot wait: `buffer` beats are queued for it, and overflows counted
        buffer: beats
        timeout: cycles of silence within a frame after which the rest of it is filled; 0 never
        blend: blocks that wait for their results, so that a share of them can be mixed in; 0 none
        mend: codes by which a defective pixel stands out, unless the host says otherwise, 0 none;
            None where it cannot be mended
        auto_gain: frames can take the gain that was measured of the one before
        csi2: how its bytes come, where a receiver stands in front; None for AXI4-Stream Video
        queue: what the buffer was sized by; None where it was given
    """

    pixels: int = 2
    bits: int = 12
    black: int = 0
    white: int = 4095
    cfa: Cfa = Cfa.RGGB
    sensor: bool = False
    buffer: int = 64
    timeout: int = 0
    blend: int = 0
    mend: int | None = None
    auto_gain: bool = False
    csi2: Csi2Link | None = None
    queue: Queue | None = None

    @model_validator(mode="after")
    def _in_range(self) -> "VideoShell":
        if self.pixels not in (1, 2, 4):
            raise FlowError(f"video: {self.pixels} pixels a clock must be 1, 2 or 4")
        if not 8 <= self.bits <= 16:
            raise FlowError(f"video: {self.bits} bits a pixel must be 8 to 16")
        if not 0 <= self.black < self.white < 1 << self.bits:
            raise FlowError(
                f"video: black {self.black} and white {self.white} must be in this order within"
                f" {self.bits} bits"
            )
        if self.buffer < 2:
            raise FlowError(f"video: a buffer of {self.buffer} beats must hold 2 or more")
        if not 0 <= self.timeout < 1 << 24:
            raise FlowError(f"video: a timeout of {self.timeout} cycles must be below {1 << 24}")
        if self.mend is not None and not 0 <= self.mend < 1 << self.bits:
            raise FlowError(
                f"video: defective pixels by {self.mend} codes must be within {self.bits} bits"
            )
        if self.csi2:
            self._check_link(self.csi2)
        return self

    def _check_link(self, link: Csi2Link) -> None:
        if link.lanes not in (1, 2, 4):
            raise FlowError(f"video: CSI-2 on {link.lanes} lanes must be on 1, 2 or 4")
        if not 0 <= link.channel <= 3:
            raise FlowError(f"video: CSI-2 of virtual channel {link.channel} must be of 0 to 3")
        if self.bits not in (8, 10, 12, 14):
            raise FlowError(
                f"video: CSI-2 of {self.bits} bits a pixel must be RAW8, RAW10, RAW12 or RAW14"
            )
        if not self.sensor:
            raise FlowError("video: a camera of CSI-2 cannot wait, so it is a sensor")


def read_video(folder: Path) -> VideoShell:
    """The shell that `write_video` wrote into `folder`.

    Raises:
        FlowError: there is none, or its file is damaged.
    """
    path = folder / FACTS
    if not path.is_file():
        raise FlowError(f"{folder} holds no video shell: there is no {FACTS} in it")
    return read_facts(path, VideoShell, "write it again")
