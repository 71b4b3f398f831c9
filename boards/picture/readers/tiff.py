# SPDX-License-Identifier: MIT
"""TIFF files of 8 and 16 bits; the pages of one are pictures of their own."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tifffile

from tarsier_fpga.camera.negative.pixels import check_segments
from tarsier_fpga.camera.negative.tags import DAMAGE, TiffKind, opened, sentence, tiff_kind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.picture.photo import Photo, upright
from tarsier_fpga.picture.reader import Footage, PhotoReader

__all__ = ["READER"]

_ORIENTATION, _PROFILE = 274, 34675
_SHRUNK = 1  # of NewSubfileType: a preview of another page
_WHITE_IS_0, _BLACK_IS_0, _RGB, _PALETTE, _YCBCR = 0, 1, 2, 3, 6
_APART = 2  # PlanarConfiguration: a plane after the other
_JPEG = 7  # whose decoder gives RGB
_ASSOCIATED, _PLAIN_ALPHA = 1, 2
_NAMES = {5: "CMYK, colours for print", 8: "Lab", _YCBCR: "YCbCr without JPEG"}


def _read(path: Path) -> Photo:
    _check(path)
    with opened(path) as file:
        return _photo(path, path.name, _pages(file)[0])


def _footage(path: Path) -> Footage | None:
    _check(path)
    with opened(path) as file:
        count = len(_pages(file))
    return Footage(_each(path), count) if count > 1 else None


def _each(path: Path) -> Iterator[Photo]:
    with opened(path) as file:
        for index, page in enumerate(_pages(file)):
            yield _photo(path, f"{path.stem}-{index:04}{path.suffix}", page)


def _check(path: Path) -> None:
    if tiff_kind(path) is TiffKind.DNG:
        raise HostError(f"{path} is a raw frame of a camera, not a picture")


def _pages(file: tifffile.TiffFile) -> list[tifffile.TiffPage]:
    pages = [page.aspage() for page in file.pages]
    return [page for page in pages if not page.subfiletype & _SHRUNK] or pages


def _photo(path: Path, name: str, page: tifffile.TiffPage) -> Photo:
    space, bits = int(page.photometric), page.bitspersample
    known = space in (_WHITE_IS_0, _BLACK_IS_0, _RGB, _PALETTE) or (
        space == _YCBCR and int(page.compression) == _JPEG
    )
    if not known or page.dtype not in (np.uint8, np.uint16) or bits not in (8, 16):
        what = f"{bits} bits of {page.dtype}" if known else _NAMES.get(space, f"colours {space}")
        raise HostError(
            f"{path} is {what}; pictures are grey, RGB or a palette of 8 or 16 bits a sample, so"
            " convert it first"
        )
    if any(int(extra) == _ASSOCIATED for extra in page.extrasamples):
        raise HostError(
            f"{path} has colours that are multiplied by their alpha already; save it with plain"
            " (unassociated) alpha"
        )
    apart = page.samplesperpixel > 1 and int(page.planarconfig) == _APART
    if not apart:
        check_segments(path, page)
    try:
        levels = page.asarray()
        if space == _PALETTE and page.colormap is not None:
            levels = page.colormap[:, levels].transpose(1, 2, 0)
    except DAMAGE as error:
        raise HostError(f"{path} is truncated or damaged: {sentence(error)}") from None
    if apart:
        levels = np.moveaxis(levels, 0, -1)
    if space == _WHITE_IS_0:
        levels = np.iinfo(levels.dtype).max - levels
    colours = 1 if space in (_WHITE_IS_0, _BLACK_IS_0) else 3
    has_alpha = [int(extra) for extra in page.extrasamples][:1] == [_PLAIN_ALPHA]
    planes = levels.reshape(*levels.shape[:2], -1)
    alpha = np.ascontiguousarray(planes[..., colours]) if has_alpha else None
    pixels = np.ascontiguousarray(planes[..., 0] if colours == 1 else planes[..., :3])
    tags = page.tags
    photo = Photo(name, pixels, alpha, tags[_PROFILE].value if _PROFILE in tags else None)
    return upright(photo, int(tags[_ORIENTATION].value) if _ORIENTATION in tags else 1)


READER = PhotoReader(
    title="TIFF",
    suffixes=(".tif", ".tiff"),
    sniff=lambda head: head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    read=_read,
    footage=_footage,
)
