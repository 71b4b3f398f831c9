# SPDX-License-Identifier: MIT
"""Read raw files of every format there is a reader for."""

from functools import cache
from pathlib import Path

from tarsier_fpga.camera import readers as formats
from tarsier_fpga.camera.negative.tags import TiffKind, tiff_kind
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.camera.reader import Reader
from tarsier_fpga.hls.base.camera_frame import CameraFrame
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.plugins import Group, readers_of

__all__ = [
    "camera_frame",
    "frame_files",
    "frames_in",
    "is_raw",
    "read_raw",
    "readers",
    "sidecar_of",
    "takes_sidecar",
]

_HEAD = 16  # bytes that a format is known by


@cache
def readers() -> tuple[Reader, ...]:
    """All of them, ours and other packages'; those that take any content are last.

    Raises:
        TarsierError: another package's is no reader.
    """
    found = readers_of(formats, Group.READERS, Reader, "the raw format")
    return tuple(sorted(found, key=lambda reader: reader.sniff(b"")))


def read_raw(
    path: Path, sidecar: Path | None = None, index: int | None = None, *, binned: bool = False
) -> Raw:
    """The raw frame in `path`, number `index` of a file that holds several.

    With `binned`, the pixels of like-coloured blocks are added up, as a quad Bayer sensor has.

    Raises:
        HostError: the file is missing, damaged, no raw, or its sensor is no Bayer sensor.
    """
    if path.is_dir():
        raise HostError(f"{path} is a folder, name one raw frame in it")
    if not path.is_file():
        raise HostError(f"{path}: there is no such file")
    sidecar = sidecar_of(path, sidecar)
    reader = _reader_of(path, sidecar)
    if not binned:
        return reader.read(path, index, sidecar)
    if reader.read_binned is None:
        raise HostError(f"{path}: blocks of one colour are told by `block` in its sidecar")
    return reader.read_binned(path, index, sidecar)


def sidecar_of(path: Path, named: Path | None = None) -> Path | None:
    """What describes the file `path`: the sidecar `named`, or one beside bare numbers."""
    beside = path.with_suffix(".toml")
    if named is None and any(reader.bare for reader in _named(path)) and beside.is_file():
        return beside
    return named


def takes_sidecar(path: Path) -> bool:
    """Whether a file of that name is a raw frame only where a sidecar describes it."""
    named = _named(path)
    return bool(named) and all(reader.picture for reader in named)


def is_raw(path: Path, sidecar: Path | None = None) -> bool:
    """Whether the file `path` is named as raw frames are, or begins like some under an unknown
    name; a picture is, where `sidecar` or one beside it says so."""
    named = _named(path)
    if any(not reader.picture for reader in named) or sidecar_of(path, sidecar) is not None:
        return True
    if named and tiff_kind(path) in (TiffKind.DNG, TiffKind.CAMERA):
        return True
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return not named and any(reader.sniff(head) for reader in readers() if not reader.bare)


def frame_files(folder: Path, sidecar: Path | None = None) -> list[Path]:
    """The files in `folder` that are frames by their names.

    Pictures may lie beside frames: they are taken where there is nothing else, and a sidecar
    describes them.
    """
    files = sorted(folder.iterdir())
    frames = [file for file in files if any(not reader.picture for reader in _named(file))]
    return frames or [file for file in files if _named(file) and sidecar_of(file, sidecar)]


def camera_frame(path: Path) -> CameraFrame:
    """The mosaic in `path` and its levels, as `tarsier run` takes them; HostError as `read_raw`."""
    return read_raw(path).frame()


def frames_in(path: Path, sidecar: Path | None = None) -> int | None:
    """How many frames the file `path` holds; None where it is one and could be no more.

    Raises:
        HostError: it is damaged.
    """
    if not _named(path) and sidecar is None:
        return None
    sidecar = sidecar_of(path, sidecar)
    reader = _reader_of(path, sidecar)
    if reader.described_frames is not None:
        return reader.described_frames(path, sidecar)
    return reader.frames(path)


def _named(path: Path) -> list[Reader]:
    return [reader for reader in readers() if path.suffix.lower() in reader.suffixes]


def _reader_of(path: Path, sidecar: Path | None) -> Reader:
    """By name and content; with a sidecar, among the formats that are described by one."""
    named = _named(path)
    if len(named) == 1 and sidecar is None:
        return named[0]
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if sidecar is not None:
        bare = [reader for reader in readers() if reader.bare]
        own = [reader for reader in bare if reader in named]
        return (own or [reader for reader in bare if reader.sniff(head)])[0]
    fitting = [reader for reader in named or readers() if reader.sniff(head)]
    if not named:
        fitting = [reader for reader in fitting if not reader.bare]
    if chosen := fitting or named:  # what is wrong with a file of that name, its reader says best
        return chosen[0]
    raise HostError(
        f"{path} is no raw frame: it begins like none that Tarsier knows, and its name ends in"
        f" none of {', '.join(_suffixes())}"
    )


def _suffixes() -> tuple[str, ...]:
    """How the names of raw files end."""
    return tuple(dict.fromkeys(suffix for reader in readers() for suffix in reader.suffixes))
