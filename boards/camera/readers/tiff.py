# SPDX-License-Identifier: MIT
"""Mosaics in plain TIFF files, a page a frame, described by a sidecar."""

from pathlib import Path

import numpy as np

from tarsier_fpga.camera.negative.pixels import check_segments
from tarsier_fpga.camera.negative.tags import DAMAGE, TiffKind, opened, sentence, tiff_kind
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.camera.reader import Reader
from tarsier_fpga.camera.readers.libraw import read_camera_file
from tarsier_fpga.camera.sidecar import Levels, described, read_sidecar
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["READER"]


def _frames(path: Path, sidecar: Path | None) -> int | None:
    if sidecar is None and tiff_kind(path) is not TiffKind.PLAIN:
        return None
    with opened(path) as file:
        count = len(file.pages)
    return count if count > 1 else None


def _read(path: Path, index: int | None, sidecar: Path | None) -> Raw:
    if sidecar is None:  # some cameras' own files are named so
        return read_camera_file(path, index)
    facts = read_sidecar(Levels, sidecar)
    with opened(path) as file:
        if index is None and len(file.pages) > 1:
            raise HostError(
                f"{path} holds {len(file.pages)} frames: name a folder to write them to"
            )
        page = file.pages[index or 0].aspage()
        if page.dtype not in (np.uint8, np.uint16) or page.samplesperpixel != 1:
            raise HostError(
                f"{path} holds {page.samplesperpixel} samples a pixel, of {page.dtype};"
                " mosaics have one, of up to 16 bits"
            )
        check_segments(path, page)
        try:
            mosaic = page.asarray()
        except DAMAGE as error:
            raise HostError(f"{path} is truncated or damaged: {sentence(error)}") from None
    name = path if index is None else path.with_name(f"{path.stem}-{index:04}{path.suffix}")
    return described(name, mosaic.astype(np.uint16), facts)


READER = Reader(
    title=".tif + TOML",
    suffixes=(".tif", ".tiff"),
    sniff=lambda head: head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    read=_read,
    described_frames=_frames,
    bare=True,
    picture=True,
)
