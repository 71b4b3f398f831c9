# SPDX-License-Identifier: MIT
"""Films, as FFmpeg decodes them: frames of 8 bits, in the order in which they are shown."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.picture.reader import Footage, PhotoReader

__all__ = ["READER"]

# Every frame once, whenever it is shown; colours to the last bit.
_HOW = ("-fps_mode", "passthrough", "-sws_flags", "bicubic+accurate_rnd+full_chroma_int")


def _opened(path: Path) -> tuple[Any, dict[str, Any]]:
    """FFmpeg's frames, a generator without a type, and what it says of them."""
    from imageio_ffmpeg import read_frames

    frames = read_frames(str(path), pix_fmt="rgb24", output_params=list(_HOW))
    try:
        return frames, next(frames)
    except (OSError, RuntimeError, StopIteration):
        frames.close()
        raise HostError(f"{path} is truncated or damaged, or no film that FFmpeg reads") from None


def _read(path: Path) -> Photo:
    return next(_each(path))


def _footage(path: Path) -> Footage:
    frames, facts = _opened(path)
    frames.close()
    rate = float(facts["fps"]) or None
    return Footage(_each(path), max(1, round(facts["fps"] * facts["duration"])), rate)


def _each(path: Path) -> Iterator[Photo]:
    frames, facts = _opened(path)
    width, height = facts["size"]
    index = -1
    with closing(frames):
        try:
            for index, content in enumerate(frames):
                pixels = np.frombuffer(content, np.uint8).reshape(height, width, 3)
                yield Photo(f"{path.stem}-{index:04}.png", pixels)
        except (OSError, RuntimeError, ValueError):
            raise HostError(f"{path} is damaged after {index + 1} frames") from None
    if index < 0:
        raise HostError(f"{path} is truncated or damaged: it has no frame")


READER = PhotoReader(
    title="films that FFmpeg reads",
    suffixes=(".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".gif"),
    sniff=lambda head: (
        head[4:8] == b"ftyp" or head.startswith((b"\x1aE\xdf\xa3", b"RIFF", b"\0\0\1\xba", b"GIF8"))
    ),
    read=_read,
    footage=_footage,
)
