# SPDX-License-Identifier: MIT
"""Mosaics in grey PNG files, described by a sidecar."""

from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.camera.reader import Reader
from tarsier_fpga.camera.sidecar import Levels, described, read_sidecar
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["READER"]

_MAGIC = b"\x89PNG\r\n\x1a\n"
_GREY = ("L", "I;16", "I;16B")


def _read(path: Path, index: int | None, sidecar: Path | None) -> Raw:
    if sidecar is None:
        raise HostError(
            f"{path} is a picture; a mosaic in it needs a sidecar, such as"
            f" {path.with_suffix('.toml').name} beside it, that says cfa, black and white"
        )
    facts = read_sidecar(Levels, sidecar)
    try:
        with Image.open(path, formats=["PNG"]) as image:
            if image.mode not in _GREY:
                raise HostError(
                    f"{path} is a PNG of mode {image.mode}; mosaics are grey, of 8 or 16 bits"
                )
            mosaic = np.asarray(image, np.uint16)
    except (UnidentifiedImageError, SyntaxError, ValueError, OSError) as error:
        raise HostError(f"{path} is truncated or damaged, or no PNG: {error}") from None
    return described(path, mosaic, facts)


READER = Reader(
    title=".png + TOML",
    suffixes=(".png",),
    sniff=lambda head: head.startswith(_MAGIC),
    read=_read,
    bare=True,
    picture=True,
)
