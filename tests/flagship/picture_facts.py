# SPDX-License-Identifier: MIT
"""What whole pictures are asked for, and what pictures.json says of those that were run."""

from enum import StrEnum

from pydantic import PositiveFloat

from tarsier_fpga.hls.base.facts import Facts
from tarsier_fpga.hls.cost.resources import Resources
from tests.flagship.flagship_facts import Amount, Origin

__all__ = ["AskedPicture", "Built", "PictureEntry", "Pictures", "Weights"]


class AskedPicture(Facts):
    """A design of pictures.toml."""

    board: str
    frame: str
    fps: PositiveFloat
    picture: str


class Weights(StrEnum):
    """Whose the network's are."""

    SHIPPED = "shipped"
    GIVEN = "given"  # a file beside: in training, or a user's own
    UNTRAINED = "untrained"


class Built(Facts):
    """A design of one size: what it takes by formula, and by Yosys where that was asked.

    Attributes:
        width, height: pixels that go in
        estimate: by formula; `share` is that of the board's LUTs
        counted: by Yosys; None where it was not asked
        fifo_bits: of all FIFOs
    """

    width: int
    height: int
    estimate: Resources
    share: float
    counted: dict[str, Amount] | None
    fifo_bits: int


class PictureEntry(Facts):
    """A network whose RTL restored a whole picture.

    Attributes:
        clock_mhz: of the board, an assumption
        cycles_per_frame: of the picture, at steady state
        fps: of whole frames, at the pace that the picture had
        psnr_before_db, psnr_db: of the picture; None where the weights mean nothing
        build_seconds: of the picture's design, by the clock, with its FIFOs; None where it was
            there before
        sim_cycles_per_second: of the RTL, by the clock
        picture_design, frame_design: of the picture's size, and of whole frames where it was built
    """

    net: str
    weights: Weights
    board: str
    clock_mhz: float
    key: str
    picture: str
    degraded: str
    scale: float
    cycles_per_frame: int
    ideal_cycles: int
    latency_cycles: int
    bit_exact: bool
    fps: float
    psnr_before_db: float | None
    psnr_db: float | None
    build_seconds: float | None
    sim_cycles_per_second: float | None
    seconds: float
    picture_design: Built
    frame_design: Built | None
    origin: Origin


class Pictures(Facts):
    """pictures.json, in the order of pictures.toml."""

    designs: tuple[PictureEntry, ...]
