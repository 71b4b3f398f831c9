# SPDX-License-Identifier: MIT
"""Where the programs and databases of openXC7 are on this machine.

A snap, nix or an installer brings them; each has its own folders and variables.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from tarsier_fpga.flow.synth.yosys import BACKENDS as YOSYS
from tarsier_fpga.hls.base.errors import ToolError
from tarsier_fpga.hls.base.findings import Finding

__all__ = ["Install", "Placer", "find_install", "findings", "version_of"]

_SNAP = Path("/snap/openxc7/current/opt/nextpnr-xilinx")
_OPT = Path("/opt/openxc7")
_DATABASES = "PRJXRAY_DB_DIR"
_CHIPS = ("OPENXC7_CHIPDB", "ZYNQ7_CHIPDB", "CHIPDB")  # a file or a folder
_HOW = "install openXC7 (github.com/openXC7/toolchain-installer)"
_FAMILY = "zynq7"  # of prjxray's databases
_PURPOSE = "synth: bitstreams for a Zynq-7000"


class Placer(Enum):
    """The two programs that place and route, and how they are asked."""

    FORK = "nextpnr-xilinx"
    HIMBAECHEL = "nextpnr-himbaechel"


@dataclass(frozen=True, slots=True)
class Install:
    """What was found for a part.

    Attributes:
        placer: which program it is, `program` where
        chip: its database of the part
        database: prjxray's of the family
        packers: fpga-as alone, or fasm2frames and xc7frames2bit
    """

    placer: Placer
    program: Path
    chip: Path
    database: Path
    packers: tuple[Path, ...]


def find_install(part: str) -> Install:
    """The tools for the device `part`.

    Raises:
        ToolError: one is not here; the sentence says which, and where it was looked for.
    """
    found = _placer()
    if found is None:
        names = " or ".join(placer.value for placer in Placer)
        raise ToolError(f"openxc7: there is no {names} on the PATH; {_HOW}")
    packers = _packers()
    if not packers:
        raise ToolError(
            "openxc7: there is no fpga-as, and no fasm2frames with xc7frames2bit, on the PATH;"
            f" {_HOW}"
        )
    database = _database()
    if database is None:
        raise ToolError(
            f"openxc7: no database of prjxray for {_FAMILY} was found; set {_DATABASES} to the"
            f" folder that has {_FAMILY} in it"
        )
    placer, program = found
    kinds = _chip_names(part)
    chip = next(
        (at / name for at in _chip_folders() for name in kinds if (at / name).is_file()), None
    )
    chip = next(iter(_chip_files()), chip)
    if chip is None:
        raise ToolError(
            f"openxc7: no chip database of {part} was found; make {' or '.join(kinds)} with bbasm,"
            f" and set {_CHIPS[0]} to it or its folder"
        )
    return Install(placer, program, chip, database, packers)


def findings() -> Sequence[Finding]:
    """What of it is here."""
    placer, packers, database = _placer(), _packers(), _database()
    chips = [*_chip_files(), *(at for at in _chip_folders() if any(at.glob("*xc7z*.bin")))]
    return [
        Finding("openXC7's nextpnr", placer and f"{placer[1]} ({version_of(placer[1])})", _PURPOSE),
        Finding("openXC7's chip databases", str(chips[0]) if chips else None, _PURPOSE),
        Finding("prjxray's database", str(database) if database else None, _PURPOSE),
        Finding("fpga-as or prjxray", ", ".join(map(str, packers)) or None, _PURPOSE),
        *(need for backend in YOSYS for need in backend.needs()),
    ]


@cache
def version_of(program: Path) -> str:
    """What a program says of its version, on whichever stream; "unknown" if nothing."""
    try:
        done = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    lines = (done.stdout + done.stderr).strip().splitlines()
    found = re.search(r"Version ([^)]+)", lines[0]) if lines else None
    return found[1] if found else lines[0].strip('" ') if lines else "unknown"


def _placer() -> tuple[Placer, Path] | None:
    found = ((placer, _program(placer.value)) for placer in Placer)
    return next(((placer, path) for placer, path in found if path), None)


def _packers() -> tuple[Path, ...]:
    if one := _program("fpga-as"):
        return (one,)
    two = _program("fasm2frames"), _program("xc7frames2bit")
    return tuple(path for path in two if path) if all(two) else ()


def _program(name: str) -> Path | None:
    """On the PATH, or where an installation puts it."""
    folders = [str(at / "bin") for at in _roots()] + [str(at) for at in _roots()]
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(folders))
    return Path(found) if found else None


def _roots() -> Iterable[Path]:
    told = os.environ.get("NEXTPNR_XILINX_DIR")
    return [*([Path(told)] if told else []), _SNAP, _OPT]


def _database() -> Path | None:
    told = os.environ.get(_DATABASES)
    beside = [at / "external/prjxray-db" for at in _roots()]
    every = [Path(told)] if told else beside
    return next((at / _FAMILY for at in every if (at / _FAMILY).is_dir()), None)


def _chip_names(part: str) -> tuple[str, str]:
    """Of a part's database: the fork's, by the package, and the other's, by the die.

    >>> _chip_names("xc7z020clg400-1")
    ('xc7z020clg400.bin', 'chipdb-xc7z020.bin')
    """
    die = re.match(r"xc7[a-z]\d+", part)
    return f"{part.split('-')[0]}.bin", f"chipdb-{die[0] if die else part}.bin"


def _told() -> list[Path]:
    return [Path(os.environ[name]) for name in _CHIPS if os.environ.get(name)]


def _chip_files() -> list[Path]:
    return [path for path in _told() if path.is_file()]


def _chip_folders() -> list[Path]:
    beside = [folder for at in _roots() for folder in (at / "chipdb", at.parent / "chipdb")]
    return [*(path for path in _told() if path.is_dir()), *beside]
