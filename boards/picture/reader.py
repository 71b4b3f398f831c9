# SPDX-License-Identifier: MIT
"""What a format of pictures is to the host: how its files are known, counted and read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.picture.photo import Photo

__all__ = ["Footage", "PhotoReader"]


@dataclass(frozen=True, slots=True)
class Footage:
    """The pictures of a file that holds several, in their order.

    Attributes:
        pictures: each is read when it is asked for
        count: how many; about, where only reading them all would tell
        rate: pictures per second, where the file says so
    """

    pictures: Iterator[Photo]
    count: int
    rate: float | None = None


def _is_one(path: Path) -> None:
    """Every file of the format is a single picture."""


@dataclass(frozen=True, slots=True)
class PhotoReader:
    """One format of pictures.

    Attributes:
        title: how help texts call it
        suffixes: of its files, in lower case
        sniff: whether a file that begins with these bytes, at least 16 where it has them, may be
            one
        read: the picture in a file, the first of several, upright
        footage: all that a file holds; None where it is a single one

    Both raise a HostError that names the file.
    """

    title: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes], bool]
    read: Callable[[Path], Photo]
    footage: Callable[[Path], Footage | None] = _is_one
