# SPDX-License-Identifier: MIT
"""Cut a frame into tiles of one size and join what comes back, bit for bit the whole frame.

A network sees some pixels around each pixel. Tiles therefore overlap, and only what is far enough
from a cut is kept. Where a tile ends at the frame's edge nothing is dropped: there the network's
own border is the right one, so tile edges are laid on frame edges.

A network with strides meets its pixels on a raster that begins at the frame's corner. Tiles begin
on it, and a frame whose sides are no multiples of it is continued by its last row and column; what
comes of those is cut off again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np

from tarsier_fpga.hls.base.errors import HostError

__all__ = ["Cutting", "Part", "Span", "cut", "join", "padded_side", "parts", "spans", "whole"]


@dataclass(frozen=True, slots=True)
class Cutting:
    """How the frames of a network may be cut.

    Attributes:
        above, below, left, right: pixels of a frame that a result depends on beside its own
        align: tiles begin at multiples of it, and their sides are such
        scale: pixels of a result for each of the frame, along a side
    """

    above: int
    below: int
    left: int
    right: int
    align: int = 1
    scale: Fraction = Fraction(1)

    def result(self, frame: Sequence[int]) -> tuple[int, int]:
        """Rows and columns that come of a frame of so many; a part of a pixel counts as one."""
        return ceil(frame[0] * self.scale), ceil(frame[1] * self.scale)


@dataclass(frozen=True, slots=True)
class Span:
    """One tile along one axis: it starts at `start`, and `first` to `last` of the frame is kept."""

    start: int
    first: int
    last: int


def padded_side(length: int, align: int) -> int:
    """The next multiple of `align`.

    >>> padded_side(13, 4)
    16
    """
    return -(-length // align) * align


def spans(length: int, tile: int, before: int, after: int, align: int = 1) -> list[Span]:
    """Tiles of `tile` pixels that keep every pixel of `length` exactly once.

    All that they start at and keep are multiples of `align`, as `length` and `tile` are.

    Raises:
        HostError: the frame is smaller than a tile, or a tile holds nothing but overlap.

    >>> spans(10, 6, 1, 1)
    [Span(start=0, first=0, last=5), Span(start=4, first=5, last=10)]
    """
    if length < tile:
        raise HostError(f"a frame of {length} packed pixels is smaller than a tile of {tile}")
    if tile % align:
        raise HostError(
            f"tiles of {tile} packed pixels fit no raster of {align}, on which the network meets"
            " its pixels; build the design for a multiple of it"
        )
    front, back = padded_side(before, align), padded_side(after, align)
    step = tile - front - back
    if length > tile and step <= 0:
        reach = f"radius {before}" if before == after else f"a reach of {before} and {after}"
        raise HostError(f"tiles of {tile} packed pixels are all overlap at {reach}")
    starts = [*range(0, length - tile, step), length - tile] if length > tile else [0]
    cuts = [0, *(start + tile - back for start in starts[:-1]), length]
    return [
        Span(start, first, last)
        for start, first, last in zip(starts, cuts[:-1], cuts[1:], strict=True)
    ]


def whole(frame: np.ndarray, align: int) -> np.ndarray:
    """(H, W, C) `frame`, continued by its last row and column to sides that `align` divides."""
    more = [padded_side(side, align) - side for side in frame.shape[:2]]
    if not any(more):
        return frame
    return np.pad(frame, ((0, more[0]), (0, more[1]), (0, 0)), mode="edge")


def cut(frame: np.ndarray, tile: tuple[int, int], cutting: Cutting) -> np.ndarray:
    """The (N, h, w, C) tiles of a (H, W, C) frame, row by row."""
    height, width = tile
    frame = whole(frame, cutting.align)
    if frame.shape[:2] == tile:
        return frame[None]  # and no copy of it
    return np.stack(
        [
            frame[rows.start : rows.start + height, columns.start : columns.start + width]
            for rows, columns in _grid(frame.shape, tile, cutting)
        ]
    )


@dataclass(frozen=True, slots=True)
class Part:
    """Rows and columns of a tile in the whole frame, of what is kept of its result, and of where
    that is in the result of the frame."""

    tile: tuple[slice, slice]
    kept: tuple[slice, slice]
    place: tuple[slice, slice]


def parts(frame: Sequence[int], tile: tuple[int, int], cutting: Cutting) -> list[Part]:
    """The tiles of a frame of (H, W), as `cut` cuts and `join` joins them."""
    full = [padded_side(side, cutting.align) for side in frame[:2]]
    ends = cutting.result(frame)
    found = []
    for spans_of in _grid(full, tile, cutting):
        starts = [span.start for span in spans_of]
        place = [_scaled(span, 0, cutting) for span in spans_of]
        place = [slice(at.start, min(at.stop, end)) for at, end in zip(place, ends, strict=True)]
        kept = [_scaled(span, span.start, cutting) for span in spans_of]
        kept = [
            slice(k.start, k.start + at.stop - at.start) for k, at in zip(kept, place, strict=True)
        ]
        cuts = [slice(start, start + side) for start, side in zip(starts, tile, strict=True)]
        found.append(Part((cuts[0], cuts[1]), (kept[0], kept[1]), (place[0], place[1])))
    return found


def join(
    tiles: np.ndarray, frame: tuple[int, int], tile: tuple[int, int], cutting: Cutting
) -> np.ndarray:
    """What comes of a frame of (H, W) whose tiles of (h, w) each became one of `tiles`."""
    full = [padded_side(side, cutting.align) for side in frame]
    height, width = cutting.result(frame)
    if tuple(full) == tuple(tile):
        return tiles[0, :height, :width]
    joined = np.empty((*cutting.result(full), tiles.shape[3]), tiles.dtype)
    for part, (rows, columns) in zip(tiles, _grid(full, tile, cutting), strict=True):
        kept = part[_scaled(rows, rows.start, cutting), _scaled(columns, columns.start, cutting)]
        joined[_scaled(rows, 0, cutting), _scaled(columns, 0, cutting)] = kept
    return joined[:height, :width]


def _scaled(span: Span, origin: int, cutting: Cutting) -> slice:
    """The pixels of a result that are kept, counted from what comes of pixel `origin`."""
    return slice(*(int((end - origin) * cutting.scale) for end in (span.first, span.last)))


def _grid(
    frame: Sequence[int], tile: tuple[int, int], cutting: Cutting
) -> Iterator[tuple[Span, Span]]:
    for rows in spans(frame[0], tile[0], cutting.above, cutting.below, cutting.align):
        for columns in spans(frame[1], tile[1], cutting.left, cutting.right, cutting.align):
            yield rows, columns
