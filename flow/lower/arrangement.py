# SPDX-License-Identifier: MIT
"""What kernels make of a frame by moving its values, found from where each value came."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Arrangement", "arranged"]

_Shape = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Squares of pixels become channels, of those some are chosen, and these become pixels.

    Attributes:
        unshuffle: sides of the squares of pixels that become channels, 1 for none
        channels: (K,) those chosen, in PyTorch's order
        shuffle: sides of the squares that channels become, 1 for none
        repeat: how often a pixel comes along rows and along columns
        shifts: (K, 2) dy and dx of the value that lands where none is
        fill: (K,) what stands where none is left
    """

    channels: np.ndarray
    shifts: np.ndarray
    fill: np.ndarray
    unshuffle: int = 1
    shuffle: int = 1
    repeat: int = 1


def arranged(origin: np.ndarray, values: np.ndarray, frame: _Shape) -> Arrangement | None:
    """The arrangement by which a frame (C, H, W) comes to values (K, H', W'); None if none does.

    Args:
        origin: (K, H', W') numbers of the values in the frame, row by row; below 0 for constants
        values: (K, H', W') the constants, where there are such
        frame: C, H, W

    >>> made = arranged(np.arange(8).reshape(2, 4, 1)[::-1], np.zeros((2, 4, 1)), (2, 4, 1))
    >>> made.channels.tolist(), made.shifts.tolist()
    ([1, 0], [[0, 0], [0, 0]])
    """
    rows, columns = origin.shape[1:]
    _, height, width = frame
    if (rows, columns) == (height, width):
        return _shifted(origin, values, frame)
    if np.any(origin < 0):
        return None
    for make, (large, small) in (
        (_unshuffled, ((height, width), (rows, columns))),
        (_shuffled, ((rows, columns), (height, width))),
    ):
        factor = large[0] // small[0]
        if large == (factor * small[0], factor * small[1]):
            return make(origin, frame, factor)
    return None


def _shifted(origin: np.ndarray, values: np.ndarray, frame: _Shape) -> Arrangement | None:
    inside = origin >= 0
    if not np.all(inside.any(axis=(1, 2))):
        return None
    count, height, width = origin.shape
    # The first value that is left tells where all of its channel must be.
    first = inside.reshape(count, -1).argmax(axis=1)
    channels, place = np.divmod(origin.reshape(count, -1)[np.arange(count), first], height * width)
    shifts = np.stack(np.divmod(place, width), axis=1) - np.stack(np.divmod(first, width), axis=1)
    y = np.arange(height)[None, :, None] + shifts[:, 0, None, None]
    x = np.arange(width)[None, None, :] + shifts[:, 1, None, None]
    held = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    expected = np.where(held, _number(channels[:, None, None], y, x, frame), -1)
    fill = values.reshape(count, -1)[np.arange(count), (~inside).reshape(count, -1).argmax(axis=1)]
    fill = np.where(inside.all(axis=(1, 2)), 0, fill)
    constant = inside | (values == fill[:, None, None])
    if not (np.array_equal(origin, expected) and np.all(constant)):
        return None
    return Arrangement(channels, shifts, fill)


def _unshuffled(origin: np.ndarray, frame: _Shape, factor: int) -> Arrangement | None:
    count, rows, columns = origin.shape
    channel, y, x = (part[:, None, None] for part in _place(origin[:, 0, 0], frame))
    down, right = np.arange(rows)[None, :, None], np.arange(columns)[None, None, :]
    expected = _number(channel, y + factor * down, x + factor * right, frame)
    if np.any(y >= factor) or np.any(x >= factor) or not np.array_equal(origin, expected):
        return None
    source = ((channel * factor + y) * factor + x).ravel()
    return Arrangement(source, np.zeros((count, 2), int), np.zeros(count), unshuffle=factor)


def _shuffled(origin: np.ndarray, frame: _Shape, factor: int) -> Arrangement | None:
    count, rows, columns = origin.shape
    squares = _place(origin[:, :factor, :factor], frame)[0]  # (K, factor, factor) channels
    _, height, width = frame
    channel = np.tile(squares, (1, height, width))
    down, right = (np.arange(side) // factor for side in (rows, columns))
    expected = _number(channel, down[None, :, None], right[None, None, :], frame)
    if not np.array_equal(origin, expected):
        return None
    if np.all(squares == squares[:, :1, :1]):
        source = squares[:, 0, 0]
        return Arrangement(source, np.zeros((count, 2), int), np.zeros(count), repeat=factor)
    source = squares.ravel()
    return Arrangement(
        source, np.zeros((source.size, 2), int), np.zeros(source.size), shuffle=factor
    )


def _place(number: np.ndarray, frame: _Shape) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Channel, row and column of each `number`."""
    channel, rest = np.divmod(number, frame[1] * frame[2])
    return channel, *np.divmod(rest, frame[2])


def _number(channel: np.ndarray, y: np.ndarray, x: np.ndarray, frame: _Shape) -> np.ndarray:
    return (channel * frame[1] + y) * frame[2] + x
