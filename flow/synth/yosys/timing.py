# SPDX-License-Identifier: MIT
"""The longest path of a design before place and route, through as many kernels as it leads.

Each distinct kernel is reduced to its arcs once, and they are joined where kernels share a stream:
valid and data go one way, ready the other. Outside the design there is a register at every port.
"""

import gzip
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import reduce
from pathlib import Path

from tarsier_fpga.flow.synth.synth_facts import Timing
from tarsier_fpga.flow.synth.yosys import delays, sta
from tarsier_fpga.flow.synth.yosys.run_yosys import NETLIST, mapped
from tarsier_fpga.flow.synth.yosys.sta import REGISTER, Arcs, Cost, worst
from tarsier_fpga.hls.base.cache import content_key, made_once
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.netlist.instance import Instance
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist

__all__ = ["Timed", "alone", "arcs_of", "longest"]

_ARCS = "arcs.json"

Timed = tuple[Arcs, tuple[str, ...]]  # with the types of cells that have no delays

_Node = tuple[str, str]  # a stream or a cell, and which signal of it
_Way = tuple[_Node, tuple[Cost, str]]  # from where, at what cost, through which cell
_BEGIN, _END = ("", "launch"), ("", "capture")  # registers


@dataclass(frozen=True, slots=True)
class _Path:
    """The worst way to a signal; cells of the slowest one, and of the one with the most LUTs."""

    cost: Cost
    slowest: tuple[str, ...] = ()
    deepest: tuple[str, ...] = ()


def arcs_of(kernel: Instance, family: Family) -> Timed:
    """The arcs of one kernel between its signals, kept by content; it must map.

    Raises:
        ToolError: Yosys refuses it.
        FlowError: it has a loop without a register.
    """
    folder = mapped(kernel, family)
    code = [Path(str(module.__file__)).read_bytes() for module in (delays, sta)]

    def make(kept: Path) -> None:
        netlist = json.loads(gzip.decompress((folder / NETLIST).read_bytes()))
        arcs, untimed = sta.between(netlist["modules"]["top"])
        table = [[*ends, *astuple(cost)] for ends, cost in arcs.items()]
        (kept / _ARCS).write_text(json.dumps({"arcs": table, "untimed": untimed}))

    found = made_once("timed", content_key([folder.name, *code]), make)
    facts = json.loads((found / _ARCS).read_text())
    arcs = {(source, target): Cost(*cost) for source, target, *cost in facts["arcs"]}
    return arcs, tuple(facts["untimed"])


def alone(arcs: Arcs) -> Cost:
    """The longest path of one kernel with a register at every port."""
    launch = _launch()
    paths = (cost if source == REGISTER else launch + cost for (source, _), cost in arcs.items())
    return reduce(worst, paths, Cost())


def longest(netlist: Netlist, timed: Sequence[Timed]) -> Timing:
    """The longest path between two registers of `netlist`; `timed` are its cells in order.

    Raises:
        FlowError: kernels form a loop without a register.
    """
    ways = _ways(netlist, [arcs for arcs, _ in timed])
    reached = {_BEGIN: _Path(Cost())}
    for node in sta.in_order({to: [source for source, _ in into] for to, into in ways.items()}):
        if node != _BEGIN:
            paths = [_along(reached[source], *way) for source, way in ways.get(node, ())]
            # What nothing of the design drives comes from a register outside.
            reached[node] = reduce(_either, paths) if paths else _Path(_launch())
    end = reached[_END]
    return Timing(
        delay_ns=end.cost.ps / 1000,
        levels=end.cost.luts,
        adders=end.cost.chains,
        path=tuple(cell.removeprefix("u_") for cell in end.slowest),
        deepest=tuple(cell.removeprefix("u_") for cell in end.deepest),
        untimed=tuple(sorted({kind for _, untimed in timed for kind in untimed})),
        delays=delays.SOURCE,
    )


def _ways(netlist: Netlist, arcs: Sequence[Arcs]) -> dict[_Node, list[_Way]]:
    """What leads into each signal, at what cost, and through which cell."""
    ways: dict[_Node, list[_Way]] = {_END: []}
    for cell, found in zip(netlist.cells, arcs, strict=True):
        for (source, target), cost in found.items():
            begin = _BEGIN if source == REGISTER else _node(cell, source)
            end = _END if target == REGISTER else _node(cell, target)
            ways.setdefault(end, []).append((begin, (cost, cell.name)))
    # Whatever is late is a path to a register, at the latest outside.
    ways[_END] += [(node, (Cost(), "")) for node in ways if node != _END]
    return ways


def _node(cell: Cell, name: str) -> _Node:
    """A signal of a cell by its stream, of the cell alone if it has none."""
    port, _, what = name.rpartition("_")
    return (cell.streams[port], what) if port in cell.streams else (cell.name, name)


def _along(path: _Path, cost: Cost, cell: str) -> _Path:
    def through(cells: tuple[str, ...]) -> tuple[str, ...]:
        return cells if cell in ("", *cells[-1:]) else (*cells, cell)

    return _Path(path.cost + cost, through(path.slowest), through(path.deepest))


def _either(one: _Path, other: _Path) -> _Path:
    return _Path(
        worst(one.cost, other.cost),
        max(one, other, key=lambda path: path.cost.ps).slowest,
        max(one, other, key=lambda path: path.cost.luts).deepest,
    )


def _launch() -> Cost:
    return Cost(max(delays.primitives()["FDRE"].launch.values()))
