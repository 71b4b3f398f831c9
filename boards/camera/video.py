# SPDX-License-Identifier: MIT
"""A folder of raw frames, or one file that holds several, as a video."""

import re
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.camera.read import frame_files, frames_in, read_raw, readers
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["Frame", "is_video", "list_frames"]

_PARTS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a frame of a video is: in a file, and with `index` at a place in it."""

    path: Path
    index: int | None = None

    @property
    def name(self) -> str:
        """What its picture is called."""
        return self.path.stem if self.index is None else f"{self.path.stem}-{self.index:04}"

    def read(self, sidecar: Path | None = None, *, binned: bool = False) -> Raw:
        """The frame; HostError as `read_raw`."""
        return read_raw(self.path, sidecar, self.index, binned=binned)


def is_video(path: Path, sidecar: Path | None = None) -> bool:
    """Whether `path` may hold several frames: a folder, or a file that counts its own."""
    return path.is_dir() or (path.is_file() and frames_in(path, sidecar) is not None)


def list_frames(path: Path, sidecar: Path | None = None) -> list[Frame]:
    """The frames in `path`, in the order in which a person counts: frame2 before frame10.

    `sidecar` describes bare numbers, as in `read_raw`.

    Raises:
        HostError: there are none, or two would be written to pictures of the same name.
    """
    if path.is_dir():
        files = frame_files(path, sidecar)
        # Names of one length were made to be sorted as they are, whatever their digits mean.
        key = _counted if len({len(file.name) for file in files}) > 1 else None
        frames = [frame for file in sorted(files, key=key) for frame in _found_in(file, sidecar)]
    else:
        frames = _frames_in(path, sidecar)
    if not frames:
        named = ", ".join(reader.suffixes[0] for reader in readers())
        raise HostError(f"{path} holds no raw frames: no file in it ends in {named}, ...")
    names: dict[str, Path] = {}
    for frame in frames:
        other = names.setdefault(frame.name, frame.path)
        if other != frame.path:
            raise HostError(f"{other} and {frame.path.name} would both become {frame.name}.png")
    return frames


def _frames_in(path: Path, sidecar: Path | None) -> list[Frame]:
    count = frames_in(path, sidecar)
    return [Frame(path)] if count is None else [Frame(path, index) for index in range(count)]


def _found_in(path: Path, sidecar: Path | None) -> list[Frame]:
    """As `_frames_in`; what is damaged counts as one frame, which fails where it is read."""
    try:
        return _frames_in(path, sidecar)
    except (HostError, OSError):
        return [Frame(path)]


def _counted(path: Path) -> list[tuple[int, str]]:
    parts = _PARTS.split(path.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
