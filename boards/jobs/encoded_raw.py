# SPDX-License-Identifier: MIT
"""A raw frame as codes, and how a picture is developed of them."""

from dataclasses import dataclass, replace

import numpy as np

from tarsier_fpga.camera.encode import decode, encode, recode
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.jobs.restored import NO_PIXELS, Restored, View
from tarsier_fpga.picture.isp import develop, grey_world
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.picture.psnr import psnr
from tarsier_fpga.picture.scores import Score

__all__ = ["Balance", "EncodedRaw", "encode_raw"]

Balance = tuple[float, float, float]

_GREEN = 1


@dataclass(frozen=True, slots=True, eq=False)
class EncodedRaw:
    """A frame as codes (H / 2, W / 2, 4), and what developing it takes."""

    name: str
    width: int
    height: int
    raw: Raw  # without its pixels
    gain: float
    scale: Coding
    before: np.ndarray
    reference: np.ndarray | None

    def after(self, restored: Restored) -> np.ndarray:
        """(h, w, 4) uint16, restored, in the codes of the frame before."""
        return recode(restored.codes, restored.scale, self.scale)

    def balance(self, restored: Restored) -> Balance:
        """White balance: the camera's, or what makes the restored frame grey."""
        return self.raw.balance or grey_world(self.after(restored), self.scale)

    def look(self, restored: Restored, view: View) -> Photo | None:
        codes = self._codes(restored, view)
        if codes is None:
            return None
        return Photo(self.name, develop(codes, self.raw, self.balance(restored), self.scale))

    def score(self, restored: Restored, view: View) -> Score | None:
        codes = self._codes(restored, view)
        if codes is None or self.reference is None or self.reference.shape != codes.shape:
            return None
        return Score(psnr(codes, self.reference, self.scale))

    def lines(self, restored: Restored) -> dict[str, np.ndarray]:
        """Of the first green."""
        found = {}
        for view in View:
            codes = self._codes(restored, view)
            if codes is not None:
                found[str(view)] = decode(codes[codes.shape[0] // 2, :, _GREEN], self.scale)
        return found

    def _codes(self, restored: Restored, view: View) -> np.ndarray | None:
        match view:
            case View.BEFORE:
                return self.before
            case View.AFTER:
                return self.after(restored)
            case View.REFERENCE:
                return self.reference


def encode_raw(
    name: str, raw: Raw, gain: float, scale: Coding, clean: Raw | None, exposure: float = 1.0
) -> EncodedRaw:
    """`raw` as codes of `scale`, and beside it `clean`, which had `exposure` times the light and so
    gets less gain.

    Raises:
        HostError: both are not of one size.
    """
    if clean is not None and clean.mosaic.shape != raw.mosaic.shape:
        raise HostError(
            f"reference {clean.name} is {clean.width} x {clean.height}, "
            f"but {raw.name} is {raw.width} x {raw.height}"
        )
    return EncodedRaw(
        name=name,
        width=raw.width,
        height=raw.height,
        raw=replace(raw, mosaic=NO_PIXELS),
        gain=gain,
        scale=scale,
        before=encode(raw, gain, scale),
        reference=None if clean is None else encode(clean, gain / exposure, scale),
    )
