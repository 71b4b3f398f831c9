# SPDX-License-Identifier: MIT
"""From a design to the bitstream of a Zynq-7000 board, step by step:

    synthesize    shell and design as a netlist of 7 series cells
    place         and route it, and if the clock is missed once more from another start
    pack          the bitstream

What each step made is kept by content.
"""

import json
import time
from pathlib import Path

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.design.design_facts import read_design
from tarsier_fpga.flow.shell.zynq import SYSTEM, system_sources, zynq_files, zynq_shell
from tarsier_fpga.flow.synth.counted import Counted, amounts, count
from tarsier_fpga.flow.synth.nextpnr.pnr_report import Report, read_report
from tarsier_fpga.flow.synth.openxc7.guards import (
    check_block_rams,
    check_carry,
    ninth_bits,
    placed_cells,
)
from tarsier_fpga.flow.synth.openxc7.install import Install, find_install, version_of
from tarsier_fpga.flow.synth.openxc7.xc7_tools import (
    YOSYS,
    cells_of,
    pack,
    place_and_route,
    synthesize,
)
from tarsier_fpga.flow.synth.synth_facts import Synthesis
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.files import write_together
from tarsier_fpga.hls.base.progress import Show

__all__ = ["BITSTREAM", "build"]

BITSTREAM = f"{SYSTEM}.bit"
_SEEDS = (1, 2, 3)  # of placements, which differ by some percent
_BESIDE = ("PS7", "BUFG", "OBUF", "IBUF")  # the logic


def build(folder: Path, board: Board, out: Path, show: Show) -> Synthesis:
    """What the tools make of the design in `folder`; the bitstream and its logs in `out`.

    An interrupted call goes on after the last step that ended.

    Raises:
        FlowError: the board is no Zynq-7000, the design has no place in the shell or does not fit
            the device, its clock is not reached, or its bitstream would not work.
        ToolError: a tool is missing or fails.
    """
    begin = time.monotonic()
    design = read_design(folder)
    shell = zynq_shell(folder, design, board)
    install = find_install(board.part)
    hosts = zynq_files(design, shell)

    netlist = synthesize(SYSTEM, system_sources(folder, design, shell, board), out, show)
    cells = cells_of(netlist)
    used = count({kind: number for kind, number in cells.items() if kind not in _BESIDE})
    _check_amounts(used, board, design.net)
    check_carry(used, board, folder, design)
    placed, report = _placed(install, netlist, board, placed_cells(cells), out, show)
    made = {path.name: path for made in (netlist, placed) for path in made.iterdir()}
    kept = ("netlist.v", "yosys.log", "nextpnr.log", "report.json", "pins.xdc", "system.fasm")
    out.mkdir(exist_ok=True)
    for name in (BITSTREAM, *hosts):  # of an earlier design
        (out / name).unlink(missing_ok=True)
    write_together({out / name: made[name].read_bytes() for name in kept})
    clock = report.clock
    if not clock.reached:
        raise FlowError(
            f"{design.net} on {board.name} misses its clock: {clock.achieved:.1f} of"
            f" {clock.constraint:g} MHz at the best of {len(_SEEDS)} placements by nextpnr's"
            f" estimate; the slowest path ends in {report.slowest}, see {out / 'nextpnr.log'};"
            " a lower rate folds the network into shorter paths, and a board file of yours may ask"
            " for a lower clock_mhz"
        )
    with (placed / "system.fasm").open() as fasm:
        netlist_facts = json.loads((netlist / "netlist.json").read_text())
        check_block_rams(fasm, ninth_bits(netlist_facts), install.placer.value)
    packed = pack(install, placed, board, out, show)
    write_together(
        {out / BITSTREAM: (packed / BITSTREAM).read_bytes()}
        | {out / name: text for name, text in hosts.items()}
    )
    files = tuple(f"{out.name}/{name}" for name in (BITSTREAM, *hosts, *kept))
    return Synthesis(
        tool=f"{YOSYS}, {install.placer.value} {version_of(install.program)} and"
        f" {' and '.join(path.name for path in install.packers)}",
        board=board.name,
        part=board.part,
        clock_mhz=clock.constraint,
        fmax_mhz=round(clock.achieved, 2),
        **amounts(used),
        utilisation=used.shares(board.resources),
        fits=True,
        seconds=round(time.monotonic() - begin, 1),
        files=files,
    )


def _check_amounts(used: Counted, board: Board, net: str) -> None:
    """Raise FlowError if the device has too few of anything."""
    lacking = [
        board.family.amounts(name, getattr(used, name), have)
        for name, have in board.resources
        if getattr(used, name) > have
    ]
    if lacking:
        raise FlowError(
            f"{net} does not fit {board.name} with its shell: it needs {', '.join(lacking)};"
            " a lower rate or a smaller frame takes less"
        )


def _placed(
    install: Install, netlist: Path, board: Board, cells: int, out: Path, show: Show
) -> tuple[Path, Report]:
    """The first placement that reaches its clock, or else the fastest, and its report."""
    tried = []
    for seed in _SEEDS:
        folder = place_and_route(install, netlist, board, cells, seed, out, show)
        tried.append((folder, read_report(folder / "report.json")))
        if tried[-1][1].clock.reached:
            return tried[-1]
    return max(tried, key=lambda one: one[1].clock.achieved)
