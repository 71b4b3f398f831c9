# SPDX-License-Identifier: MIT
"""The longest paths of a mapped netlist: from each signal, and from registers, to each other.

Wires take no time. A signal is a port without its direction, its bits are taken together, and each
is as late as the latest: a path that no bit takes may be counted, and none is missed.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

from tarsier_fpga.flow.synth.yosys.delays import Cell, primitives
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["REGISTER", "Arcs", "Cost", "between", "in_order", "signal", "worst"]

REGISTER = ""  # where paths begin and end that are not at a signal
_CLOCK = "clk_i"
_LUTS = ("LUT", "INV", "RAM", "SRL")  # read without a clock, each is one
_CHAIN = ("S", "DI", "CYINIT")  # how a carry chain is entered

Node = TypeVar("Node", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Cost:
    """A way through logic: its delay, its LUTs, and the carry chains that it enters."""

    ps: int = 0
    luts: int = 0
    chains: int = 0

    def __add__(self, more: "Cost") -> "Cost":
        return Cost(self.ps + more.ps, self.luts + more.luts, self.chains + more.chains)


Arcs = dict[tuple[str, str], Cost]  # from a signal or REGISTER to another


def worst(one: Cost, other: Cost) -> Cost:
    """The most of each, whichever way has it.

    >>> worst(Cost(700, 1), Cost(200, 2))
    Cost(ps=700, luts=2, chains=0)
    """
    return Cost(max(one.ps, other.ps), max(one.luts, other.luts), max(one.chains, other.chains))


def signal(port: str) -> str:
    """The name of a port without its direction.

    >>> signal("x_ready_o"), signal("rst_ni")
    ('x_ready', 'rst_n')
    """
    return port.removesuffix("i").removesuffix("o").removesuffix("_")


def between(module: Mapping) -> tuple[Arcs, tuple[str, ...]]:
    """All arcs of a module as Yosys writes it, and the types of its cells without delays.

    Raises:
        FlowError: a loop leads through no register.
    """
    logic = _Logic(module["cells"].values())
    starts, ends = {REGISTER: logic.launch}, {REGISTER: logic.capture}
    for name, port in module["ports"].items():
        if name != _CLOCK:
            side = starts if port["direction"] == "input" else ends
            side[signal(name)] = {bit: 0 for bit in port["bits"] if isinstance(bit, int)}
    graph: dict[int, list[int]] = {net: [] for first in starts.values() for net in first}
    graph |= {net: [source for source, _ in ways] for net, ways in logic.into.items()}
    order = in_order(graph)
    arcs: Arcs = {}
    for source, first in starts.items():
        reached = _reached(order, logic.into, first)
        for target, last in ends.items():
            found = [reached[net] + Cost(ps) for net, ps in last.items() if net in reached]
            if found:
                arcs[source, target] = reduce(worst, found)
    return arcs, tuple(sorted(logic.untimed))


def in_order(graph: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """The nodes of `graph`, each behind those that it follows.

    Raises:
        FlowError: they follow each other in a ring.
    """
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as ring:
        way = " -> ".join(map(str, ring.args[1]))
        raise FlowError(f"a loop without a register has no longest path: {way}") from None


class _Logic:
    """Cells by their nets: the ways into each net, and in ps where paths begin and end."""

    def __init__(self, cells: Iterable[Mapping]) -> None:
        self.into: dict[int, list[tuple[int, Cost]]] = {}
        self.launch: dict[int, int] = {}
        self.capture: dict[int, int] = {}
        self.untimed: set[str] = set()
        known = primitives()
        for cell in cells:
            kind = cell["type"]
            if kind.startswith("$"):  # no hardware
                continue
            if kind not in known:
                self.untimed.add(kind)
            self._add(kind, known.get(kind, Cell()), cell)

    def _add(self, kind: str, delays: Cell, cell: Mapping) -> None:
        nets, lut = cell["connections"], kind.startswith(_LUTS)
        register = not delays.through or bool(delays.launch)
        for port, way in cell["port_directions"].items():
            for bit, net in enumerate(nets.get(port, ())):
                pin = port, bit
                if not isinstance(net, int):
                    continue
                if way == "output":
                    if register:
                        self.launch[net] = delays.launch.get(pin, 0)
                elif pin in delays.through:
                    for (end, index), ps in delays.through[pin].items():
                        if index < len(nets.get(end, ())) and isinstance(nets[end][index], int):
                            cost = Cost(ps, int(lut), int(port in _CHAIN and "CARRY" in kind))
                            self.into.setdefault(nets[end][index], []).append((net, cost))
                elif register and pin not in delays.capture:
                    self.capture.setdefault(net, 0)
                if pin in delays.capture:
                    self.capture[net] = max(delays.capture[pin], self.capture.get(net, 0))


def _reached(order: list[int], into: Mapping, first: Mapping[int, int]) -> dict[int, Cost]:
    """Every net that paths from the nets of `first` lead to, at its worst."""
    reached: dict[int, Cost] = {}
    for net in order:
        ways = [reached[source] + cost for source, cost in into.get(net, ()) if source in reached]
        if net in first:
            ways.append(Cost(first[net]))
        if ways:
            reached[net] = reduce(worst, ways)
    return reached
