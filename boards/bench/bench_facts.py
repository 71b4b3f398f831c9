# SPDX-License-Identifier: MIT
"""What bench.json and the recorded results hold."""

from enum import StrEnum

from pydantic import model_validator

from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.facts import Facts

__all__ = ["SIZES", "Basis", "Bench", "Machine", "Place", "Row", "size_name"]

# Frames by name, of the raw mosaic or of the picture that goes in; the last is the one that RED
# publishes timings of.
SIZES = {
    "720p": (1280, 720),
    "1080p": (1920, 1080),
    "4k": (3840, 2160),
    "12mpx": (4000, 3000),
    "red": (4256, 2848),
}


class Place(StrEnum):
    """What a network runs on."""

    CHIP = "chip"
    GPU = "gpu"
    CPU = "cpu"


class Basis(StrEnum):
    """How a row's numbers came about."""

    MEASURED = "measured"  # here, now
    ASSUMED = "assumed clock"  # cycles counted in the RTL, at a clock nobody has confirmed
    PLACED = "placed clock"  # cycles counted in the RTL, at a clock that place and route reached
    RECORDED = "recorded"  # measured earlier, on the machine the row names
    PUBLISHED = "published"  # by others, with source
    SKIPPED = "skipped"  # no numbers; the note says why


class Machine(Facts):
    """Where a bench ran, on what `date` (UTC); GPU and driver are None where there is none.

    `load` is how many processes wanted to run, on average, in the minute before the bench.
    """

    date: str
    cpu: str
    threads: int
    torch: str
    load: float = 0.0
    gpu: str | None = None
    driver: str | None = None


class Row(Facts):
    """One network on one device at one frame size; None is what is not known.

    Attributes:
        width, height: of the raw mosaic, or of the picture for networks on pictures
        batch: frames at once
        latency_ms: of the chip, first pixel in to first pixel out; else, whole batch in memory to
            whole batch out
        watts: of the whole device
        joules: per frame
        psnr_db: on the built-in frame, of this network at this precision
        runs: whose median was taken
        note: what else must be said, such as the source, or the reason of a skip
    """

    net: str
    place: Place
    device: str
    precision: str
    width: int
    height: int
    basis: Basis
    batch: int = 1
    fps: float | None = None
    latency_ms: float | None = None
    watts: float | None = None
    joules: float | None = None
    psnr_db: float | None = None
    runs: int | None = None
    note: str = ""

    @model_validator(mode="after")
    def _says_what_it_is(self) -> "Row":
        if (self.basis is Basis.SKIPPED) != (self.fps is None):
            raise ValueError(f"{self.net} on {self.device}: a row has its fps or is skipped")
        if self.basis in (Basis.SKIPPED, Basis.PUBLISHED) and not self.note:
            raise ValueError(f"{self.net} on {self.device}: a {self.basis} row needs its note")
        return self

    @property
    def pixels(self) -> int:
        """Of a frame."""
        return self.width * self.height


class Bench(Facts):
    """A finished bench of the design of `net` for `board`.

    Attributes:
        kind: of the frames that go in: bayer, rgb or luma
        scale: how many times as wide and high they come out
        scene: what the frame of PSNR is, and what was done to it
        psnr_before_db: of that frame, before a network restores it
    """

    net: str
    board: str
    machine: Machine
    rows: tuple[Row, ...]
    kind: FrameKind = FrameKind.BAYER
    scale: float = 1
    scene: str = ""
    psnr_before_db: float | None = None


def size_name(width: int, height: int) -> str:
    """How people call a size.

    >>> size_name(1920, 1080), size_name(640, 426)
    ('1080p', '640x426')
    """
    names = {size: name for name, size in SIZES.items()}
    return names.get((width, height), f"{width}x{height}")
