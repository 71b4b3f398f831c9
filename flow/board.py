# SPDX-License-Identifier: MIT
"""Boards as data: one TOML file each, ours or a user's, checked when it is read."""

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from enum import StrEnum
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, PositiveInt, ValidationError, model_validator

from tarsier_fpga.hls.base.errors import BoardError
from tarsier_fpga.hls.base.facts import Facts, read_facts
from tarsier_fpga.hls.base.files import write_together
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.resources import Resources

__all__ = [
    "Board",
    "BoardFiles",
    "Memory",
    "MemoryKind",
    "Pin",
    "Platform",
    "Pull",
    "Shell",
    "board_names",
    "board_of",
    "finn_alias",
    "load_board",
    "write_board",
]

_FOLDER = files("tarsier_fpga")  # the boards' folder
_FILE = "board.json"  # in the folder of a design


def _is_room(found: Resources) -> Resources:
    for name, amount in found:
        if not (isfinite(amount) and amount >= 0):
            raise ValueError(f"{name} = {amount:g} should be a number of at least 0")
    if not found.lut:
        raise ValueError("lut should be greater than 0")
    return found


Room = Annotated[Resources, AfterValidator(_is_room)]
Megahertz = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Platform(StrEnum):
    """How a host reaches the fabric: memory shared on a Zynq, PCIe on an Alveo, or a serial port
    where the fabric is alone."""

    ZYNQ = "zynq"
    ALVEO = "alveo"
    BARE = "bare"

    @property
    def words(self) -> str:
        """What such a board is."""
        return {
            Platform.ZYNQ: "a Zynq board",
            Platform.ALVEO: "an Alveo card",
            Platform.BARE: "a bare board, without a processor or a card's shell",
        }[self]


class Shell(Facts):
    """A design of the vendor that shares the device with ours."""

    name: str
    leaves: Room


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


class BoardFiles(Facts):
    """Where Vivado's description of a board is, if Vivado lacks it.

    `folder` of `commit` of a repository; without a commit, a ZIP archive with the folder in it.
    """

    url: str
    commit: str = ""
    folder: str = "."


class Board(Facts):
    """A board as the flow sees it.

    `clock_mhz` is the clock a design is assumed to reach, which only place and route can confirm;
    `source_mhz` is the one that it is made from. `pins` are told where there is no vendor's shell
    and no processor: clock, reset, rx, tx and lights. `finn` is FINN's name of it, or of a board
    with the same device and processing system.
    """

    name: str
    title: str
    part: str
    family: Family
    platform: Platform
    clock_mhz: Megahertz
    source_mhz: Megahertz
    device: Room
    memory: tuple[Memory, ...] = Field(min_length=1)
    shell: Shell | None = None
    pins: dict[str, Pin] = Field(default_factory=dict)
    finn: str | None = None
    board_files: BoardFiles | None = None

    @property
    def resources(self) -> Resources:
        """What a design may use."""
        return self.shell.leaves if self.shell else self.device

    @model_validator(mode="after")
    def _is_consistent(self) -> "Board":
        if not self.family.holds(self.part):
            raise ValueError(f"{self.part} is no part of the family {self.family}")
        for resource, left in self.resources:
            if left > (whole := getattr(self.device, resource)):
                raise ValueError(f"the shell leaves {left} {resource} of {whole}")
        return self


def board_names() -> list[str]:
    """Names of the boards described here, sorted.

    >>> board_names()[:3]
    ['arty-a7-100', 'aup-zu3', 'genesys-2']
    """
    return sorted(
        path.name.removesuffix(".toml") for path in _FOLDER.iterdir() if path.name.endswith(".toml")
    )


def load_board(name: str) -> Board:
    """The board called `name`, or the one that the TOML file `name` describes.

    Names are FINN's too, in any case, and with any of - and _ between their parts.

    Raises:
        BoardError: no board has that name, or the file is damaged or says what no board is.

    >>> load_board("ZCU104").resources.lut, load_board("Pynq_Z2").name, load_board("KV260_SOM").name
    (230400, 'pynq-z2', 'kv260')
    """
    if _is_file(name):
        path = Path(name)
        try:
            return _parse(name, path.stem, path.read_bytes())
        except FileNotFoundError:
            raise BoardError(f"{name}: there is no such board file") from None
        except OSError as error:
            raise BoardError(f"{name}: {error.strerror}") from None
    known = {_folded(own): own for own in board_names()}
    if (folded := _folded(name)) in known:
        return _ours(known[folded])
    for board in _all():
        if board.finn and _folded(board.finn) == folded:
            return board
    near = get_close_matches(folded, known, 1, 0.5)
    raise BoardError(
        f"unknown board {name!r}, known are {', '.join(known.values())}"
        f"{f'; the nearest is {known[near[0]]}' if near else ''}; or name a TOML file of yours"
    )


def finn_alias(finn: str) -> Board | None:
    """The board described here that FINN calls `finn`."""
    return next((board for board in _all() if board.finn == finn), None)


def write_board(board: Board, folder: Path) -> None:
    """Leave `board` in the folder of a design that is built for it."""
    write_together({folder / _FILE: (board.model_dump_json(indent=1) + "\n").encode()})


def board_of(folder: Path, name: str) -> Board:
    """The board that the design in `folder` was built for, as it was described then.

    Raises:
        BoardError: the folder does not say, and no board is called `name`.
        FlowError: what it says is damaged.
    """
    path = folder / _FILE
    return read_facts(path, Board, "build it again") if path.is_file() else load_board(name)


def _is_file(name: str) -> bool:
    return name.lower().endswith(".toml") or len(Path(name).parts) > 1


def _folded(name: str) -> str:
    return re.sub(r"[-_ ]", "", name).casefold()


def _all() -> Iterator[Board]:
    return map(_ours, board_names())


def _ours(name: str) -> Board:
    return _parse(f"{name}.toml", name, _FOLDER.joinpath(f"{name}.toml").read_bytes())


def _parse(where: str, name: str, text: bytes) -> Board:
    try:
        facts = tomllib.loads(text.decode())
    except ValueError as error:  # of the TOML, or of its UTF-8
        raise BoardError(f"{where} is no TOML: {error}") from None
    if "name" in facts:
        raise BoardError(f"{where}: name is no key of a board, which is called as its file is")
    try:
        return Board(**facts, name=name)
    except ValidationError as error:
        raise BoardError(f"{where}: {_sentence(error)}") from None


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong, with its key and what would be valid there."""
    first = error.errors()[0]
    loc = [part for part in first["loc"] if part not in ("int", "float")]
    key, said = ".".join(map(str, loc)), first["msg"]
    match first["type"]:
        case "missing":
            return f"the key {key} is missing"
        case "extra_forbidden":
            return f"there is no key {key}, only {', '.join(_keys_beside(loc))}"
        case "value_error":
            return ": ".join(filter(None, [key, said.removeprefix("Value error, ")]))
        case _:
            return f"{key} = {first['input']!r}: {said[0].lower()}{said[1:]}"


def _keys_beside(loc: list[Any]) -> list[str]:
    """The keys that may stand where `loc` does."""
    tables: dict[str, type[BaseModel]] = {
        "device": Resources,
        "leaves": Resources,
        "shell": Shell,
        "memory": Memory,
        "pins": Pin,
        "board_files": BoardFiles,
    }
    inside = [tables[part] for part in loc[:-1] if part in tables]
    table = inside[-1] if inside else Board
    return [name for name in table.model_fields if name != "name" or table is Shell]
