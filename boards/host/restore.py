# SPDX-License-Identifier: MIT
"""One raw frame through an accelerator: encode, tile where the design is smaller, join, compare."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from boards.errors import HostError
from boards.host.accelerator import Accelerator, Measured
from boards.host.codes import encode
from boards.host.metrics import psnr
from boards.host.raw import Raw
from boards.host.tiles import cut, join

__all__ = ["Restored", "matches", "restore"]

Notify = Callable[[float], None]
Execute = Callable[[np.ndarray], np.ndarray]

# Packed pixels along the side of what is compared at once; bounds the memory of a large frame.
_CHECK_TILE = 256


@dataclass(frozen=True, slots=True, eq=False)
class Restored:
    """A frame before and after, as codes (H / 2, W / 2, 4), and what it took."""

    before: np.ndarray
    after: np.ndarray
    reference: np.ndarray | None
    gain: float
    tiles: int
    measured: Measured

    @property
    def psnr_before(self) -> float | None:
        return None if self.reference is None else psnr(self.before, self.reference)

    @property
    def psnr_after(self) -> float | None:
        return None if self.reference is None else psnr(self.after, self.reference)

    @property
    def cycles_per_frame(self) -> int:
        """Cycles for the whole picture: its tiles follow each other without a gap."""
        return self.tiles * self.measured.cycles_per_frame


def restore(
    raw: Raw,
    accelerator: Accelerator,
    gain: float,
    reference: Raw | None = None,
    progress: Notify | None = None,
) -> Restored:
    """`raw` restored by `accelerator`, with `gain` applied to it and to `reference`.

    Raises:
        HostError: the frame is smaller than the design, or the reference has another size.
    """
    before = encode(raw, gain)
    rows, columns = accelerator.shape
    if raw.height < 2 * rows or raw.width < 2 * columns:
        raise HostError(
            f"{raw.name} is {raw.width} x {raw.height}, "
            f"smaller than the {2 * columns} x {2 * rows} of the design"
        )
    if reference is not None and reference.mosaic.shape != raw.mosaic.shape:
        raise HostError(
            f"reference {reference.name} is {reference.width} x {reference.height}, "
            f"but {raw.name} is {raw.width} x {raw.height}"
        )
    tiles = cut(before, accelerator.shape, accelerator.radius)
    measured = accelerator.restore(tiles, progress)
    return Restored(
        before=before,
        after=join(measured.frames, before.shape[:2], accelerator.radius),
        reference=None if reference is None else encode(reference, gain),
        gain=gain,
        tiles=len(tiles),
        measured=measured,
    )


def matches(
    restored: Restored, execute: Execute, radius: int, progress: Notify = lambda _: None
) -> bool:
    """Whether every pixel equals what `execute`, the hardware graph in Python, computes.

    The whole frame is compared, in overlapping pieces that fit in memory.
    """
    frame = restored.before.shape[:2]
    piece = tuple(min(length, _CHECK_TILE + 2 * radius) for length in frame)
    pieces = cut(restored.before, piece, radius)
    expected = np.empty_like(pieces)
    for index, tile in enumerate(pieces):
        expected[index] = execute(tile)
        progress((index + 1) / len(pieces))
    return bool(np.array_equal(join(expected, frame, radius), restored.after))
