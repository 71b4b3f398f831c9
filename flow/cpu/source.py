# SPDX-License-Identifier: MIT
"""The C++ of a plan: a file for each stage, and one that wires them together."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tarsier_fpga.flow.cpu.logic import Load, Logic, Lut
from tarsier_fpga.flow.cpu.plan import Plan, Stored, View
from tarsier_fpga.flow.cpu.stage import Enlarge, Read, Stage, steps
from tarsier_fpga.hls.base.templates import render

__all__ = ["ENGINE", "FOR_ALL", "HEADERS", "sources"]

_HERE = Path(__file__).parent
ENGINE = "engine.cpp"
FOR_ALL = "net.cpp"  # what every network is linked with
HEADERS = ("bits.hpp", "codes.hpp", "rows.hpp", "schedule.hpp", "steps.hpp", "worker.hpp")
_PART = 400  # functions in one of C++: the time to compile it grows faster than its length


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of C++, as the template knows it by its kind."""

    kind: str
    node: int
    row: int = 0
    place: int = 0
    table: int = 0
    inputs: tuple[int, ...] = ()
    inverted: bool = False


@dataclass
class _Written:
    """What the templates know of a stage: planes of a block that it reads and writes, its parts."""

    name: str
    reads: list[int]
    writes: list[int]
    parts: list[list[_Line]] = field(default_factory=list)
    scratch: int = 0


@dataclass(frozen=True, slots=True)
class _Entry:
    """A step in the table of all; `planes` is for one that lays pixels out."""

    number: int
    writes: list[int]
    reads: list[dict[str, int]] = field(default_factory=list)
    make: str = ""
    scratch: int = 0
    factor: int = 0
    planes: list[int] = field(default_factory=list)


def sources(plan: Plan) -> Iterator[tuple[str, str]]:
    """File names and texts, without the headers, as they are made: of each stage, then ENGINE."""
    entries = [_Entry(number, [place]) for number, place in enumerate(plan.inputs)]
    stages: list[_Written] = []
    for step in steps(plan):
        number = len(entries)
        if isinstance(step, Enlarge):
            entries.append(_enlarging(plan, step, number))
            continue
        stage = _written(plan, step, f"stage{len(stages)}")
        reads = [{"view": int(r.view), "index": r.index, "down": r.down} for r in step.reads]
        writes = [write.stored for write in step.writes]
        entries.append(_Entry(number, writes, reads, stage.name, stage.scratch))
        stages.append(stage)
        yield f"{stage.name}.cpp", render(_HERE / "stage.cpp.j2", {}, stage=stage)
    yield (
        ENGINE,
        render(
            _HERE / "engine.cpp.j2",
            {},
            stored=[_stored(stored) for stored in plan.stored],
            views=[_view(view) for view in plan.views],
            stages=stages,
            steps=entries,
            inputs=plan.inputs,
            outputs=plan.outputs,
        ),
    )


def _stored(stored: Stored) -> dict[str, int]:
    return {"channels": stored.channels, "bits": stored.bits, "sign": int(stored.least < 0)}


def _view(view: View) -> dict[str, Any]:
    return {
        "stored": view.stored,
        "stride": view.stride,
        "taps": ["{" + f"{plane}, {right}" + "}" for plane, right in view.taps],
        "outside": view.outside,
    }


def _enlarging(plan: Plan, step: Enlarge, number: int) -> _Entry:
    target, factor = plan.stored[step.target], step.how.factor
    planes = [
        step.how.source(channel, i, j) * target.bits + bit
        for i in range(factor)
        for channel in range(target.channels)
        for bit in range(target.bits)
        for j in range(factor)
    ]
    reads = [{"view": 0, "index": step.source, "down": 0}]
    return _Entry(number, [step.target], reads, factor=factor, planes=planes)


def _written(plan: Plan, stage: Stage, name: str) -> _Written:
    def planes(read: Read) -> int:
        return len(plan.views[read.index].taps) if read.view else plan.stored[read.index].planes

    written = _Written(
        name,
        [planes(read) for read in stage.reads],
        [plan.stored[write.stored].planes for write in stage.writes],
    )
    _Parts(stage).write(written)
    return written


class _Parts:
    """Cuts the logic of a stage into parts; what one makes and another needs goes by `scratch`."""

    def __init__(self, stage: Stage) -> None:
        self._logic: Logic = stage.logic
        luts = [n for n, node in enumerate(self._logic.nodes) if isinstance(node, Lut) and n]
        self._runs = [luts[at : at + _PART] for at in range(0, len(luts), _PART)] or [[]]
        self._stores: dict[int, list[_Line]] = {}
        for row, write in enumerate(stage.writes):
            for place, wire in enumerate(write.wires):
                step = _Line("store", wire >> 1, row, place, inverted=bool(wire & 1))
                self._stores.setdefault(wire >> 1, []).append(step)
        self._part_of = {n: part for part, run in enumerate(self._runs) for n in run}
        self._last = dict(self._part_of)
        for n, part in self._part_of.items():
            for source in self._inputs(n):
                self._last[source] = max(self._last.get(source, 0), part)

    def write(self, written: _Written) -> None:
        free: list[int] = []
        places: dict[int, int] = {}
        for part, run in enumerate(self._runs):
            written.parts.append(list(self._steps(part, run, places, free, written)))
            for n in [n for n in places if self._last[n] == part]:
                free.append(places.pop(n))

    def _steps(
        self, part: int, run: list[int], places: dict[int, int], free: list[int], to: _Written
    ) -> Iterator[_Line]:
        here: set[int] = set()
        if part == 0:  # what is stored as it came in, or is constant
            for n in [n for n in self._stores if not self._is_lut(n)]:
                yield from self._read(n, here, places)
                yield from self._stores[n]
        for n in run:
            lut = self._logic.nodes[n]
            assert isinstance(lut, Lut)
            for source in lut.inputs:
                yield from self._read(source, here, places)
            yield _Line("lut", n, table=lut.table, inputs=lut.inputs)
            here.add(n)
            yield from self._stores.get(n, ())
            if self._last[n] > part:
                if not free:
                    free.append(to.scratch)
                    to.scratch += 1
                places[n] = free.pop()
                yield _Line("keep", n, place=places[n])

    def _read(self, n: int, here: set[int], places: dict[int, int]) -> Iterator[_Line]:
        if n in here or n == 0:
            return
        here.add(n)
        node = self._logic.nodes[n]
        if isinstance(node, Load):
            yield _Line("load", n, node.row, node.plane)
        else:
            yield _Line("recall", n, place=places[n])

    def _is_lut(self, n: int) -> bool:
        return n in self._part_of

    def _inputs(self, n: int) -> tuple[int, ...]:
        node = self._logic.nodes[n]
        return node.inputs if isinstance(node, Lut) else ()
