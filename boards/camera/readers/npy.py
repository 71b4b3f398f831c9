# SPDX-License-Identifier: MIT
"""NumPy's files: one mosaic or many, described by a sidecar."""

from pathlib import Path

import numpy as np

from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.camera.reader import Reader
from tarsier_fpga.camera.sidecar import Levels, described, read_sidecar
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["READER"]


def _open(path: Path) -> np.ndarray:
    """The mosaic (H, W), or mosaics (N, H, W), in `path`, not yet read into memory."""
    try:
        frames = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError):
        raise HostError(f"{path} is truncated or damaged, or no .npy file") from None
    if not isinstance(frames, np.ndarray):  # NumPy goes by content, and opens .npz too
        raise HostError(f"{path} is no .npy file")
    if frames.ndim not in (2, 3) or frames.dtype.kind != "u" or frames.dtype.itemsize > 2:
        raise HostError(
            f"{path} holds {frames.dtype} of shape {frames.shape}; mosaics are uint8 or uint16"
            " of shape (H, W) or (N, H, W)"
        )
    return frames


def _frames(path: Path) -> int | None:
    frames = _open(path)
    return len(frames) if frames.ndim == 3 else None


def _read(path: Path, index: int | None, sidecar: Path | None) -> Raw:
    facts = read_sidecar(Levels, sidecar or path.with_suffix(".toml"))
    frames = _open(path)
    if frames.ndim == 3:
        if index is None and len(frames) > 1:
            raise HostError(f"{path} holds {len(frames)} frames: name a folder to write them to")
        frames = frames[index or 0]
    name = path.name if index is None else f"{path.stem}-{index:04}{path.suffix}"
    return described(path.with_name(name), np.array(frames, np.uint16), facts)


READER = Reader(
    title=".npy + TOML",
    suffixes=(".npy",),
    sniff=lambda head: head.startswith(b"\x93NUMPY"),
    read=_read,
    frames=_frames,
    bare=True,
)
