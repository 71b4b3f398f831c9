# SPDX-License-Identifier: MIT
"""From a design to the bitstream of a bare board, step by step:

    synthesize    system and design as a netlist of ECP5 cells
    place         and route it, and if the clock is missed once more from another start
    pack          the bitstream

What each step made is kept by content.
"""

import time
from pathlib import Path

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.design.design_facts import Design, read_design
from tarsier_fpga.flow.synth.counted import amounts
from tarsier_fpga.flow.synth.nextpnr.pins import lpf
from tarsier_fpga.flow.synth.nextpnr.pnr_report import Report, read_report
from tarsier_fpga.flow.synth.nextpnr.pnr_tools import TOOL, pack, place_and_route, synthesize
from tarsier_fpga.flow.synth.nextpnr.system import TOP, System, check_board, sources, system
from tarsier_fpga.flow.synth.synth_facts import Synthesis
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.files import json_bytes, write_together
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.base.progress import Show

__all__ = ["build"]

BITSTREAM, LINK = f"{TOP}.bit", "link.json"
_SEEDS = (1, 2, 3)  # of placements, which differ by some percent


def build(folder: Path, board: Board, out: Path, show: Show) -> Synthesis:
    """What Yosys and nextpnr make of the design in `folder`; the bitstream and its logs in `out`.

    An interrupted call goes on after the last step that ended.

    Raises:
        FlowError: the board is no ECP5, the design does not fit it, or its clock is not reached.
        ToolError: a tool fails.
    """
    begin = time.monotonic()
    design = read_design(folder)
    check_board(board)
    facts = system(folder, design, board)
    texts = sources(folder, board, facts)
    pins = lpf(board)

    netlist = synthesize(TOP, texts, out, show)
    placed, report = _placed(netlist, board, pins, out, show)
    made = {path.name: path for made in (netlist, placed) for path in made.iterdir()}
    kept = ("netlist.v", "yosys.log", "nextpnr.log", "report.json", "pins.lpf")
    out.mkdir(exist_ok=True)
    write_together({out / name: made[name].read_bytes() for name in kept})
    clock = report.clock
    if not clock.reached:
        for name in (BITSTREAM, LINK):  # of an earlier design
            (out / name).unlink(missing_ok=True)
        raise FlowError(
            f"{design.net} on {board.name} misses its clock: {clock.achieved:.1f} of"
            f" {clock.constraint:g} MHz at the best of {len(_SEEDS)} placements; the slowest path"
            f" ends in {report.slowest}, see {out / 'nextpnr.log'};"
            " a lower rate folds the network into shorter paths"
        )
    packed = pack(placed, out, show)
    link = json_bytes(_link(design, board, facts))
    write_together({out / LINK: link, out / BITSTREAM: (packed / BITSTREAM).read_bytes()})
    files = tuple(f"{out.name}/{name}" for name in (BITSTREAM, LINK, *kept))
    return _synthesis(board, report, round(time.monotonic() - begin, 1), files)


def _placed(netlist: Path, board: Board, pins: str, out: Path, show: Show) -> tuple[Path, Report]:
    """The first placement that reaches its clock, or else the fastest, and its report."""
    tried = []
    for seed in _SEEDS:
        folder = place_and_route(netlist, board, pins, seed, out, show)
        tried.append((folder, read_report(folder / "report.json")))
        if tried[-1][1].clock.reached:
            return tried[-1]
    return max(tried, key=lambda one: one[1].clock.achieved)


def _synthesis(board: Board, report: Report, seconds: float, files: tuple[str, ...]) -> Synthesis:
    used = report.resources
    shares = used.shares(board.resources)
    return Synthesis(
        tool=TOOL,
        board=board.name,
        part=board.part,
        clock_mhz=report.clock.constraint,
        fmax_mhz=round(report.clock.achieved, 2),
        **amounts(used),
        utilisation=shares,
        fits=True,
        seconds=seconds,
        files=files,
    )


def _link(design: Design, board: Board, facts: System) -> dict[str, object]:
    """What a host must know to send frames to the board."""
    return {
        "board": board.name,
        "net": design.net,
        "design": facts.number,
        "baud": facts.baud,
        "width": design.width,
        "height": design.height,
        "x": _sent(design, design.x),
        "y": _sent(design, design.y),
    }


def _sent(design: Design, port: Port) -> dict[str, object]:
    """A frame of `port` as a payload holds it; width and height are of its packed pixels."""
    height, width, channels = design.shape(port)
    return {
        "width": width,
        "height": height,
        "channels": channels,
        "bits": port.bits,
        "signed": port.signed,
    }
