# SPDX-License-Identifier: MIT
"""The proof of a case as one SystemVerilog module around the kernel."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.hls.base.templates import render
from tarsier_fpga.hls.describe.proof_case import Case, Induction
from tarsier_fpga.hls.netlist.instance import sv_literal
from tarsier_fpga.hls.prove.meaning import Lane, Source, meaning

__all__ = ["FORMAL", "proof_top"]

FORMAL = Path(__file__).parents[1] / "formal"


@dataclass(frozen=True, slots=True)
class Port:
    """A stream of the kernel and the widths that the properties need."""

    name: str
    width: int
    beats: int
    units: int

    @property
    def place_width(self) -> int:
        return max(1, (self.beats - 1).bit_length())

    @property
    def lead_width(self) -> int:
        return (self.beats * self.units - 1).bit_length() + 2


@dataclass(frozen=True, slots=True)
class Row:
    """One beat of an output: the beats of each input that it needs; its lanes, highest first."""

    needs: Mapping[str, int]
    lanes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One choice of a decision diagram."""

    name: str
    bit: int
    zero: str
    one: str


@dataclass(frozen=True, slots=True)
class Function:
    """A truth table as a decision diagram in which equal parts are shared."""

    name: str
    bits: int
    width: int
    nodes: tuple[Node, ...]


def proof_top(case: Case) -> str:
    """The text of module `proof`."""
    functions: dict[tuple, Function] = {}
    outputs = []
    for name, beats in (meaning(case) if case.golden else {}).items():
        width = case.outputs[name].width
        port = _port(case, name)
        rows = [
            Row(needs, tuple(_lane(case, name, lane, width, functions) for lane in reversed(lanes)))
            for needs, lanes in zip(_needs(case, beats), beats, strict=True)
        ]
        outputs.append(
            {
                **{key: getattr(port, key) for key in ("name", "width", "beats", "place_width")},
                "rows": rows,
                "enough": [_enough(case, name, x) for x in case.inputs],
                "due": [_due(case, name, x) for x in case.inputs],
            }
        )
    names = [(s.name, "io") for s in case.instance.inputs]
    names += [(s.name, "oi") for s in case.instance.outputs]
    own = f"{case.kernel}.svh"
    return render(
        Path(__file__).with_name("top.sv.j2"),
        {"literal": sv_literal},
        name=case.name,
        kernel=case.instance,
        inputs=[_port(case, name) for name in case.inputs],
        outputs=outputs,
        functions=list(functions.values()),
        in_place=case.in_place,
        bounded=not isinstance(case.way, Induction),
        registers=case.registers,
        units=case.units,
        unit_width=(case.units - 1).bit_length(),
        patience=case.patience,
        offered=[f"{s.name}_valid_i" for s in case.instance.inputs],
        willing=[f"{s.name}_ready_i" for s in case.instance.outputs],
        moves=[f"({n}_valid_{io[0]} && {n}_ready_{io[1]})" for n, io in names],
        invariants=own if case.invariants or (FORMAL / own).is_file() else "",
    )


def _port(case: Case, name: str) -> Port:
    shape = {**case.inputs, **case.outputs}[name]
    return Port(name, shape.lanes * shape.width, shape.beats, case.units)


def _needs(case: Case, beats: list[list[Lane]]) -> list[dict[str, int]]:
    """The beats of each input that must be there for each beat of an output, in its order."""
    needs = dict.fromkeys(case.inputs, 0)
    rows = []
    for lanes in beats:
        for source in (source for lane in lanes for source in lane.sources):
            needs[source.stream] = max(needs[source.stream], source.beat + 1)
        rows.append(dict(needs))
    return rows


def _enough(case: Case, y: str, x: str) -> str:
    offered = f" + $signed({{1'b0, {x}_valid_i}})" if case.in_place else ""
    return f"{y}_{x}_lead{offered} >= {y}_{x}_need"


def _due(case: Case, y: str, x: str) -> str:
    if not case.eager:
        return f"{y}_{x}_lead >= {case.inputs[x].beats}"
    return f"{y}_{x}_lead >= 1 && {y}_{x}_lead >= {y}_{x}_need"


def _lane(case: Case, y: str, lane: Lane, width: int, functions: dict[tuple, Function]) -> str:
    """A lane as an expression over the unit's input beats."""
    if not lane.sources:
        return f"{width}'d{lane.table[0]}"
    bits = [_slice(case, y, source) for source in reversed(lane.sources)]
    together = f"{{{', '.join(bits)}}}"
    if len(lane.table) == 1 << width and lane.table == tuple(range(len(lane.table))):
        return together
    key = (lane.table, width)
    if key not in functions:
        functions[key] = _function(f"table_{len(functions)}", lane.table, width)
    return f"{functions[key].name}({together})"


def _slice(case: Case, y: str, source: Source) -> str:
    width = case.inputs[source.stream].width
    return f"{y}_{source.stream}[{source.beat}][{source.lane * width} +: {width}]"


def _function(name: str, table: tuple[int, ...], width: int) -> Function:
    """`table` decided from the highest index bit down."""
    nodes: list[Node] = []
    seen: dict[tuple[int, ...], str] = {}

    def decide(part: tuple[int, ...]) -> str:
        if len(set(part)) == 1:
            return f"{width}'d{part[0]}"
        if part not in seen:
            half = len(part) // 2
            zero, one = decide(part[:half]), decide(part[half:])
            node = Node(f"n{len(nodes)}", half.bit_length() - 1, zero, one)
            if zero == one:
                return zero
            nodes.append(node)
            seen[part] = node.name
        return seen[part]

    decide(table)
    return Function(name, (len(table) - 1).bit_length(), width, tuple(nodes))
