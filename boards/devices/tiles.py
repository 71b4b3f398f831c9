# SPDX-License-Identifier: MIT
"""Cut a frame into tiles of one size and join what comes back, bit for bit the whole frame.

A network sees `radius` pixels around each pixel. Tiles therefore overlap by twice that, and only
what lies at least `radius` from a cut is kept. Where a tile ends at the frame's edge nothing is
dropped: there the network's own border is the right one, so tile edges are laid on frame edges.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tarsier_fpga.hls.base.errors import HostError

__all__ = ["Span", "cut", "join", "spans"]


@dataclass(frozen=True, slots=True)
class Span:
    """One tile along one axis: it starts at `start`, and `first` to `last` of the frame is kept."""

    start: int
    first: int
    last: int


def spans(length: int, tile: int, radius: int) -> list[Span]:
    """Tiles of `tile` pixels that keep every pixel of `length` exactly once.

    Raises:
        HostError: the frame is smaller than a tile, or a tile holds nothing but overlap.

    >>> spans(10, 6, 1)
    [Span(start=0, first=0, last=5), Span(start=4, first=5, last=10)]
    """
    if length < tile:
        raise HostError(f"a frame of {length} packed pixels is smaller than a tile of {tile}")
    if length > tile <= 2 * radius:
        raise HostError(f"tiles of {tile} packed pixels are all overlap at radius {radius}")
    step = tile - 2 * radius
    starts = [*range(0, length - tile, step), length - tile] if length > tile else [0]
    cuts = [0, *(start + tile - radius for start in starts[:-1]), length]
    return [
        Span(start, first, last)
        for start, first, last in zip(starts, cuts[:-1], cuts[1:], strict=True)
    ]


def cut(frame: np.ndarray, tile: tuple[int, int], radius: int) -> np.ndarray:
    """The (N, h, w, C) tiles of a (H, W, C) frame, row by row."""
    height, width = tile
    return np.stack(
        [
            frame[rows.start : rows.start + height, columns.start : columns.start + width]
            for rows, columns in _grid(frame.shape[:2], tile, radius)
        ]
    )


def join(tiles: np.ndarray, frame: tuple[int, int], radius: int) -> np.ndarray:
    """The (H, W, C) frame whose tiles, each passed through the network, are `tiles`."""
    joined = np.empty((*frame, tiles.shape[3]), tiles.dtype)
    for tile, (rows, columns) in zip(tiles, _grid(frame, tiles.shape[1:3], radius), strict=True):
        kept = tile[
            rows.first - rows.start : rows.last - rows.start,
            columns.first - columns.start : columns.last - columns.start,
        ]
        joined[rows.first : rows.last, columns.first : columns.last] = kept
    return joined


def _grid(
    frame: tuple[int, ...], tile: tuple[int, ...], radius: int
) -> Iterator[tuple[Span, Span]]:
    for rows in spans(frame[0], tile[0], radius):
        for columns in spans(frame[1], tile[1], radius):
            yield rows, columns
