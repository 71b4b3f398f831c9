# SPDX-License-Identifier: MIT
"""Boards as data: one TOML file each, checked when it is read."""

import tomllib
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveFloat, PositiveInt

__all__ = ["Board", "BoardError", "Family", "Platform", "Resources", "board_names", "load_board"]

_FOLDER = Path(__file__).parent


class BoardError(ValueError):
    """There is no such board."""


class Family(StrEnum):
    """Device families by the names Yosys' `synth_xilinx -family` knows them under."""

    SERIES7 = "xc7"
    ULTRASCALE_PLUS = "xcup"


class Platform(StrEnum):
    """How a host reaches the fabric: shared memory on a Zynq, PCIe on an Alveo."""

    ZYNQ = "zynq"
    ALVEO = "alveo"


class Resources(BaseModel):
    """What a design may use of a device."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lut: PositiveInt
    ff: PositiveInt
    bram36: NonNegativeInt
    uram: NonNegativeInt
    dsp: NonNegativeInt


class Board(BaseModel):
    """A board as the flow sees it.

    `clock_mhz` is the clock a design is assumed to reach; only place and route can confirm it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    part: str
    family: Family
    platform: Platform
    clock_mhz: PositiveFloat
    resources: Resources


def board_names() -> list[str]:
    """Names of the boards described here, sorted.

    >>> board_names()
    ['pynq-z2', 'u250', 'zcu104']
    """
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def load_board(name: str) -> Board:
    """Board called `name`.

    Raises:
        BoardError: no board has that name.

    >>> load_board("zcu104").resources.lut
    230400
    """
    if name not in board_names():
        raise BoardError(f"unknown board {name!r}, known are {', '.join(board_names())}")
    path = _FOLDER / f"{name}.toml"
    return Board(name=name, **tomllib.loads(path.read_text(encoding="utf-8")))
