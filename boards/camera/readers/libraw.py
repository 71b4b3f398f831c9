# SPDX-License-Identifier: MIT
"""DNG, by its specification, and what cameras write: every format that LibRaw knows."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import rawpy

from tarsier_fpga.camera.colour import camera_to_srgb
from tarsier_fpga.camera.negative.read import count_negatives, read_negative
from tarsier_fpga.camera.negative.tags import TiffKind, tiff_kind
from tarsier_fpga.camera.pattern import bayer_of, block_name
from tarsier_fpga.camera.raw import Raw, from_sensor
from tarsier_fpga.camera.reader import Reader
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["READER", "read_camera_file"]

# LibRaw goes by the content; these names only tell frames from what lies beside them.
_SUFFIXES = (
    *(".dng", ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".erf", ".fff", ".iiq", ".k25"),
    *(".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2"),
    *(".rwl", ".sr2", ".srf", ".srw", ".x3f"),
)
_TIFF_MAGIC = (b"II*\0", b"MM\0*", b"IIU\0", b"IIRO")
# TIFF and its relatives, JPEG with a raw behind it, and makers' own.
_MAGIC = (b"II", b"MM", b"\xff\xd8\xff", b"ARECOYK", b"FUJIFILM", b"FOVb", b"\0MRM")


def _sniff(head: bytes) -> bool:
    return head.startswith(_MAGIC) or head[4:11] == b"ftypcrx"


def _read(path: Path, index: int | None, sidecar: Path | None) -> Raw:
    return read_camera_file(path, index)


def _read_binned(path: Path, index: int | None, sidecar: Path | None) -> Raw:
    return read_camera_file(path, index, binned=True)


def _frames(path: Path) -> int | None:
    return count_negatives(path) if tiff_kind(path) is TiffKind.DNG else None


def read_camera_file(path: Path, index: int | None, *, binned: bool = False) -> Raw:
    """The frame in a file that names its camera; HostError as a reader's `read`."""
    match tiff_kind(path):
        case TiffKind.DNG:
            return read_negative(path, index, binned=binned)
        case TiffKind.PLAIN:
            raise HostError(
                f"{path} is a TIFF that names no camera: a mosaic in it needs a sidecar, such as"
                f" {path.with_suffix('.toml').name}, named by --sidecar, that says cfa, black and"
                " white"
            )
        case TiffKind.CAMERA | TiffKind.NONE:
            return _by_libraw(path)


def _by_libraw(path: Path) -> Raw:
    try:
        with _silent_stderr(), rawpy.imread(str(path)) as file:
            cfa = _bayer_phase(path, file)
            mosaic = file.raw_image_visible.copy()
            colours = file.raw_colors_visible[:2, :2].ravel()
            black = [int(file.black_level_per_channel[colour]) for colour in colours]
            red, green, blue = (float(gain) for gain in file.camera_whitebalance[:3])
            matrix = _camera_matrix(path, file)
            white, flip = int(file.white_level), int(file.sizes.flip)
    except rawpy.LibRawFileUnsupportedError:
        raise HostError(f"{path} is no raw frame: LibRaw does not know its format") from None
    except rawpy.LibRawError:
        raise _unreadable(path) from None
    balance = (red, green, blue) if min(red, green, blue) > 0 else None
    return from_sensor(path, mosaic, cfa, black, white, balance=balance, matrix=matrix, flip=flip)


def _bayer_phase(path: Path, file: rawpy.RawPy) -> str:
    pattern = file.raw_pattern
    if pattern is None or file.raw_type != rawpy.RawType.Flat:
        raise HostError(f"{path} holds full colour at every pixel, not a Bayer mosaic")
    if pattern.shape == (1, 1) or file.num_colors == 1:
        raise HostError(f"{path} comes from a monochrome sensor, only Bayer sensors are supported")
    rows, columns = pattern.shape
    letters = np.array([*file.color_desc.decode()])
    try:
        phase, side = bayer_of(letters[file.raw_colors_visible[:rows, :columns]])
    except HostError as error:
        raise HostError(f"{path} comes from {error}") from None
    if side > 1:
        raise HostError(
            f"{path} comes from a {block_name(side)} sensor; its DNG is read with --bin"
        )
    return phase


def _camera_matrix(path: Path, file: rawpy.RawPy) -> np.ndarray | None:
    """Balanced camera RGB to linear sRGB; cameras LibRaw knows by name carry the inverse."""
    direct = np.array(file.color_matrix)[:, :3].astype(np.float64)
    if direct.any():
        return direct
    xyz_to_camera = np.array(file.rgb_xyz_matrix)[:3].astype(np.float64)
    try:
        return camera_to_srgb(xyz_to_camera) if xyz_to_camera.any() else None
    except HostError as error:
        raise HostError(f"{path}: {error}") from None


def _unreadable(path: Path) -> HostError:
    with path.open("rb") as file:
        magic = file.read(4)
    if magic in _TIFF_MAGIC:
        return HostError(f"{path} is truncated or damaged: LibRaw ran out of data")
    return HostError(f"{path} is no raw frame: LibRaw does not know its format")


@contextlib.contextmanager
def _silent_stderr() -> Iterator[None]:
    """LibRaw prints to the process's own stderr before it fails; we say it better."""
    saved = os.dup(2)
    quiet = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(quiet, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(quiet)


READER = Reader(
    title="DNG and camera raw",
    suffixes=_SUFFIXES,
    sniff=_sniff,
    read=_read,
    frames=_frames,
    read_binned=_read_binned,
)
