# SPDX-License-Identifier: MIT
"""One raw frame through an accelerator: encode, tile where the design is smaller, join, compare."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tarsier_fpga.camera.encode import encode
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.devices.accelerator import Accelerator, Measured, Notify, restore_frames
from tarsier_fpga.devices.tiles import cut, join
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.picture.psnr import psnr

__all__ = ["Restored", "matches", "pack", "restore"]

Execute = Callable[[np.ndarray], np.ndarray]

# Packed pixels along the side of what is compared at once; bounds the memory of a large frame.
_CHECK_TILE = 256


@dataclass(frozen=True, slots=True, eq=False)
class Restored:
    """A frame before and after, as codes (H / 2, W / 2, 4), and what it took."""

    before: np.ndarray
    after: np.ndarray
    reference: np.ndarray | None
    scale: Coding
    gain: float
    tiles: int
    measured: Measured

    @property
    def psnr_before(self) -> float | None:
        return self._psnr(self.before)

    @property
    def psnr_after(self) -> float | None:
        return self._psnr(self.after)

    def _psnr(self, codes: np.ndarray) -> float | None:
        return None if self.reference is None else psnr(codes, self.reference, self.scale)


def restore(
    raw: Raw,
    accelerator: Accelerator,
    gain: float,
    reference: Raw | None = None,
    progress: Notify | None = None,
    exposure: float = 1.0,
) -> Restored:
    """`raw` restored by `accelerator`, with `gain` applied to it.

    `reference` has been given `exposure` times the light of `raw`, and so gets less gain.

    Raises:
        HostError: the frame is smaller than the design, or the reference has another size.
    """
    if reference is not None and reference.mosaic.shape != raw.mosaic.shape:
        raise HostError(
            f"reference {reference.name} is {reference.width} x {reference.height}, "
            f"but {raw.name} is {raw.width} x {raw.height}"
        )
    scale = accelerator.scale
    before = encode(raw, gain, scale)
    tiles = pack(raw, before, accelerator)
    measured = restore_frames(accelerator, tiles, progress)
    return Restored(
        before=before,
        after=join(measured.frames, before.shape[:2], accelerator.radius),
        reference=None if reference is None else encode(reference, gain / exposure, scale),
        scale=scale,
        gain=gain,
        tiles=len(tiles),
        measured=measured,
    )


def pack(raw: Raw, codes: np.ndarray, accelerator: Accelerator) -> np.ndarray:
    """The (N, h, w, 4) tiles in which `accelerator` wants the `codes` of `raw`.

    Raises:
        HostError: it cannot take them; the sentence names the frame.
    """
    try:
        return cut(codes, accelerator.tile(codes.shape[:2]), accelerator.radius)
    except HostError as error:
        raise HostError(f"{raw.name}: {error}") from None


def matches(
    before: np.ndarray,
    after: np.ndarray,
    execute: Execute,
    radius: int,
    progress: Notify = lambda _: None,
) -> bool:
    """Whether every pixel equals what `execute`, the hardware graph in Python, computes.

    The whole frame is compared, in overlapping pieces that fit in memory.
    """
    frame = before.shape[:2]
    piece = tuple(min(length, _CHECK_TILE + 2 * radius) for length in frame)
    pieces = cut(before, piece, radius)
    expected = np.empty_like(pieces)
    for index, tile in enumerate(pieces):
        expected[index] = execute(tile)
        progress((index + 1) / len(pieces))
    return bool(np.array_equal(join(expected, frame, radius), after))
