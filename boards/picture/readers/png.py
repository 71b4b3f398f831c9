# SPDX-License-Identifier: MIT
"""PNG files, of 16 bits too, which Pillow would cut to 8."""

from pathlib import Path

import imagecodecs
import numpy as np
from PIL import Image

from tarsier_fpga.picture.photo import Photo, upright
from tarsier_fpga.picture.pillow_file import damaged, pillow_photo, tags_of
from tarsier_fpga.picture.reader import PhotoReader

__all__ = ["READER"]

_MAGIC = b"\x89PNG\r\n\x1a\n"
_DEPTH = 24  # where the first chunk, IHDR, has the bits of a sample


def _read(path: Path) -> Photo:
    with path.open("rb") as file:
        head = file.read(_DEPTH + 1)
    if not head.startswith(_MAGIC) or head[_DEPTH:] != b"\x10":
        return pillow_photo(path, "PNG")
    try:
        levels = imagecodecs.png_decode(path.read_bytes())
        with Image.open(path, formats=["PNG"]) as image:
            profile, orientation = tags_of(image)
    except (imagecodecs.PngError, SyntaxError, ValueError, OSError) as error:
        raise damaged(path, "PNG", error) from None
    alpha = None
    if levels.ndim == 3 and levels.shape[2] in (2, 4):
        levels, alpha = levels[..., :-1], np.ascontiguousarray(levels[..., -1])
    if levels.ndim == 3 and levels.shape[2] == 1:
        levels = levels[..., 0]
    return upright(Photo(path.name, np.ascontiguousarray(levels), alpha, profile), orientation)


READER = PhotoReader(
    title="PNG",
    suffixes=(".png",),
    sniff=lambda head: head.startswith(_MAGIC),
    read=_read,
)
