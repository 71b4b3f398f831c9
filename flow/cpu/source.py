# SPDX-License-Identifier: MIT
"""The C++ of a plan: a file for each stage, and one that wires them together."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tarsier_fpga.flow.cpu.logic import Load, Logic, Lut
from tarsier_fpga.flow.cpu.plan import AT_ONCE, Plan, Read, Stage
from tarsier_fpga.hls.base.templates import render

__all__ = ["HEADERS", "sources"]

_HERE = Path(__file__).parent
HEADERS = ("bits.hpp", "codes.hpp", "net.hpp", "rows.hpp")
_PART = 400  # functions in one of C++: the time to compile it grows faster than its length


@dataclass(frozen=True, slots=True)
class _Step:
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
    """What the templates know of a stage."""

    name: str
    lag: int
    reads: list[int]  # planes of a block
    writes: list[int]
    sources: list[dict[str, int]]
    targets: list[int]
    parts: list[list[_Step]] = field(default_factory=list)
    scratch: int = 0


def sources(plan: Plan) -> dict[str, str]:
    """Texts by file name, without the headers: engine.cpp and a stage<n>.cpp for each stage."""
    stages = [_written(plan, stage, f"stage{n}") for n, stage in enumerate(plan.stages)]
    texts = {
        f"{stage.name}.cpp": render(_HERE / "stage.cpp.j2", {}, stage=stage) for stage in stages
    }
    windows = [
        {
            "stored": window.stored,
            "kernel": window.kernel,
            "dilation": window.dilation,
            "rows": AT_ONCE + window.reach,
            "outside": "{" + ", ".join(map(str, window.outside)) + "}",
        }
        for window in plan.windows
    ]
    stored = [
        {
            "channels": stored.channels,
            "bits": stored.bits,
            "sign": int(stored.least < 0),
            "lag": stored.lag,
            "rows": AT_ONCE + stored.reach,
        }
        for stored in plan.stored
    ]
    texts["engine.cpp"] = render(
        _HERE / "engine.cpp.j2",
        {},
        at_once=AT_ONCE,
        radius=plan.radius,
        stored=stored,
        windows=windows,
        stages=stages,
        inputs=plan.inputs,
        outputs=plan.outputs,
    )
    return texts


def _written(plan: Plan, stage: Stage, name: str) -> _Written:
    def planes(read: Read) -> int:
        if not read.window:
            return plan.stored[read.index].planes
        window = plan.windows[read.index]
        return plan.stored[window.stored].planes * window.kernel

    written = _Written(
        name,
        stage.lag,
        [planes(read) for read in stage.reads],
        [plan.stored[write.stored].planes for write in stage.writes],
        [{"window": int(r.window), "index": r.index, "down": r.down} for r in stage.reads],
        [write.stored for write in stage.writes],
    )
    _Parts(stage).write(written)
    return written


class _Parts:
    """Cuts the logic of a stage into parts; what one makes and another needs goes by `scratch`."""

    def __init__(self, stage: Stage) -> None:
        self._logic: Logic = stage.logic
        luts = [n for n, node in enumerate(self._logic.nodes) if isinstance(node, Lut) and n]
        self._runs = [luts[at : at + _PART] for at in range(0, len(luts), _PART)] or [[]]
        self._stores: dict[int, list[_Step]] = {}
        for row, write in enumerate(stage.writes):
            for place, wire in enumerate(write.wires):
                step = _Step("store", wire >> 1, row, place, inverted=bool(wire & 1))
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
    ) -> Iterator[_Step]:
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
            yield _Step("lut", n, table=lut.table, inputs=lut.inputs)
            here.add(n)
            yield from self._stores.get(n, ())
            if self._last[n] > part:
                if not free:
                    free.append(to.scratch)
                    to.scratch += 1
                places[n] = free.pop()
                yield _Step("keep", n, place=places[n])

    def _read(self, n: int, here: set[int], places: dict[int, int]) -> Iterator[_Step]:
        if n in here or n == 0:
            return
        here.add(n)
        node = self._logic.nodes[n]
        if isinstance(node, Load):
            yield _Step("load", n, node.row, node.plane)
        else:
            yield _Step("recall", n, place=places[n])

    def _is_lut(self, n: int) -> bool:
        return n in self._part_of

    def _inputs(self, n: int) -> tuple[int, ...]:
        node = self._logic.nodes[n]
        return node.inputs if isinstance(node, Lut) else ()
