# SPDX-License-Identifier: MIT
"""What a raw format is to the host: how its files are known, counted and read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.camera.raw import Raw

__all__ = ["Reader"]


def _is_one(path: Path) -> None:
    """Every file of the format is a single frame."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One raw format.

    Attributes:
        title: how help texts call it
        suffixes: of its files, in lower case; the first is the one that messages name
        sniff: whether a file that begins with these bytes, at least 16 where it has them, may be
            one; a format that may begin with anything is asked last
        read: the frame in a file, number `index` of one that holds several; the sidecar is the
            one that the user named, or the one that lies beside bare numbers
        frames: how many a file holds; None where it is one frame and could be no more
        bare: whether its files are numbers only, which a sidecar describes
        described_frames: in place of `frames`, where it takes the sidecar to tell
        read_binned: as `read`, but of a sensor whose colours lie in blocks (quad Bayer), whose
            pixels it adds up; None where it knows of no such sensors
        picture: whether files of that name are pictures too, so that in a folder they are frames
            only where a sidecar describes them

    All of them raise a HostError that names the file.
    """

    title: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes], bool]
    read: Callable[[Path, int | None, Path | None], Raw]
    frames: Callable[[Path], int | None] = _is_one
    bare: bool = False
    described_frames: Callable[[Path, Path | None], int | None] | None = None
    read_binned: Callable[[Path, int | None, Path | None], Raw] | None = None
    picture: bool = False
