# SPDX-License-Identifier: MIT
"""Read raw files: everything LibRaw knows, and bare numbers described by a TOML sidecar."""

import contextlib
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import rawpy
from pydantic import Field, ValidationError

from tarsier_fpga.camera.raw import CFA_PHASES, Raw, align
from tarsier_fpga.hls.base.camera_frame import CameraFrame
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.facts import Facts

__all__ = ["BARE", "Levels", "Sidecar", "camera_frame", "open_array", "read_raw"]

BARE = (".npy", ".raw")  # numbers only, described by a sidecar

_TIFF_MAGIC = (b"II*\0", b"MM\0*", b"IIU\0", b"IIRO")
_RAW_MAGIC = (b"II", b"MM", b"\xff\xd8\xff", b"ARECOYK")  # of cameras that name their files .raw

# Linear sRGB to XYZ under D65, IEC 61966-2-1.
_XYZ_FROM_SRGB = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)


Gain = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Row = tuple[float, float, float]


class Levels(Facts):
    """What bare numbers do not say; NAME.toml beside NAME.npy.

    `black` is one level or four, in the order of the first two by two pixels.
    """

    cfa: Literal["RGGB", "GRBG", "GBRG", "BGGR"]
    black: int | tuple[int, int, int, int] = 0
    white: int = Field(ge=1, le=65535)
    balance: tuple[Gain, Gain, Gain] | None = None
    xyz_to_camera: tuple[Row, Row, Row] | None = None


class Sidecar(Levels):
    """What a headerless file does not say either: NAME.toml beside NAME.raw.

    Pixels of up to 8 bits are one byte each, wider ones two bytes, little endian, right aligned.
    """

    width: int = Field(ge=3)
    height: int = Field(ge=3)
    bits: int = Field(ge=1, le=16)


def read_raw(path: Path, sidecar: Path | None = None, index: int | None = None) -> Raw:
    """The raw frame in `path`, number `index` of a file that holds several.

    Raises:
        HostError: the file is missing, damaged, no raw, or its sensor is no Bayer sensor.
    """
    if path.is_dir():
        raise HostError(f"{path} is a folder, name one raw frame in it")
    if not path.is_file():
        raise HostError(f"{path}: there is no such file")
    beside = path.with_suffix(".toml")
    kind = path.suffix.lower()
    if sidecar is None and kind in BARE and beside.is_file():
        sidecar = beside
    if kind == ".npy":
        return _read_array(path, sidecar or beside, index)
    if sidecar:
        return _read_headerless(path, sidecar)
    if kind == ".raw":
        _check_header(path, beside)
    return _read_with_libraw(path)


def camera_frame(path: Path) -> CameraFrame:
    """The mosaic in `path` and its levels, as `tarsier run` takes them; HostError as `read_raw`."""
    raw = read_raw(path)
    return CameraFrame(raw.mosaic, raw.black, raw.white)


def open_array(path: Path) -> np.ndarray:
    """The mosaic (H, W), or mosaics (N, H, W), in a .npy file, not yet read into memory.

    Raises:
        HostError: it holds anything else.
    """
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


def _read_array(path: Path, sidecar: Path, index: int | None) -> Raw:
    facts, frames = _facts(Levels, sidecar), open_array(path)
    if frames.ndim == 3:
        if index is None and len(frames) > 1:
            raise HostError(f"{path} holds {len(frames)} frames: name a folder to write them to")
        frames = frames[index or 0]
    name = path.name if index is None else f"{path.stem}-{index:04}{path.suffix}"
    return _described(path.with_name(name), np.array(frames, np.uint16), facts)


def _read_headerless(path: Path, sidecar: Path) -> Raw:
    facts = _facts(Sidecar, sidecar)
    sample = np.dtype("u1" if facts.bits <= 8 else "<u2")
    expected, size = facts.width * facts.height * sample.itemsize, path.stat().st_size
    if size != expected:
        raise HostError(
            f"{path} has {size} bytes, but {sidecar.name} describes {expected}: "
            f"{facts.width} x {facts.height} pixels of {8 * sample.itemsize} bits"
        )
    mosaic = np.fromfile(path, sample).astype(np.uint16).reshape(facts.height, facts.width)
    return _described(path, mosaic, facts)


