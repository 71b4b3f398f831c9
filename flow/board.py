# SPDX-License-Identifier: MIT
"""Boards as data: one TOML file each, checked when it is read."""

import tomllib
from enum import StrEnum
from importlib.resources import files

from pydantic import (
    Field,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from tarsier_fpga.hls.base.errors import BoardError
from tarsier_fpga.hls.base.facts import Facts
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.resources import Resources

__all__ = [
    "Board",
    "Memory",
    "MemoryKind",
    "Pin",
    "Platform",
    "Pull",
    "Shell",
    "board_names",
    "load_board",
]

_FOLDER = files("tarsier_fpga")  # the boards' folder


class Platform(StrEnum):
    """How a host reaches the fabric: memory shared on a Zynq, PCIe on an Alveo, or a serial port
    where the fabric is alone."""

    ZYNQ = "zynq"
    ALVEO = "alveo"
    BARE = "bare"


class Shell(Facts):
    """A design of the vendor that shares the device with ours."""

    name: str
    leaves: Resources


class MemoryKind(StrEnum):
    """Memories beside the device."""

    SDRAM = "sdram"
    DDR3 = "ddr3"
    DDR4 = "ddr4"
    LPDDR4 = "lpddr4"
    HBM2 = "hbm2"


class Memory(Facts):
    """Banks of equal memories, of `mib` mebibytes each."""

    kind: MemoryKind
    banks: PositiveInt
    mib: PositiveInt


class Pull(StrEnum):
    """What holds a pin that nothing drives."""

    NONE = "none"
    UP = "up"
    DOWN = "down"


class Pin(Facts):
    """Where a port of a design is soldered to: one site for each of its bits, all of 3.3 V."""

    sites: tuple[str, ...] = Field(min_length=1)
    pull: Pull = Pull.NONE
    drive_ma: PositiveInt | None = None  # of an output


class Board(Facts):
    """A board as the flow sees it.

    `clock_mhz` is the clock a design is assumed to reach, which only place and route can confirm;
    `source_mhz` is the one that it is made from. `pins` are told where there is no vendor's shell
    and no processor: clock, reset, rx, tx and lights.
    """

    name: str
    title: str
    part: str
    family: Family
    platform: Platform
    clock_mhz: PositiveFloat
    source_mhz: PositiveFloat
    device: Resources
    memory: tuple[Memory, ...] = Field(min_length=1)
    shell: Shell | None = None
    pins: dict[str, Pin] = Field(default_factory=dict)

    @property
    def resources(self) -> Resources:
        """What a design may use."""
        return self.shell.leaves if self.shell else self.device

    @model_validator(mode="after")
    def _is_consistent(self) -> "Board":
        if self.family is not Family.of_part(self.part):
            raise ValueError(f"{self.name}: {self.part} is no part of the family {self.family}")
        for resource, left in self.resources:
            if left > (whole := getattr(self.device, resource)):
                raise ValueError(f"{self.name}: the shell leaves {left} {resource} of {whole}")
        return self


def board_names() -> list[str]:
    """Names of the boards described here, sorted.

    >>> board_names()[:3]
    ['kv260', 'pynq-z1', 'pynq-z2']
    """
    return sorted(
        path.name.removesuffix(".toml") for path in _FOLDER.iterdir() if path.name.endswith(".toml")
    )


def load_board(name: str) -> Board:
    """Board called `name`.

    Raises:
        BoardError: no board has that name.

    >>> load_board("zcu104").resources.lut
    230400
    """
    if name not in board_names():
        raise BoardError(f"unknown board {name!r}, known are {', '.join(board_names())}")
    path = _FOLDER.joinpath(f"{name}.toml")
    return Board(name=name, **tomllib.loads(path.read_text(encoding="utf-8")))
