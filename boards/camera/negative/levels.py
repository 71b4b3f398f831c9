# SPDX-License-Identifier: MIT
"""From stored numbers to a mosaic with one black level for each colour: chapter 5 of DNG.

    light = (linearized - black(row, column)) / (white - highest black)

Where black is one number for each place in two by two, the mosaic stays as it is. Where it changes
from pixel to pixel it is taken out of the mosaic, and the highest black put in for all:

    mosaic = rint(scale * (linearized - black(row, column) + highest black))

with the smallest scale that makes all blacks whole, or else the largest that 16 bits hold.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm

import numpy as np

from tarsier_fpga.camera.blocks import sums
from tarsier_fpga.camera.negative.pixels import compression, is_float
from tarsier_fpga.camera.negative.tags import Negative, Tag

__all__ = ["Area", "Levelled", "active_area", "levelled", "linearized"]

_TOP = 65535
_FINEST = 10**9  # divisor of blacks, kept exactly up to here
_ROUGH = 1 << 16


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the sensor; bottom and right are one beyond it."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def place(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def shape(self) -> tuple[int, int]:
        return self.bottom - self.top, self.right - self.left


@dataclass(frozen=True, slots=True, eq=False)
class Levelled:
    """The active area, with the blacks of its first two by two pixels, row by row."""

    mosaic: np.ndarray  # (H, W) uint16
    black: tuple[float, ...]
    white: int


def active_area(negative: Negative) -> Area:
    """What of the sensor is picture.

    Raises:
        HostError: it lies outside the sensor.
    """
    height, width = negative.page.imagelength, negative.page.imagewidth
    area = Area(*negative.wholes(Tag.ACTIVE_AREA, (0, 0, height, width)))
    _check_inside(negative, area, "ActiveArea")
    return area


def linearized(negative: Negative, stored: np.ndarray) -> np.ndarray:
    """`stored` through the linearization table, where there is one; beyond its end, its last."""
    table = negative.wholes(Tag.LINEARIZATION)
    if not table or is_float(negative):
        return stored
    return np.take(np.array(table, np.uint16), stored, mode="clip")


def levelled(negative: Negative, sensor: np.ndarray, side: int = 1) -> Levelled:
    """The active area of the linearized `sensor`, and its levels.

    With a `side` above 1, the pixels of each block of `side` by `side` are added up.

    Raises:
        HostError: the tags contradict each other, or no light is left between the levels.
    """
    area = active_area(negative)
    pixels = np.ascontiguousarray(sensor[area.place])
    black = _black(negative, sensor, area)
    white = _white(negative, black)
    if is_float(negative):
        return _from_floats(negative, pixels, black, white, side)
    if side == 1 and black.by_colour is not None:
        return Levelled(pixels.astype(np.uint16), black.by_colour, int(white))
    parts, most = black.divisor, side * side * int(white)
    scale = Fraction(min(parts, _TOP // most)) if most <= _TOP else Fraction(1, ceil(most / _TOP))
    factor = scale / parts

    def fitted(light: np.ndarray) -> np.ndarray:
        """16 bits of whole numbers of 1 / parts."""
        numbers = np.rint(light * factor.numerator / factor.denominator)
        return np.clip(numbers, 0, _TOP).astype(np.uint16)

    above = black.numerators.max() - black.numerators
    if side == 1 and above.shape != area.shape:  # a tile: few blacks, and a table for each
        mosaic, every = np.empty(area.shape, np.uint16), parts * np.arange(_TOP + 1)
        rows, columns = above.shape
        for row, column in np.ndindex(rows, columns):
            place = slice(row, None, rows), slice(column, None, columns)
            mosaic[place] = fitted(every + above[row, column])[pixels[place]]
    else:
        light = parts * pixels.astype(np.int64) + _tiled(above, area.shape)
        mosaic = fitted(light if side == 1 else sums(light, side))
    level = float(scale * side * side * black.highest)
    return Levelled(mosaic, (level,) * 4, round(scale * most))


@dataclass(frozen=True, slots=True, eq=False)
class _Black:
    """Black of each pixel of the active area: a tile that repeats, or all of them."""

    numerators: np.ndarray  # int64, of even shape where it is a tile
    divisor: int

    @property
    def highest(self) -> Fraction:
        return Fraction(int(self.numerators.max()), self.divisor)

    @property
    def by_colour(self) -> tuple[float, ...] | None:
        """The blacks of the first two by two pixels, if those are the blacks of all."""
        numbers = self.numerators
        places = [(row, column) for row in (0, 1) for column in (0, 1)]
        if any((numbers[r::2, c::2] != numbers[r : r + 1, c : c + 1]).any() for r, c in places):
            return None
        return tuple(float(Fraction(int(numbers[place]), self.divisor)) for place in places)


def _tiled(tile: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """`tile` over and over in `shape`."""
    repeats = [ceil(length / own) for length, own in zip(shape, tile.shape, strict=True)]
    return np.tile(tile, repeats)[: shape[0], : shape[1]]


def _black(negative: Negative, sensor: np.ndarray, area: Area) -> _Black:
    levels = negative.numbers(Tag.BLACK)
    rows, columns = negative.wholes(Tag.BLACK_DIM, (1, 1))
    across, down = (negative.numbers(code) for code in (Tag.BLACK_DELTA_H, Tag.BLACK_DELTA_V))
    if not any((*levels, *across, *down)):
        levels, (rows, columns) = _masked(negative, sensor, area), (2, 2)
    if rows < 1 or columns < 1 or len(levels) != rows * columns:
        raise negative.wrong(
            f"it has {len(levels)} values of BlackLevel, but BlackLevelRepeatDim says"
            f" {rows} x {columns}"
        )
    for name, deltas, length in (
        ("BlackLevelDeltaH", across, area.shape[1]),
        ("BlackLevelDeltaV", down, area.shape[0]),
    ):
        if deltas and len(deltas) != length:
            raise negative.wrong(f"it has {len(deltas)} values of {name}, not {length}")
    divisor = lcm(*(level.denominator for level in (*levels, *across, *down)))
    if divisor > _FINEST:
        divisor = _ROUGH
    whole = [np.array([round(v * divisor) for v in values]) for values in (levels, across, down)]
    tile = np.tile(whole[0].reshape(rows, columns), (2, 2))
    black = _Black(tile.astype(np.int64), divisor)
    if not across and not down:
        return black
    numbers = _tiled(black.numerators, area.shape)
    if across:
        numbers = numbers + whole[1]
    if down:
        numbers = numbers + whole[2][:, None]
    return _Black(numbers, divisor)


def _masked(negative: Negative, sensor: np.ndarray, area: Area) -> tuple[Fraction, ...]:
    """The mean of the masked pixels at each place in two by two, for want of a black level."""
    corners = negative.wholes(Tag.MASKED_AREAS)
    masks = [Area(*corners[first : first + 4]) for first in range(0, len(corners) // 4 * 4, 4)]
    sums, counts = [0.0] * 4, [0] * 4
    for mask in masks:
        _check_inside(negative, mask, "MaskedAreas")
        for place in range(4):
            top = mask.top + (area.top + place // 2 - mask.top) % 2
            left = mask.left + (area.left + place % 2 - mask.left) % 2
            seen = sensor[top : mask.bottom : 2, left : mask.right : 2]
            sums[place] += float(seen.sum(dtype=np.float64))
            counts[place] += seen.size
    if not all(counts):
        return (Fraction(0),) * 4
    return tuple(Fraction(total) / count for total, count in zip(sums, counts, strict=True))


def _white(negative: Negative, black: _Black) -> Fraction:
    bits = negative.page.bitspersample
    most = 1 if is_float(negative) else (1 << bits) - 1
    white = (negative.numbers(Tag.WHITE) or (Fraction(most),))[0]
    if is_float(negative):
        if white <= black.highest:
            raise negative.wrong(_no_light(white, black))
        return white
    table = negative.wholes(Tag.LINEARIZATION)
    if black.highest >= (most := max(table, default=most)):
        raise negative.wrong(
            f"{_no_light(white, black)}: its {bits}-bit samples, {compression(negative)}, end at"
            f" {most}"
        )
    if white <= black.highest:
        raise negative.wrong(_no_light(white, black))
    if white.denominator != 1 or white > _TOP:
        raise negative.wrong(f"WhiteLevel {float(white):g} is not a whole number of up to 16 bits")
    return white


def _no_light(white: Fraction, black: _Black) -> str:
    return f"no light is left between black {float(black.highest):g} and white {float(white):g}"


def _from_floats(
    negative: Negative, pixels: np.ndarray, black: _Black, white: Fraction, side: int
) -> Levelled:
    """Floating-point light in the 16 bits of a mosaic, with room for what lies below black."""
    if not np.isfinite(pixels).all():
        raise negative.wrong("some of its floating-point pixels are not finite")
    parts = side * side
    span = parts * float(white - black.highest)
    levels = _tiled(black.numerators, pixels.shape) / black.divisor
    if side > 1:
        pixels, levels = sums(pixels, side), sums(levels, side)
    light = (pixels.astype(np.float64) - levels) / span
    below = min(max(0.0, -float(light.min())), 1.0)
    level = ceil(_TOP * below / (1 + below))
    mosaic = np.clip(np.rint(level + (_TOP - level) * light), 0, _TOP).astype(np.uint16)
    return Levelled(mosaic, (float(level),) * 4, _TOP)


def _check_inside(negative: Negative, area: Area, name: str) -> None:
    height, width = negative.page.imagelength, negative.page.imagewidth
    if not (0 <= area.top < area.bottom <= height and 0 <= area.left < area.right <= width):
        raise negative.wrong(
            f"{name} {area.top}, {area.left}, {area.bottom}, {area.right} (top, left, bottom,"
            f" right) does not lie in its {width} x {height} pixels"
        )
