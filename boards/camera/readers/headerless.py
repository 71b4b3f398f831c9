# SPDX-License-Identifier: MIT
"""Pixels and nothing else, as sensors and capture programs leave them; a sidecar says the rest."""

from pathlib import Path

import numpy as np
from pydantic import Field

from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.camera.reader import Reader
from tarsier_fpga.camera.sidecar import Levels, described, read_sidecar
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["READER"]


class _Sidecar(Levels):
    """What a headerless file does not say either: NAME.toml beside NAME.raw.

    Pixels of up to 8 bits are one byte each, wider ones two bytes, little endian, right aligned.
    """

    width: int = Field(ge=3)
    height: int = Field(ge=3)
    bits: int = Field(ge=1, le=16)


def _read(path: Path, index: int | None, sidecar: Path | None) -> Raw:
    if sidecar is None:
        raise HostError(
            f"{path} has no camera's header, so it needs a sidecar, such as"
            f" {path.with_suffix('.toml').name} beside it, that says width, height, bits, cfa,"
            " black and white"
        )
    facts = read_sidecar(_Sidecar, sidecar)
    sample = np.dtype("u1" if facts.bits <= 8 else "<u2")
    expected, size = facts.width * facts.height * sample.itemsize, path.stat().st_size
    if size != expected:
        raise HostError(
            f"{path} has {size} bytes, but {sidecar.name} describes {expected}: "
            f"{facts.width} x {facts.height} pixels of {8 * sample.itemsize} bits"
        )
    mosaic = np.fromfile(path, sample).astype(np.uint16).reshape(facts.height, facts.width)
    return described(path, mosaic, facts)


READER = Reader(
    title=".raw + TOML",
    suffixes=(".raw",),
    sniff=lambda head: True,  # numbers may begin with anything
    read=_read,
    bare=True,
)
