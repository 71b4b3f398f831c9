# SPDX-License-Identifier: MIT
"""The resources of a design: each distinct kernel synthesized by Yosys, and all of them added."""

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from tarsier_fpga.flow.board import Board, board_names, load_board
from tarsier_fpga.flow.design.design_facts import GRAPH, RTL, TOP, read_design, read_graph
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.flow.synth.counted import Counted, amounts
from tarsier_fpga.flow.synth.synth_facts import Part, Synthesis
from tarsier_fpga.flow.synth.yosys.pool import key_of, synthesize_all
from tarsier_fpga.flow.synth.yosys.run_yosys import TOOL, cells_of_top
from tarsier_fpga.flow.synth.yosys.timing import Timed, alone, arcs_of, longest
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.kernels import cost
from tarsier_fpga.hls.netlist.instance import Instance, rtl_sources
from tarsier_fpga.hls.netlist.netlist import Netlist
from tarsier_fpga.hls.netlist.rtl_top import rtl_top

__all__ = ["build"]


def build(folder: Path, board: Board, show: Show) -> Synthesis:
    """What Yosys makes of the design in `folder` for `board`.

    Raises:
        FlowError: there is no design, or it is not what its graph gives now, or not for `board`.
        ToolError: Yosys fails.
    """
    begin = time.monotonic()
    design = read_design(folder)
    _check_board(board, Family.of_part(design.part), design.board)
    show("reading the design", 0.0)
    netlist = _read_netlist(folder)
    stages = _stages(netlist, {f"u_{layer.name}": layer.stage for layer in design.layers})
    found = synthesize_all(
        [cell.instance for cell in netlist.cells],
        board.family,
        lambda kernel, done, note="": show("synthesizing", done),
    )
    show("timing", 1.0)
    timed = _timed(netlist, board.family)
    paths = [alone(arcs) for arcs, _ in timed]
    used = sum(found, Counted())
    shares = used.shares(board.resources)
    return Synthesis(
        tool=TOOL,
        board=board.name,
        part=board.part,
        clock_mhz=board.clock_mhz,
        timing=longest(netlist, timed),
        **amounts(used),
        utilisation=shares,
        fits=max(shares.values()) <= 1,
        layers=tuple(
            Part(
                name=cell.name.removeprefix("u_"),
                stage=stages[cell.name],
                **amounts(part),
                estimate=cost(cell.instance, board.family),
                delay_ns=path.ps / 1000,
                levels=path.luts,
            )
            for cell, part, path in zip(netlist.cells, found, paths, strict=True)
        ),
        estimate=design.estimate,
        seconds=round(time.monotonic() - begin, 1),
    )


def _timed(netlist: Netlist, family: Family) -> list[Timed]:
    """The arcs of each cell, those of equal kernels read once."""
    keys = [key_of(cell.instance) for cell in netlist.cells]
    distinct = dict(zip(keys, (cell.instance for cell in netlist.cells), strict=True))
    found = {key: arcs_of(kernel, family) for key, kernel in distinct.items()}
    return [found[key] for key in keys]


def _check_board(board: Board, family: Family, built_for: str) -> None:
    """Raise FlowError unless Yosys counts `board` as it does the one that the design is built for.

    A board of another family holds another design.
    """
    if board.family is not family:
        alike = [name for name in board_names() if load_board(name).family is family]
        raise FlowError(
            f"the design is built for {built_for}, of the family {family}, and {board.name} is"
            f" {board.family}: build it again with --board {board.name},"
            f" or choose among {', '.join(alike)}"
        )


def _read_netlist(folder: Path) -> Netlist:
    """The kernels of the design with the RTL as it lies in `folder`."""
    prepare_finn()
    netlist = stitch(read_graph(folder), TOP)
    try:
        texts = {path.name: path.read_text() for path in (folder / RTL).glob("*.sv")}
        cells = [
            replace(cell, instance=replace(cell.instance, sources=_own(cell.instance, texts)))
            for cell in netlist.cells
        ]
    except KeyError as missing:
        raise FlowError(f"{folder / RTL}: there is no {missing.args[0]}; build it again") from None
    if texts.get(f"{TOP}.sv") != rtl_top(netlist):
        raise FlowError(
            f"{folder / RTL / TOP}.sv is not what this version makes of {GRAPH}; build it again"
        )
    _check_top(netlist, texts)
    return replace(netlist, cells=tuple(cells))


def _own(kernel: Instance, texts: dict[str, str]) -> dict[str, str]:
    return {name: texts[name] for name in rtl_sources(kernel)}


def _check_top(netlist: Netlist, texts: dict[str, str]) -> None:
    """The sum of the kernels is the design only if nothing but wires is between them."""
    kernels = Counter(cell.instance.sv_module for cell in netlist.cells)
    found = cells_of_top(TOP, texts, kernels)
    if found != kernels:
        raise FlowError(f"{TOP} holds {found}, and its graph {dict(kernels)}; build it again")


def _stages(netlist: Netlist, stages: dict[str, str]) -> dict[str, str]:
    """The stage of each cell; a FIFO belongs to the kernel that reads it."""
    reader = {
        cell.streams[p.name]: cell.name for cell in netlist.cells for p in cell.instance.inputs
    }
    found = dict(stages)
    for cell in reversed(netlist.cells):
        if cell.name not in found:
            found[cell.name] = found[reader[cell.streams[cell.instance.outputs[0].name]]]
    return found
