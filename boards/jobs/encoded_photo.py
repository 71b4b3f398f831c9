# SPDX-License-Identifier: MIT
"""A picture as codes, and how the restored one is made of them."""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

import numpy as np

from tarsier_fpga.devices.accelerator import Restorer
from tarsier_fpga.hls.base.coding import Coding, FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.jobs.restored import Restored, View
from tarsier_fpga.picture.colours import enlarged, photo_codes, restored_photo
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.picture.scores import Score, photo_score

__all__ = ["EncodedPhoto", "encode_photo"]


@dataclass(frozen=True, slots=True, eq=False)
class EncodedPhoto:
    """A picture as codes (H, W, 3) of RGB or (H, W, 1) of luma; `times` as large when restored.

    `luma` says that a network restores luma alone.
    """

    name: str
    photo: Photo
    scale: Coding
    times: Fraction
    luma: bool
    before: np.ndarray
    reference: Photo | None

    @property
    def width(self) -> int:
        return self.photo.width

    @property
    def height(self) -> int:
        return self.photo.height

    @property
    def gain(self) -> float | None:
        return None

    def look(self, restored: Restored, view: View) -> Photo | None:
        match view:
            case View.BEFORE:
                return _enlarged(self.photo, self.times)
            case View.AFTER:
                return restored_photo(restored.codes, restored.scale, self.photo)
            case View.REFERENCE:
                return self.reference

    def score(self, restored: Restored, view: View) -> Score | None:
        photo = self.look(restored, view)
        if photo is None or self.reference is None:
            return None
        return photo_score(photo, self.reference, luma=self.luma, times=int(self.times))

    def lines(self, restored: Restored) -> dict[str, np.ndarray]:
        """Of green."""
        return {
            name: shown[shown.shape[0] // 2, :, 1] / 255 for name, shown in restored.views.items()
        }


def encode_photo(name: str, photo: Photo, restorer: Restorer, clean: Photo | None) -> EncodedPhoto:
    """`photo` as codes for `restorer`, and beside it `clean`, as large as what becomes of it.

    Raises:
        HostError: that is of another size.
    """
    times, scale = restorer.cutting.scale, restorer.codes
    if clean is not None:
        width, height = (ceil(side * times) for side in (photo.width, photo.height))
        if (clean.width, clean.height) != (width, height):
            raise HostError(
                f"reference {clean.name} is {clean.width} x {clean.height}, but {photo.name}"
                f" becomes {width} x {height}"
            )
    return EncodedPhoto(
        name=name,
        photo=photo,
        scale=scale,
        times=times,
        luma=restorer.kind is FrameKind.LUMA,
        before=photo_codes(photo, restorer.kind, scale),
        reference=clean,
    )


def _enlarged(photo: Photo, times: Fraction) -> Photo:
    """`photo` bicubically enlarged, which is what there is without a network."""
    if times == 1:
        return photo
    levels = np.clip(np.rint(enlarged(photo.pixels, times)), 0, photo.peak)
    return replace(photo, pixels=levels.astype(photo.pixels.dtype), alpha=None)
