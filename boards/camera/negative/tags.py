# SPDX-License-Identifier: MIT
"""What a DNG says of its raw images: the tags that levels, geometry and colours follow from."""

import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from tarsier_fpga.hls.base.errors import HostError

__all__ = [
    "DAMAGE",
    "Negative",
    "Tag",
    "TiffKind",
    "is_mosaic",
    "opened",
    "raw_images",
    "sentence",
    "tiff_kind",
]

# What it says of damaged files, we say in one sentence.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

# What tifffile and its codecs raise at damaged files, beside what they are made to.
DAMAGE = (
    *(tifffile.TiffFileError, struct.error, ValueError, TypeError, LookupError, ArithmeticError),
    *(AttributeError, RuntimeError, AssertionError),
)
_MOST_PAGES = 1 << 20
_NEWEST = (1, 7, 255, 255)
_CFA, _LINEAR_RAW = 32803, 34892


class Tag:
    """Numbers of the tags, chapter 4."""

    SUBFILE_TYPE = 254
    PHOTOMETRIC = 262
    MAKE = 271
    ORIENTATION = 274
    SAMPLES = 277
    CFA_DIM = 33421
    CFA_PATTERN = 33422
    VERSION = 50706
    BACKWARD_VERSION = 50707
    LAYOUT = 50711
    LINEARIZATION = 50712
    BLACK_DIM = 50713
    BLACK = 50714
    BLACK_DELTA_H = 50715
    BLACK_DELTA_V = 50716
    WHITE = 50717
    COLOR_MATRIX_1 = 50721
    COLOR_MATRIX_2 = 50722
    CALIBRATION_1 = 50723
    CALIBRATION_2 = 50724
    ANALOG_BALANCE = 50727
    AS_SHOT_NEUTRAL = 50728
    AS_SHOT_WHITE_XY = 50729
    ILLUMINANT_1 = 50778
    ILLUMINANT_2 = 50779
    ACTIVE_AREA = 50829
    MASKED_AREAS = 50830
    SUB_TILE = 50974
    ROW_INTERLEAVE = 50975
    COLUMN_INTERLEAVE = 52547


_RATIONALS = {5: "u", 10: "i"}  # by the type of a tag


class TiffKind(Enum):
    """Whose file it is."""

    NONE = auto()  # no TIFF
    DNG = auto()
    CAMERA = auto()
    PLAIN = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Negative:
    """One raw image of the DNG `path`; `page` says of its pixels, `first` of its colours."""

    path: Path
    page: tifffile.TiffPage
    first: tifffile.TiffPage

    def numbers(self, code: int, *, colours: bool = False) -> tuple[Fraction, ...]:
        """The values of a tag, exactly; none where there is no such tag.

        Raises:
            HostError: they are no numbers.
        """
        tag = (self.first if colours else self.page).tags.get(code)
        if tag is None:
            return ()
        try:
            if tag.dtype not in _RATIONALS:
                return tuple(Fraction(value) for value in _flat(tag.value))
            parts = self._parts(tag)
            return tuple(map(Fraction, parts[::2], parts[1::2]))
        except DAMAGE as error:
            raise self.wrong(f"its tag {tag.name} is damaged: {sentence(error)}") from None

    def _parts(self, tag: tifffile.TiffTag) -> list[int]:
        """Numerators and denominators; tifffile's `value` has half of them, where they are many."""
        file = self.page.parent
        kind = np.dtype(f"{file.byteorder}{_RATIONALS[tag.dtype]}4")
        file.filehandle.seek(tag.valueoffset)
        content = file.filehandle.read(2 * tag.count * kind.itemsize)
        parts = np.frombuffer(content, kind)
        if len(parts) != 2 * tag.count:
            raise ValueError("the file ends before it does")
        return parts.tolist()

    def wholes(self, code: int, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """The values of a tag of whole numbers, or the `default` where there is no such tag."""
        return tuple(int(value) for value in self.numbers(code)) or default

    def wrong(self, what: str) -> HostError:
        """An error that names the file."""
        return HostError(f"{self.path}: {what}")


@contextmanager
def opened(path: Path) -> Iterator[tifffile.TiffFile]:
    """The TIFF `path`.

    Raises:
        HostError: it is damaged.
    """
    try:
        file = tifffile.TiffFile(path)
    except DAMAGE as error:
        raise HostError(f"{path} is truncated or damaged: {sentence(error)}") from None
    with file:
        _check_chain(path, file)
        yield file


def tiff_kind(path: Path) -> TiffKind:
    """What kind of a TIFF the file `path` is, damaged behind its first tags or not."""
    try:
        with tifffile.TiffFile(path) as file:
            tags = {tag.code for tag in file.pages.first.tags}
    except DAMAGE:
        return TiffKind.NONE
    if Tag.VERSION in tags:
        return TiffKind.DNG
    return TiffKind.CAMERA if Tag.MAKE in tags else TiffKind.PLAIN


def raw_images(path: Path, file: tifffile.TiffFile) -> list[Negative]:
    """The raw images in `file` at full size, in their order; more than one are a burst.

    Raises:
        HostError: there is none, or the file is of a later specification.
    """
    try:
        first, pages = file.pages.first, list(_all(file.pages))
    except DAMAGE as error:
        raise HostError(f"{path} is truncated or damaged: {sentence(error)}") from None
    asks = tuple(_flat(_value(first, Tag.BACKWARD_VERSION, ())))
    if asks > _NEWEST:
        raise HostError(
            f"{path} needs a reader of DNG {'.'.join(map(str, asks))}, this one knows 1.7"
        )
    whole = [page for page in pages if _value(page, Tag.SUBFILE_TYPE, 0) == 0]
    for photometric in (_CFA, _LINEAR_RAW):
        found = [page for page in whole if _value(page, Tag.PHOTOMETRIC, None) == photometric]
        if found:
            return [Negative(path, page, first) for page in found]
    raise HostError(f"{path} holds no raw image, only developed ones")


def is_mosaic(negative: Negative) -> bool:
    """Whether each pixel has one colour."""
    return bool(_value(negative.page, Tag.PHOTOMETRIC, None) == _CFA)


def _check_chain(path: Path, file: tifffile.TiffFile) -> None:
    """Raise HostError if the file ends before its directories do."""
    form, handle, size = file.tiff, file.filehandle, path.stat().st_size
    pointer, seen = form.offsetsize if form.is_bigtiff else 4, 0
    while True:
        handle.seek(pointer)
        content = handle.read(form.offsetsize)
        start = (
            struct.unpack(form.offsetformat, content)[0] if len(content) == form.offsetsize else -1
        )
        if start == 0:
            return
        if start < 0 or start + form.tagnosize > size or seen > _MOST_PAGES:
            raise HostError(f"{path} is truncated or damaged: it ends before its frame {seen}")
        handle.seek(start)
        (tags,) = struct.unpack(form.tagnoformat, handle.read(form.tagnosize))
        pointer, seen = start + form.tagnosize + tags * form.tagsize, seen + 1


def _all(pages: Any) -> Iterator[tifffile.TiffPage]:
    for page in pages:
        page = page.aspage()
        yield page
        if page.pages is not None:
            yield from _all(page.pages)


def _value(page: tifffile.TiffPage, code: int, default: Any) -> Any:
    tag = page.tags.get(code)
    return default if tag is None else tag.value


def _flat(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list, bytes, np.ndarray)) else (value,)


def sentence(error: Exception) -> str:
    return str(error).strip().split("\n")[0] or type(error).__name__
