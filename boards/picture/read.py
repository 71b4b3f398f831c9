# SPDX-License-Identifier: MIT
"""Read pictures of every format there is a reader for: a file, a folder, a film."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.plugins import Group, readers_of
from tarsier_fpga.picture import readers as formats
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.picture.reader import Footage, PhotoReader

__all__ = ["Still", "is_footage", "is_picture", "photo_readers", "pictures_in", "read_photo"]

_HEAD = 16
_PARTS = re.compile(r"(\d+)")


@cache
def photo_readers() -> tuple[PhotoReader, ...]:
    """All of them, ours and other packages'.

    Raises:
        TarsierError: another package's is no reader.
    """
    found = readers_of(formats, Group.PICTURES, PhotoReader, "the format of pictures")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Still:
    """A picture that is not read yet: a file, or what a film has shown already."""

    path: Path
    photo: Photo | None = None

    @property
    def name(self) -> str:
        """What the restored picture is called."""
        return Path(self.photo.name).stem if self.photo else self.path.stem

    def read(self) -> Photo:
        """The picture; HostError as `read_photo`."""
        return self.photo or read_photo(self.path)


def read_photo(path: Path) -> Photo:
    """The picture in `path`, the first of several, upright.

    Raises:
        HostError: the file is missing, damaged, or no picture of grey or RGB levels.
    """
    if path.is_dir():
        raise HostError(f"{path} is a folder, name one picture in it")
    return _reader_of(path).read(path)


def is_picture(path: Path, *, by_content: bool = True) -> bool:
    """Whether the file `path` is named as a picture, or begins like one under another name."""
    return path.is_file() and bool(_named(path) or (by_content and _fitting(path)))


def is_footage(path: Path) -> bool:
    """Whether `path` is a folder, or a file of several pictures.

    Raises:
        HostError: the file is damaged.
    """
    return path.is_dir() or _reader_of(path).footage(path) is not None


def pictures_in(path: Path) -> tuple[Iterator[Still], int, float | None]:
    """The pictures in the folder or the film `path`, how many there are, and their rate.

    Those of a folder are in the order in which a person counts: frame2 before frame10.

    Raises:
        HostError: there are none, or two would be written to files of the same name.
    """
    if not path.is_dir():
        footage = _reader_of(path).footage(path) or Footage(iter((read_photo(path),)), 1)
        return (Still(path, photo) for photo in footage.pictures), footage.count, footage.rate
    files = [file for file in path.iterdir() if file.is_file() and _named(file)]
    stills = [Still(file) for file in sorted(files, key=_counted)]
    if not stills:
        raise HostError(f"{path} holds no pictures: no file in it ends in {', '.join(_suffixes())}")
    seen: dict[str, Path] = {}
    for still in stills:
        other = seen.setdefault(still.name, still.path)
        if other != still.path:
            raise HostError(f"{other} and {still.path.name} would both become {still.name}.png")
    return iter(stills), len(stills), None


def _named(path: Path) -> list[PhotoReader]:
    return [reader for reader in photo_readers() if path.suffix.lower() in reader.suffixes]


def _fitting(path: Path) -> list[PhotoReader]:
    """By name and, where that leaves a choice or none, by content."""
    named = _named(path)
    if len(named) == 1:
        return named
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return [reader for reader in named or photo_readers() if reader.sniff(head)] or named


def _reader_of(path: Path) -> PhotoReader:
    if not path.is_file():
        raise HostError(f"{path}: there is no such file")
    fitting = _fitting(path)
    if not fitting:
        raise HostError(
            f"{path} is no picture: it begins like none that Tarsier knows, and its name ends in"
            f" none of {', '.join(_suffixes())}"
        )
    return fitting[0]


def _suffixes() -> tuple[str, ...]:
    return tuple(dict.fromkeys(suffix for each in photo_readers() for suffix in each.suffixes))


def _counted(path: Path) -> list[tuple[int, str]]:
    parts = _PARTS.split(path.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
