# SPDX-License-Identifier: MIT
"""Colour filters: which of them are a Bayer sensor's, and what the others are called."""

import numpy as np

from tarsier_fpga.camera.raw import CFA_PHASES
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["bayer_of", "block_name"]

_LARGEST_BLOCK = 4
_BLOCK_NAMES = {2: "quad Bayer", 3: "nona Bayer"}


def bayer_of(pattern: np.ndarray) -> tuple[str, int]:
    """The Bayer phase of a repeating `pattern`, and the side of its blocks of one colour.

    Args:
        pattern: (rows, columns) of letters: R, G, B, and C, M, Y, W.

    Raises:
        HostError: it is no Bayer sensor's; the sentence goes on from "it comes from".

    >>> bayer_of(np.array([[*"RGRG"], [*"GBGB"]]))
    ('RGGB', 1)
    >>> bayer_of(np.array([[*"GGRR"], [*"GGRR"], [*"BBGG"], [*"BBGG"]]))
    ('GRBG', 2)
    """
    tile = _smallest(pattern)
    rows, columns = tile.shape
    for side in range(1, _LARGEST_BLOCK + 1):
        corners = tile[::side, ::side]
        phase = "".join(corners.ravel())
        if corners.shape != (2, 2) or phase not in CFA_PHASES:
            continue
        if np.array_equal(corners.repeat(side, 0).repeat(side, 1), tile):
            return phase, side
    colours, written = {*tile.ravel()}, "/".join("".join(row) for row in tile)
    if len(colours) == 1:
        kind = "a monochrome sensor"
    elif "W" in colours:
        kind = f"a sensor with white or infrared pixels (RGBW, RGB-IR), {written}"
    elif colours & {*"CMY"}:
        kind = f"a sensor with a complementary colour filter (CMYG), {written}"
    elif (rows, columns) == (6, 6):
        kind = "an X-Trans sensor"
    else:
        kind = f"a sensor with the colour filter {written}"
    raise HostError(f"{kind}, only Bayer sensors are supported")


def block_name(side: int) -> str:
    """What sensors are called whose colours lie in blocks of `side` by `side` pixels."""
    return _BLOCK_NAMES.get(side, f"Bayer, {side} by {side}")


def _smallest(pattern: np.ndarray) -> np.ndarray:
    """The smallest tile that `pattern` repeats: a writer may say it several times over."""
    for axis in (0, 1):
        length = pattern.shape[axis]
        for period in range(1, length):
            first = pattern.take(range(period), axis)
            if length % period == 0 and np.array_equal(
                pattern, np.concatenate([first] * (length // period), axis)
            ):
                pattern = first
                break
    return pattern
