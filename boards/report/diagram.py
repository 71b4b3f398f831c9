# SPDX-License-Identifier: MIT
"""The graph of a design as SVG: read downwards, a kernel a row, its skips in lanes beside it.

A stream to the next row goes straight down. Every other one leaves its row to the left, goes down
a lane of its own, and comes back in; short ones are inside of long ones. Rows are indented by how
coarse their frames are, so that a U-Net is the shape it is named after. The drawing is as wide as
a phone, and is cut into columns that stand side by side where there is room.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate, pairwise
from math import ceil, log2

__all__ = ["Block", "Outside", "Wire", "draw"]

_WIDTH = 320  # of a column, of which lanes take no more than _LANES
_LANES, _PITCH, _FIRST = 96, 12, 6
_INDENT, _LEAST = 12, 170  # a scale to the next; of a box
_HEIGHT, _GAP, _FIFO = 40, 16, 20  # of a box; above it, and what a FIFO adds to half of that
_COLUMN, _ABREAST = 900, 3  # the height of a column, and columns side by side
_CORNER = 5


@dataclass(frozen=True, slots=True)
class Block:
    """One kernel: what it does, how it is folded, and the share of a frame's cycles it works.

    `step` is how many pixels of the first input one of its pixels is wide, `size` the rows and
    columns of its frames.
    """

    name: str
    op: str
    fold: str
    cycles: int
    load: float
    step: float = 1.0
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Outside:
    """Where a stream comes from outside, or goes to, and what its pixels are."""

    name: str
    pixels: str
    step: float = 1.0
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Wire:
    """A stream from row `source` to row `target`; `depth` None: no FIFO on it."""

    source: int
    target: int
    depth: int | None = None
    high_water: int | None = None


def draw(rows: Sequence[Block | Outside], wires: Sequence[Wire]) -> str:
    """HTML of `rows`, each below those it reads, and the `wires` between them."""
    plan = _Plan(rows, wires)
    parts = [(*plan.wire_span(number), plan.wire(number)) for number, _ in enumerate(wires)]
    for index, row in enumerate(rows):
        top = plan.tops[index]
        parts.append((top - _GAP, top + _HEIGHT, plan.row(index, row)))
    for number, y in plan.fifos.items():
        parts.append((y - _FIFO / 2, y + _FIFO / 2, plan.fifo(number, y)))
    columns = "".join(
        f'<svg viewBox="0 {top:g} {_WIDTH} {bottom - top:g}" width="{_WIDTH}">'
        + "".join(text for begin, end, text in parts if begin < bottom and end > top)
        + "</svg>"
        for top, bottom in plan.columns()
    )
    kernels = sum(isinstance(row, Block) for row in rows)
    return (
        f'<div class="pipeline" role="img" aria-label="Graph of {kernels} kernels">'
        '<svg class="tips"><defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" '
        'markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
        f"</svg>{columns}</div>"
    )


class _Plan:
    """Where everything is."""

    def __init__(self, rows: Sequence[Block | Outside], wires: Sequence[Wire]) -> None:
        self.rows, self.wires = rows, wires
        self.lanes = _lanes(wires)
        count = max(self.lanes.values(), default=-1) + 1
        self.pitch = min(_PITCH, _LANES / max(count, 1))
        self.left = _FIRST + self.pitch * count + (_FIRST if count else 0)
        finest = min(row.step for row in rows)
        levels = [log2(row.step / finest) for row in rows]
        room = (_WIDTH - self.left - _LEAST) / max(1.0, *levels)
        self.lefts = [self.left + min(_INDENT, room) * level for level in levels]
        held: dict[int, list[int]] = {index: [] for index, _ in enumerate(rows)}
        for number, wire in enumerate(wires):
            if wire.depth is not None:
                held[wire.target].append(number)
        gaps = [max(_GAP, _GAP / 2 + _FIFO * len(held[index])) for index, _ in enumerate(rows)]
        heights = [gap + _HEIGHT for gap in gaps]
        ends = list(accumulate(heights))
        self.height = ends[-1] + _GAP
        self.tops = [end - _HEIGHT for end in ends]
        self.starts = [end - height for end, height in zip(ends, heights, strict=True)]
        self.fifos = {
            number: self.tops[index] - 6 - _FIFO * (place + 0.5)
            for index, numbers in held.items()
            for place, number in enumerate(numbers)
        }

    def columns(self) -> list[tuple[float, float]]:
        """Top and bottom of each, cut between rows; whole lines of them where there are many."""
        count = min(_ABREAST, ceil(self.height * 2 / _COLUMN))
        if self.height > _ABREAST * _COLUMN:
            count = _ABREAST * ceil(self.height / (_ABREAST * _COLUMN))
        cuts = [
            min(self.starts, key=lambda start: abs(start - self.height * n / count))
            for n in range(1, count)
        ]
        ends = sorted({0.0, *map(float, cuts), float(self.height)})
        return list(pairwise(ends))

    def row(self, index: int, row: Block | Outside) -> str:
        """Its box, and what a frame is from here on where that changes."""
        x, y = self.lefts[index], self.tops[index]
        before = self.rows[index - 1].size if index else None
        size = ""
        if row.size is not None and row.size != before:
            height, width = row.size
            size = f'<text class="size" x="{_WIDTH}" y="{y - 5}">{width:,} × {height:,}</text>'
        return size + (
            _block(row, x, y) if isinstance(row, Block) else _outside(row, x, y, _WIDTH - x)
        )

    def wire_span(self, number: int) -> tuple[float, float]:
        wire = self.wires[number]
        return self.tops[wire.source], self.tops[wire.target] + _HEIGHT

    def wire(self, number: int) -> str:
        wire, lane = self.wires[number], self.lanes.get(number)
        top, bottom = self.tops[wire.source], self.tops[wire.target]
        if lane is None:
            x = self._straight(wire)
            path, kind = f"M{x:g} {top + _HEIGHT}V{bottom - 2}", ""
        else:
            x, out, into = self._lane(lane), top + _HEIGHT - 11, bottom + 13
            path = (
                f"M{self.lefts[wire.source]:g} {out}H{x + _CORNER:g}q-{_CORNER} 0 -{_CORNER} "
                f"{_CORNER}V{into - _CORNER}q0 {_CORNER} {_CORNER} {_CORNER}"
                f"H{self.lefts[wire.target] - 2:g}"
            )
            kind = " skip"
        return f'<path class="wire{kind}" data-wire="{number}" d="{path}" marker-end="url(#tip)"/>'

    def fifo(self, number: int, y: float) -> str:
        """A tank on the wire, filled as far as it was, and what it holds, where boxes are."""
        wire, lane = self.wires[number], self.lanes.get(number)
        assert wire.depth is not None
        x = self._straight(wire) if lane is None else self._lane(lane)
        text, title, held = f"FIFO {wire.depth:,}", f"FIFO of {wire.depth}", ""
        shape = f'x="{x - 4:g}" width="8" rx="2"'
        if wire.high_water is not None:
            text += f", held {wire.high_water:,}"
            title += f", held at most {wire.high_water}"
            full = 16 * min(1.0, wire.high_water / wire.depth)
            held = f'<rect class="held" {shape} y="{y + 8 - full:g}" height="{full:g}"/>'
        at = max(self.lefts[wire.target] + 26, x + 12)
        return (
            f'<g class="fifo"><title>{title}</title><path d="M{x + 4:g} {y:g}H{at - 3:g}"/>'
            f'<rect class="tank" {shape} y="{y - 8:g}" height="16"/>{held}'
            f'<rect class="edge" {shape} y="{y - 8:g}" height="16"/>'
            f'<text x="{at:g}" y="{y + 4:g}">{text}</text></g>'
        )

    def _straight(self, wire: Wire) -> float:
        return max(self.lefts[wire.source], self.lefts[wire.target]) + 14

    def _lane(self, lane: int) -> float:
        """Lane 0 is the one beside the boxes."""
        return self.left - _FIRST - self.pitch * (lane + 0.5)


def _lanes(wires: Sequence[Wire]) -> dict[int, int]:
    """The lane of every wire that does not go straight: the innermost that is free all the way.

    Wires that end in a row, and those that begin there, may share one, since they come in above.

    >>> _lanes([Wire(0, 1), Wire(1, 2), Wire(0, 2), Wire(0, 5), Wire(2, 4)])
    {2: 0, 4: 0, 3: 1}
    """
    straight: dict[tuple[int, int], int] = {}
    for number, wire in enumerate(wires):
        if wire.target == wire.source + 1:
            straight.setdefault((wire.source, wire.target), number)
    beside = set(range(len(wires))) - set(straight.values())
    taken: list[list[Wire]] = []
    lanes = {}
    for number in sorted(beside, key=lambda n: (wires[n].target - wires[n].source, n)):
        wire = wires[number]
        free = (
            lane
            for lane, others in enumerate(taken)
            if all(o.target <= wire.source or o.source >= wire.target for o in others)
        )
        lanes[number] = lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append(wire)
    return lanes


def _block(block: Block, x: float, y: float) -> str:
    width = _WIDTH - x - 1
    full = width - 16
    cycles = f"{block.cycles:,} cycles" if block.cycles else ""
    bar = max(2.0, full * min(block.load, 1.0))
    title = f"{block.name}: {block.cycles} cycles per frame, busy {block.load:.0%}"
    return (
        f'<g class="block {escape(block.op)}"><title>{escape(title)}</title>'
        f'<rect class="box" x="{x:g}" y="{y:g}" width="{width:g}" height="{_HEIGHT}" rx="8"/>'
        f'<text class="op" x="{x + 8:g}" y="{y + 14:g}">{escape(block.op)}</text>'
        f'<text x="{x + 8:g}" y="{y + 30:g}">{escape(block.fold)}</text>'
        f'<text class="right" x="{x + width - 8:g}" y="{y + 14:g}">{cycles}</text>'
        f'<rect class="idle" x="{x + 8:g}" y="{y + 35:g}" width="{full:g}" height="3" rx="1.5"/>'
        f'<rect class="load" x="{x + 8:g}" y="{y + 35:g}" width="{bar:.1f}" height="3" rx="1.5"/>'
        "</g>"
    )


def _outside(end: Outside, x: float, y: float, width: float) -> str:
    return (
        f'<g class="outside"><rect class="box" x="{x:g}" y="{y:g}" width="{width - 1:g}" '
        f'height="{_HEIGHT}" rx="{_HEIGHT / 2:g}"/>'
        f'<text class="op" x="{x + 18:g}" y="{y + 17:g}">{escape(end.name)}</text>'
        f'<text x="{x + 18:g}" y="{y + 31:g}">{escape(end.pixels)}</text></g>'
    )
