# SPDX-License-Identifier: MIT
"""What a frame is from stage to stage; each value holds what later stages need, and no more."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tarsier_fpga.camera.encode import recode
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.devices.accelerator import Measured
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.jobs.compare import Compared
from tarsier_fpga.picture.isp import develop, grey_world
from tarsier_fpga.picture.psnr import psnr

__all__ = ["NO_PIXELS", "Done", "Encoded", "Packed", "Restored", "Sent", "Shot", "Skipped"]

NO_PIXELS = np.empty((0, 0), np.uint16)  # in place of those that were used up


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A frame that was read; `reference` is its clean twin, in `exposure` times the light."""

    name: str
    raw: Raw
    reference: Raw | None = None
    exposure: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A frame as codes (H / 2, W / 2, 4), and what developing it takes."""

    name: str
    width: int
    height: int
    raw: Raw  # without its pixels
    gain: float
    scale: Coding
    before: np.ndarray
    reference: np.ndarray | None


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A frame in the (N, h, w, 4) tiles that the accelerator takes."""

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
        codes: (h, w, 4) of the network, restored; as many as before times its scale
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
    def psnr_before(self) -> float | None:
        """In dB; None without a reference."""
        return self._psnr(self.encoded.before)

    @property
    def psnr_after(self) -> float | None:
        """In dB; None without a reference, or where it has another size."""
        return self._psnr(self.after)

    @property
    def after(self) -> np.ndarray:
        """(h, w, 4) uint16, restored, in the codes of the frame before."""
        return recode(self.codes, self.scale, self.encoded.scale)

    @property
    def balance(self) -> tuple[float, float, float]:
        """White balance: the camera's, or what makes the restored frame grey."""
        return self.encoded.raw.balance or grey_world(self.after, self.encoded.scale)

    def picture(self, codes: np.ndarray | None = None) -> np.ndarray:
        """(H, W, 3) uint8 of the restored frame, or of other codes of the scale of that before,
        developed the same way."""
        codes = self.after if codes is None else codes
        return develop(codes, self.encoded.raw, self.balance, self.encoded.scale)

    def _psnr(self, codes: np.ndarray) -> float | None:
        reference = self.encoded.reference
        if reference is None or reference.shape != codes.shape:
            return None
        return psnr(codes, reference, self.encoded.scale)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A frame that is not restored, and why."""

    problem: str
