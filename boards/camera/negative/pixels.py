# SPDX-License-Identifier: MIT
"""The pixels of a DNG as they are stored, unpacked and nothing more."""

from math import ceil
from pathlib import Path

import numpy as np
import tifffile

from tarsier_fpga.camera.negative.tags import DAMAGE, Negative, Tag, sentence
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["check_segments", "compression", "is_float", "stored_pixels"]

_MOST_BITS = 16
_MOST_PIXELS = 1 << 30
_FLOAT = 3  # SampleFormat
_UNSIGNED = 1
_PLAIN, _LOSSLESS_JPEG, _LOSSY_JPEG = 1, 7, 34892  # Compression
_END_OF_IMAGE = b"\xff\xd9"
_KNOWN = {
    _PLAIN: "no compression",
    5: "LZW",
    _LOSSLESS_JPEG: "lossless JPEG",
    8: "Deflate",
    32946: "Deflate",
    _LOSSY_JPEG: "lossy JPEG",
    52546: "JPEG XL",
}
_APART = {34892: 2, 34893: 4}  # Predictor: differences of samples that far apart
_PREDICTORS = (1, 2, 3, 34892, 34893, 34894, 34895)
_UNKNOWN = {9: "VC-5", 34925: "LZMA", 50000: "Zstandard"}


def stored_pixels(negative: Negative) -> np.ndarray:
    """(H, W) uint8, uint16, float16 or float32: the whole sensor, as the file has it.

    Raises:
        HostError: it is packed in a way that is not read, or pixels are missing.
    """
    page = negative.page
    _check_kind(negative)
    check_segments(negative.path, page)
    if page.compression in (_LOSSLESS_JPEG, _LOSSY_JPEG):
        _check_ends(negative)
    apart = _APART.get(int(page.predictor), 0)
    if apart:  # no predictor of tifffile's
        page.predictor = 1
    try:
        pixels = page.asarray()
    except DAMAGE as error:
        raise HostError(
            f"{negative.path} is truncated or damaged: its {compression(negative)} pixels cannot"
            f" be unpacked ({sentence(error)})"
        ) from None
    pixels = np.squeeze(pixels)
    if pixels.shape != (page.imagelength, page.imagewidth):
        raise negative.wrong(
            f"its tags say {page.imagewidth} x {page.imagelength} pixels, but its"
            f" {compression(negative)} data hold {' x '.join(map(str, pixels.shape[::-1]))}"
        )
    if apart:
        pixels = _summed(pixels, page.tilewidth or page.imagewidth, apart)
    for axis, code in ((0, Tag.ROW_INTERLEAVE), (1, Tag.COLUMN_INTERLEAVE)):
        (fields,) = negative.wholes(code, (1,))
        if fields > 1:
            pixels = _woven(pixels, fields, axis)
    return pixels


def compression(negative: Negative) -> str:
    """How the pixels are packed, in words."""
    number = int(negative.page.compression)
    return _KNOWN.get(number) or _UNKNOWN.get(number) or f"compression {number}"


def _check_kind(negative: Negative) -> None:
    page = negative.page
    if int(page.compression) not in _KNOWN:
        raise negative.wrong(
            f"its pixels are packed as {compression(negative)}, which is not read; these are:"
            f" {', '.join(dict.fromkeys(_KNOWN.values()))}"
        )
    if page.imagewidth * page.imagelength > _MOST_PIXELS:
        raise negative.wrong(f"{page.imagewidth} x {page.imagelength} pixels are more than 2^30")
    if negative.wholes(Tag.SUB_TILE, (1, 1)) != (1, 1):
        raise negative.wrong("its tiles are stored in blocks (SubTileBlockSize), which is not read")
    bits, kind, predictor = page.bitspersample, int(page.sampleformat), int(page.predictor)
    if predictor not in _PREDICTORS or (bits == 24 and predictor != 1):
        raise negative.wrong(f"predictor {predictor} of {bits}-bit samples is not read")
    if kind == _FLOAT and bits in (16, 24, 32):
        return
    if kind != _UNSIGNED or bits > _MOST_BITS:
        raise negative.wrong(
            f"it has {bits}-bit samples of SampleFormat {kind}; mosaics have unsigned ones of up to"
            f" {_MOST_BITS} bits, or floating-point ones of 16, 24 or 32"
        )


def check_segments(path: Path, page: tifffile.TiffPage) -> None:
    """Raise HostError unless every strip or tile is in the file, as long as can be known."""
    size = path.stat().st_size
    down = ceil(page.imagelength / (page.tilelength or page.rowsperstrip))
    across = ceil(page.imagewidth / page.tilewidth) if page.is_tiled else 1
    line = ceil((page.tilewidth or page.imagewidth) * page.samplesperpixel * page.bitspersample / 8)
    segments = list(zip(page.dataoffsets, page.databytecounts, strict=False))[: down * across]
    missing = down * across - len(segments)
    for number, (offset, length) in enumerate(segments):
        rows = page.tilelength
        if not page.is_tiled:
            rows = min(page.rowsperstrip, page.imagelength - number * page.rowsperstrip)
        least = line * rows if page.compression == _PLAIN else 1
        missing += offset <= 0 or length < least or offset + length > size
    if missing:
        kind = "tiles" if page.is_tiled else "strips"
        raise HostError(
            f"{path} is truncated or damaged: {missing} of its {down * across} {kind} of pixels"
            " are missing or cut short"
        )


def _check_ends(negative: Negative) -> None:
    """Raise HostError if a strip or tile of JPEG has no end: the codec would make up the rest."""
    page, handle = negative.page, negative.page.parent.filehandle
    for offset, length in zip(page.dataoffsets, page.databytecounts, strict=True):
        handle.seek(offset)
        if _END_OF_IMAGE not in handle.read(length):
            how = compression(negative)
            raise HostError(f"{negative.path} is truncated or damaged: its {how} pixels break off")


def _summed(pixels: np.ndarray, across: int, apart: int) -> np.ndarray:
    """Samples of differences of those `apart` in a line, which begins anew every `across`."""
    whole = np.empty_like(pixels)
    for left in range(0, pixels.shape[1], across):
        for first in range(left, min(left + apart, pixels.shape[1])):
            place = slice(None), slice(first, left + across, apart)
            whole[place] = pixels[place].cumsum(axis=1, dtype=pixels.dtype)
    return whole


def _woven(pixels: np.ndarray, fields: int, axis: int) -> np.ndarray:
    """Lines that were stored field by field, in their places: every `fields`-th is of one field."""
    order = np.concatenate(
        [np.arange(first, pixels.shape[axis], fields) for first in range(fields)]
    )
    return pixels.take(np.argsort(order), axis)


def is_float(negative: Negative) -> bool:
    """Whether samples are floating-point numbers."""
    return int(negative.page.sampleformat) == _FLOAT
