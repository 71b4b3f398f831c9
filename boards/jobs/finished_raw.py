# SPDX-License-Identifier: MIT
"""A raw frame as codes of a network that gives finished pictures: nothing is developed after it."""

from dataclasses import dataclass, replace

import numpy as np

from tarsier_fpga.camera.encode import encode
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.jobs.restored import NO_PIXELS, Restored, View
from tarsier_fpga.picture.colours import finished_photo
from tarsier_fpga.picture.isp import develop, grey_world, oriented
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.picture.scores import Score, photo_score

__all__ = ["Balance", "FinishedRaw", "balance_of", "finish_raw"]

Balance = tuple[float, float, float]

_EVEN = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class FinishedRaw:
    """A frame as codes (H / 2, W / 2, 4) of amplified and balanced light; `reference` is a finished
    picture."""

    name: str
    width: int
    height: int
    raw: Raw  # without its pixels
    gain: float
    scale: Coding
    before: np.ndarray
    reference: Photo | None

    def look(self, restored: Restored, view: View) -> Photo | None:
        match view:
            case View.BEFORE:
                return Photo(self.name, develop(self.before, self.raw, _EVEN, self.scale))
            case View.AFTER:
                photo = finished_photo(self.name, restored.codes, restored.scale)
                return replace(photo, pixels=oriented(photo.pixels, self.raw.flip))
            case View.REFERENCE:
                return self.reference

    def score(self, restored: Restored, view: View) -> Score | None:
        photo = self.look(restored, view)
        if photo is None or self.reference is None:
            return None
        return photo_score(photo, self.reference, luma=False)

    def lines(self, restored: Restored) -> dict[str, np.ndarray]:
        """Of green, as the pictures have it."""
        return {
            name: shown[shown.shape[0] // 2, :, 1] / 255 for name, shown in restored.views.items()
        }


def finish_raw(
    name: str,
    raw: Raw,
    gain: float,
    scale: Coding,
    clean: Raw | Photo | None,
    exposure: float = 1.0,
    balance: Balance | None = None,
) -> FinishedRaw:
    """`raw` as codes of `scale`, and beside it `clean`: a finished picture, or a frame that had
    `exposure` times the light and is developed plainly.

    `balance` is the gains of R, G and B; None takes the camera's, or what makes the frame grey.

    Raises:
        HostError: `clean` is of another size than what becomes of `raw`.
    """
    reference = _developed(clean, gain / exposure, scale) if isinstance(clean, Raw) else clean
    width, height = (raw.height, raw.width) if raw.flip & 4 else (raw.width, raw.height)
    if reference is not None and (reference.width, reference.height) != (width, height):
        assert clean is not None
        raise HostError(
            f"reference {clean.name} is {clean.width} x {clean.height}, "
            f"but {raw.name} becomes {width} x {height}"
        )
    return FinishedRaw(
        name=name,
        width=raw.width,
        height=raw.height,
        raw=replace(raw, mosaic=NO_PIXELS),
        gain=gain,
        scale=scale,
        before=encode(raw, gain, scale, balance or balance_of(raw, gain, scale)),
        reference=reference,
    )


def balance_of(raw: Raw, gain: float, scale: Coding) -> Balance:
    """Gains of R, G and B, the smallest 1: the camera's, or what makes the frame grey."""
    gains = raw.balance or grey_world(encode(raw, gain, scale), scale)
    least = min(gains)
    return gains[0] / least, gains[1] / least, gains[2] / least


def _developed(raw: Raw, gain: float, scale: Coding) -> Photo:
    codes = encode(raw, gain, scale, balance_of(raw, gain, scale))
    return Photo(raw.name, develop(codes, raw, _EVEN, scale))
