# SPDX-License-Identifier: MIT
"""What bare numbers do not say of themselves: a TOML file beside them."""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import numpy as np
from pydantic import Field, ValidationError

from tarsier_fpga.camera.blocks import add_blocks
from tarsier_fpga.camera.colour import camera_to_srgb
from tarsier_fpga.camera.raw import Raw, from_sensor
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.facts import Facts

__all__ = ["Align", "Levels", "described", "read_sidecar"]

Gain = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Level = Annotated[float, Field(allow_inf_nan=False)]
Row = tuple[float, float, float]


class Align(StrEnum):
    """Where the bits of a number lie in 16."""

    RIGHT = "right"
    LEFT = "left"


class Levels(Facts):
    """What the numbers of a mosaic mean; NAME.toml beside NAME.npy.

    `black` is one level or four, in the order of the first two by two pixels; `bits` is what a
    number has, where it is not what white has; `block` above 1 is the side of the blocks of one
    colour of a quad Bayer sensor, whose pixels are added up.
    """

    cfa: Literal["RGGB", "GRBG", "GBRG", "BGGR"]
    black: Level | tuple[Level, Level, Level, Level] = 0
    white: int = Field(ge=1, le=65535)
    bits: int | None = Field(default=None, ge=1, le=16)
    align: Align = Align.RIGHT
    block: int = Field(default=1, ge=1, le=4)
    balance: tuple[Gain, Gain, Gain] | None = None
    xyz_to_camera: tuple[Row, Row, Row] | None = None


_L = TypeVar("_L", bound=Levels)


def read_sidecar(kind: type[_L], path: Path) -> _L:
    """What the sidecar `path` says.

    Raises:
        HostError: it is missing, no TOML, or says too much or too little.
    """
    if not path.is_file():
        raise HostError(f"{path}: there is no such sidecar file")
    try:
        return kind(**tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"{part}." for part in first["loc"])[:-1]
        what = first["msg"].removeprefix("Value error, ")
        what = f"{where}: {what[:1].lower()}{what[1:]}" if where else what
        raise HostError(f"{path}: {what}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HostError(f"{path} is no TOML: {error}") from None


def described(path: Path, mosaic: np.ndarray, facts: Levels) -> Raw:
    """The `mosaic` in the file `path`, as its sidecar describes it.

    Raises:
        HostError: the two do not go together.
    """
    levels = [*facts.black] if isinstance(facts.black, tuple) else [facts.black] * 4
    matrix = None
    try:
        if facts.xyz_to_camera is not None:
            matrix = camera_to_srgb(np.array(facts.xyz_to_camera))
    except HostError as error:
        raise HostError(f"{path}: {error}") from None
    mosaic = _right_aligned(path, mosaic, facts)
    white = facts.white
    if facts.block > 1:
        mosaic, levels, white = add_blocks(mosaic, levels, white, facts.block)
    return from_sensor(path, mosaic, facts.cfa, levels, white, balance=facts.balance, matrix=matrix)


def _right_aligned(path: Path, mosaic: np.ndarray, facts: Levels) -> np.ndarray:
    """`mosaic` with the lowest bit of each number in bit 0; HostError where it cannot be so."""
    bits = facts.bits or facts.white.bit_length()
    spare, every = 16 - bits, int(np.bitwise_or.reduce(mosaic, axis=None))
    left_fits = every % (1 << spare) == 0
    if facts.align is Align.LEFT:
        if not left_fits:
            raise HostError(
                f'{path}: align = "left" of {bits} bits leaves the lowest {spare} of 16 zero, but'
                " they are not: the numbers are right-aligned, or of other bits or endian"
            )
        return mosaic >> spare
    if every >> bits == 0:
        return mosaic
    said = f"bits = {bits}" if facts.bits else f"white = {facts.white}, of {bits} bits,"
    big_fits = int(np.bitwise_or.reduce(mosaic.byteswap(), axis=None)) >> bits == 0
    ways = {'left-aligned (align = "left"': left_fits, 'big endian (endian = "big"': big_fits}
    guesses = " or ".join(f"{way}{', which fits' if fits else ''})" for way, fits in ways.items())
    more = "" if facts.bits else "; or white lies below the largest number, and bits is to be said"
    raise HostError(
        f"{path}: its numbers reach {int(mosaic.max())}, but {said} end at {(1 << bits) - 1}:"
        f" they may be {guesses}{more}"
    )
