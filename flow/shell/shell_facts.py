# SPDX-License-Identifier: MIT
"""What video.json holds: a camera, how its video comes, and what is queued of it."""

from pathlib import Path

from pydantic import model_validator

from tarsier_fpga.flow.design.queue_facts import Queue
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.facts import Facts, read_facts
from tarsier_fpga.hls.kernels.bayer_front import Cfa

__all__ = ["FACTS", "VideoShell", "read_video"]

FACTS = "video.json"


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
        return self


def read_video(folder: Path) -> VideoShell:
    """The shell that `write_video` wrote into `folder`.

    Raises:
        FlowError: there is none, or its file is damaged.
    """
    path = folder / FACTS
    if not path.is_file():
        raise FlowError(f"{folder} holds no video shell: there is no {FACTS} in it")
    return read_facts(path, VideoShell, "write it again")
