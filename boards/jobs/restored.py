# SPDX-License-Identifier: MIT
"""What a frame is from stage to stage; each value holds what later stages need, and no more."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np

from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.devices.accelerator import Measured
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.jobs.compare import Compared
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.picture.scores import Score

__all__ = [
    "NO_PIXELS",
    "Done",
    "Encoded",
    "Packed",
    "Restored",
    "Sent",
    "Shot",
    "Skipped",
    "View",
]

NO_PIXELS = np.empty((0, 0), np.uint16)  # in place of those that were used up


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A frame or a picture that was read; `reference` is its clean twin, a frame's in `exposure`
    times the light."""

    name: str
    raw: Raw | Photo
    reference: Raw | Photo | None = None
    exposure: float = 1.0


class View(StrEnum):
    """What a page or a film shows of a frame."""

    BEFORE = "before"
    AFTER = "after"
    REFERENCE = "reference"


class Encoded(Protocol):
    """A frame as a network's codes, and what a picture of it takes."""

    @property
    def name(self) -> str: ...

    @property
    def width(self) -> int:
        """Pixels of the sensor or of the picture."""
        ...

    @property
    def height(self) -> int: ...

    @property
    def gain(self) -> float | None:
        """That a raw frame was given."""
        ...

    @property
    def scale(self) -> Coding: ...

    @property
    def before(self) -> np.ndarray:
        """(h, w, c) uint16 codes of `scale`."""
        ...

    def look(self, restored: "Restored", view: View) -> Photo | None:
        """The picture of it, before as large as after; None where there is no reference."""
        ...

    def score(self, restored: "Restored", view: View) -> Score | None:
        """Before or after, beside the reference; None without one of its size."""
        ...

    def lines(self, restored: "Restored") -> dict[str, np.ndarray]:
        """By view, the light in the middle row: 0 is black and 1 is white."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A frame in the (N, h, w, c) tiles that the accelerator takes."""

    encoded: Encoded
    tiles: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Sent:
    """A frame of `tiles` tiles in the accelerator's memory: whatever its `run` takes."""

    encoded: Encoded
    tiles: int
    content: Any


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """A frame that the accelerator has restored: whatever its `receive` takes."""

    encoded: Encoded
    tiles: int
    content: Any


@dataclass(frozen=True, slots=True, eq=False)
class Restored:
    """A frame before and after, and what it took.

    Attributes:
        codes: (h, w, c) of the network, restored; as many as before times its scale
        scale: of these codes
        measured: what the accelerator counted, without its tiles
        compared: with the hardware graph, bit for bit; None where nobody asked
    """

    encoded: Encoded
    codes: np.ndarray
    scale: Coding
    tiles: int
    measured: Measured
    compared: Compared | None = None

    @property
    def exact(self) -> bool | None:
        """Whether all bits that were compared are those of the hardware graph."""
        return None if self.compared is None else self.compared.exact

    @property
    def photo(self) -> Photo:
        """The restored picture."""
        photo = self.encoded.look(self, View.AFTER)
        assert photo is not None, "everything restored can be seen"
        return photo

    def picture(self) -> np.ndarray:
        """(H, W, 3) uint8 of the restored frame."""
        return self.photo.shown

    @property
    def views(self) -> dict[str, np.ndarray]:
        """(H, W, 3) uint8 of all that can be seen of it, by view."""
        found = {str(view): self.encoded.look(self, view) for view in View}
        return {name: photo.shown for name, photo in found.items() if photo is not None}

    @property
    def score_before(self) -> Score | None:
        return self.encoded.score(self, View.BEFORE)

    @property
    def score_after(self) -> Score | None:
        return self.encoded.score(self, View.AFTER)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A frame that is not restored, and why."""

    problem: str
