# SPDX-License-Identifier: MIT
"""A raw image of a DNG as a frame."""

from pathlib import Path

import numpy as np

from tarsier_fpga.camera.negative.levels import levelled, linearized
from tarsier_fpga.camera.negative.look import balance, flip, to_srgb
from tarsier_fpga.camera.negative.pixels import stored_pixels
from tarsier_fpga.camera.negative.tags import Negative, Tag, is_mosaic, opened, raw_images
from tarsier_fpga.camera.pattern import bayer_of, block_name
from tarsier_fpga.camera.raw import Raw, from_sensor
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["count_negatives", "read_negative"]

_RECTANGULAR = 1  # CFALayout
_COLOURS = "RGBCMYW"  # by number


def count_negatives(path: Path) -> int | None:
    """How many frames a DNG holds; None where it is one.

    Raises:
        HostError: it is damaged, or holds no raw image.
    """
    with opened(path) as file:
        count = len(raw_images(path, file))
    return count if count > 1 else None


def read_negative(path: Path, index: int | None = None, *, binned: bool = False) -> Raw:
    """The frame in the DNG `path`, number `index` of a burst.

    With `binned`, the pixels of like-coloured blocks are added up, as a quad Bayer sensor has.

    Raises:
        HostError: it is damaged, no Bayer mosaic, or its tags contradict each other.
    """
    with opened(path) as file:
        images = raw_images(path, file)
        if index is None and len(images) > 1:
            raise HostError(f"{path} holds {len(images)} frames: name a folder to write them to")
        negative = images[index or 0]
        cfa, side = _bayer(negative)
        if side > 1 and not binned:
            raise HostError(
                f"{path} comes from a {block_name(side)} sensor, {side} x {side} pixels of each"
                " colour; --bin makes a Bayer frame of it, adding them up"
            )
        sensor = linearized(negative, stored_pixels(negative))
        found = levelled(negative, sensor, side)
        name = path if index is None else path.with_name(f"{path.stem}-{index:04}{path.suffix}")
        return from_sensor(
            name,
            found.mosaic,
            cfa,
            found.black,
            found.white,
            balance=balance(negative),
            matrix=to_srgb(negative),
            flip=flip(negative),
        )


def _bayer(negative: Negative) -> tuple[str, int]:
    path = negative.path
    if negative.page.samplesperpixel != 1:
        raise HostError(f"{path} holds full colour at every pixel, not a Bayer mosaic")
    if not is_mosaic(negative):
        raise HostError(f"{path} comes from a monochrome sensor, only Bayer sensors are supported")
    if (layout := negative.wholes(Tag.LAYOUT, (_RECTANGULAR,))) != (_RECTANGULAR,):
        raise negative.wrong(f"its pixels are staggered (CFALayout {layout[0]}), no Bayer mosaic")
    rows, columns = negative.wholes(Tag.CFA_DIM, (2, 2))
    numbers = negative.wholes(Tag.CFA_PATTERN)
    if rows < 1 or columns < 1 or len(numbers) != rows * columns:
        raise negative.wrong(
            f"it has {len(numbers)} values of CFAPattern, but CFARepeatPatternDim says"
            f" {rows} x {columns}"
        )
    if not all(number < len(_COLOURS) for number in numbers):
        raise negative.wrong(f"CFAPattern {numbers} has colours beyond 0 to {len(_COLOURS) - 1}")
    letters = np.array([_COLOURS[number] for number in numbers]).reshape(rows, columns)
    try:
        return bayer_of(letters)
    except HostError as error:
        raise HostError(f"{path} comes from {error}") from None