def _facts(kind: type[Levels], sidecar: Path) -> Levels:
    """What `sidecar` says.

    Raises:
        HostError: it is missing, no TOML, or says too much or too little.
    """
    if not sidecar.is_file():
        raise HostError(f"{sidecar}: there is no such sidecar file")
    try:
        return kind(**tomllib.loads(sidecar.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise HostError(f"{sidecar}: {where}: {_lower_first(first['msg'])}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HostError(f"{sidecar} is no TOML: {error}") from None


def _described(path: Path, mosaic: np.ndarray, facts: Levels) -> Raw:
    black = (facts.black,) * 4 if isinstance(facts.black, int) else facts.black
    matrix = None if facts.xyz_to_camera is None else _to_srgb(path, np.array(facts.xyz_to_camera))
    return _checked(path, mosaic, facts.cfa, black, facts.white, facts.balance, matrix, flip=0)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _check_header(path: Path, sidecar: Path) -> None:
    """LibRaw takes a file without a header for that of a camera whose files are as long."""
    with path.open("rb") as file:
        if not file.read(8).startswith(_RAW_MAGIC):
            raise HostError(
                f"{path} has no camera's header, so it needs a sidecar, such as {sidecar.name}"
                " beside it, that says width, height, bits, cfa, black and white"
            )


def _read_with_libraw(path: Path) -> Raw:
    try:
        with _silent_stderr(), rawpy.imread(str(path)) as file:
            cfa = _bayer_phase(path, file)
            mosaic = file.raw_image_visible.copy()
            colours = file.raw_colors_visible[:2, :2].ravel()
            black = [file.black_level_per_channel[colour] for colour in colours]
            balance = tuple(float(gain) for gain in file.camera_whitebalance[:3])
            matrix = _camera_matrix(path, file)
            white, flip = int(file.white_level), int(file.sizes.flip)
    except rawpy.LibRawFileUnsupportedError:
        raise HostError(f"{path} is no raw frame: LibRaw does not know its format") from None
    except rawpy.LibRawError:
        raise _unreadable(path) from None
    known = balance if all(gain > 0 for gain in balance) else None
    return _checked(path, mosaic, cfa, black, white, known, matrix, flip)


def _bayer_phase(path: Path, file: rawpy.RawPy) -> str:
    pattern = file.raw_pattern
    if pattern is None or file.raw_type != rawpy.RawType.Flat:
        raise HostError(f"{path} holds full colour at every pixel, not a Bayer mosaic")
    if pattern.shape == (1, 1) or file.num_colors == 1:
        raise HostError(f"{path} comes from a monochrome sensor, only Bayer sensors are supported")
    if pattern.shape != (2, 2):
        raise HostError(f"{path} comes from an X-Trans sensor, only Bayer sensors are supported")
    names = file.color_desc.decode()
    phase = "".join(names[colour] for colour in file.raw_colors_visible[:2, :2].ravel())
    if phase not in CFA_PHASES:
        raise HostError(f"{path}: colour filter {phase} is not one of {', '.join(CFA_PHASES)}")
    return phase


def _camera_matrix(path: Path, file: rawpy.RawPy) -> np.ndarray | None:
    """Balanced camera RGB to linear sRGB; cameras LibRaw knows by name carry the inverse."""
    direct = np.array(file.color_matrix)[:, :3].astype(np.float64)
    if direct.any():
        return direct
    xyz_to_camera = np.array(file.rgb_xyz_matrix)[:3].astype(np.float64)
    return _to_srgb(path, xyz_to_camera) if xyz_to_camera.any() else None


def _to_srgb(path: Path, xyz_to_camera: np.ndarray) -> np.ndarray:
    camera_from_srgb = xyz_to_camera @ _XYZ_FROM_SRGB
    with contextlib.suppress(np.linalg.LinAlgError), np.errstate(all="ignore"):
        white_kept = camera_from_srgb / camera_from_srgb.sum(axis=1, keepdims=True)
        if np.isfinite(matrix := np.linalg.inv(white_kept)).all():
            return matrix
    raise HostError(f"{path}: its colour matrix {xyz_to_camera.tolist()} has no inverse")


def _checked(path, mosaic, cfa, black, white, balance, matrix, flip) -> Raw:
    if white <= max(black):
        raise HostError(f"{path}: white level {white} must be above black level {max(black)}")
    try:
        mosaic, black = align(mosaic, cfa, black)
    except HostError as error:
        raise HostError(f"{path}: {error}") from None
    return Raw(path.name, np.ascontiguousarray(mosaic), black, white, balance, matrix, flip)


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
