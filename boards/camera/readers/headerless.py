# SPDX-License-Identifier: MIT
"""Pixels and nothing else, as sensors and capture programs leave them; a sidecar says the rest."""

from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from tarsier_fpga.camera.fits import what_fits
from tarsier_fpga.camera.layout import Endian, Layout, Packing
from tarsier_fpga.camera.pixel_formats import pixel_format
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.camera.reader import Reader
from tarsier_fpga.camera.sidecar import Levels, described, read_sidecar
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["READER"]

_LEAST_PADDING = 2  # columns; a sensor may have a dead one


class _Sidecar(Levels):
    """What a headerless file does not say either: NAME.toml beside NAME.raw.

    Pixels of up to 8 bits are one byte each, wider ones two bytes, little endian, right aligned,
    unless it says otherwise. `format` is a name of V4L2, libcamera or GenICam, and says cfa, bits
    and packing; `stride` are the bytes from line to line.
    """

    width: int = Field(ge=3)
    height: int = Field(ge=3)
    bits: int = Field(ge=1, le=16)
    format: str | None = None
    packing: Packing = Packing.NONE
    endian: Endian = Endian.LITTLE
    stride: int | None = Field(default=None, ge=1)
    frames: Annotated[int, Field(ge=1)] | Literal["all"] = 1

    @model_validator(mode="before")
    @classmethod
    def _by_format(cls, said: Any) -> Any:
        if not isinstance(said, dict) or not isinstance(said.get("format"), str):
            return said
        try:
            known = pixel_format(said["format"])
        except HostError as error:
            raise ValueError(str(error)) from None
        facts = {"cfa": known.cfa, "bits": known.bits, "packing": known.packing.value}
        for name, value in facts.items():
            if said.get(name, value) != value:
                raise ValueError(
                    f"format {said['format']!r} has {name} = {value!r}, not {said[name]!r}"
                )
        return facts | said


def _described(path: Path, sidecar: Path | None) -> tuple[_Sidecar, Layout, int]:
    """What the sidecar says, the bytes of a frame, and how many frames there are."""
    if sidecar is None:
        raise HostError(
            f"{path} has no camera's header, so it needs a sidecar, such as"
            f" {path.with_suffix('.toml').name} beside it, that says width, height, bits, cfa,"
            " black and white"
        )
    facts = read_sidecar(_Sidecar, sidecar)
    try:
        layout = Layout(
            width=facts.width,
            height=facts.height,
            bits=facts.bits,
            packing=facts.packing,
            endian=facts.endian,
            stride=facts.stride,
        )
    except HostError as error:
        raise HostError(f"{sidecar}: {error}") from None
    size = path.stat().st_size
    frames = max(size // layout.size, 1) if facts.frames == "all" else facts.frames
    if size != (expected := frames * layout.size):
        each = f"{frames} frames of " if frames > 1 else ""
        raise HostError(
            f"{path} has {size} bytes, but {sidecar.name} describes {expected}: "
            f"{each}{_words(layout)}; {what_fits(layout, size)}"
        )
    return facts, layout, frames


def _words(layout: Layout) -> str:
    """The frame as its sidecar describes it."""
    padded = f" in lines of {layout.stride} bytes" if layout.stride else ""
    if layout.packing is Packing.NONE:
        bits = 8 if layout.bits <= 8 else 16
        return f"{layout.width} x {layout.height} pixels of {bits} bits{padded}"
    return (
        f"{layout.width} x {layout.height} pixels of {layout.bits} bits, packed as"
        f" {layout.packing}{padded}"
    )


def _frames(path: Path, sidecar: Path | None) -> int | None:
    if sidecar is None:
        return None
    facts, _, frames = _described(path, sidecar)
    return None if facts.frames == 1 else frames


def _read(path: Path, index: int | None, sidecar: Path | None) -> Raw:
    facts, layout, frames = _described(path, sidecar)
    if index is None and frames > 1:
        raise HostError(f"{path} holds {frames} frames: name a folder to write them to")
    content = np.fromfile(path, np.uint8, layout.size, offset=(index or 0) * layout.size)
    name = path if index is None else path.with_name(f"{path.stem}-{index:04}{path.suffix}")
    mosaic = layout.unpack(content)
    _check_padding(path, mosaic, facts, layout)
    return described(name, mosaic, facts)


def _check_padding(path: Path, mosaic: np.ndarray, facts: _Sidecar, layout: Layout) -> None:
    """Raise HostError if what pads lines seems to be taken for pixels; a stride says it is not."""
    seen = np.flatnonzero(mosaic.any(axis=0))
    width = int(seen[-1]) + 1 if seen.size else layout.width
    columns = layout.width - width
    below_black = columns >= _LEAST_PADDING and (mosaic[:, :width] > 0).all()
    if layout.stride is not None or not below_black or not np.min(facts.black) > 0:
        return
    raise HostError(
        f"{path}: its last {columns} columns are 0 throughout and no other pixel is: "
        f"lines seem to be padded, then say width = {width} and stride = {layout.line}; or say"
        f" stride = {layout.line} alone to take them as they are"
    )


READER = Reader(
    title=".raw + TOML",
    suffixes=(".raw",),
    sniff=lambda head: True,  # numbers may begin with anything
    read=_read,
    described_frames=_frames,
    bare=True,
)
