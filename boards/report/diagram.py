# SPDX-License-Identifier: MIT
"""The pipeline of a design as an SVG drawing: one row per residual unit, its skip above it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Block", "Wire", "draw"]

_WIDTH, _HEIGHT, _GAP = 128, 62, 22
_ROW = _HEIGHT + 56
_LEFT, _TOP = 64, 46
_BAR = _WIDTH - 16


@dataclass(frozen=True, slots=True)
class Block:
    """One kernel: what it does, how it is folded, and the share of a frame's cycles it works."""

    name: str
    op: str
    fold: str
    cycles: int
    load: float


@dataclass(frozen=True, slots=True)
class Wire:
    """A stream from block `source` to block `target`; `depth` None: no FIFO on it."""

    source: int
    target: int
    depth: int | None = None
    high_water: int | None = None


def draw(blocks: Sequence[Block], wires: Sequence[Wire]) -> str:
    """SVG of `blocks` in stream order; each row starts at a fork or ends at a join."""
    rows = _rows(
        len(blocks),
        forks={wire.source for wire in wires if wire.target != wire.source + 1},
        joins={wire.target for wire in wires if wire.target != wire.source + 1},
    )
    place = {
        index: (_LEFT + column * (_WIDTH + _GAP), _TOP + line * _ROW)
        for line, row in enumerate(rows)
        for column, index in enumerate(row)
    }
    width = max(x for x, _ in place.values()) + _WIDTH + 40
    height = _TOP + len(rows) * _ROW
    body = []
    for wire in wires:
        draw_wire = _step if wire.target == wire.source + 1 else _skip
        body.append(draw_wire(wire, place[wire.source], place[wire.target]))
    body += [_block(block, *place[index]) for index, block in enumerate(blocks)]
    return (
        f'<svg class="pipeline" viewBox="0 0 {width} {height}" width="{width}" '
        f'role="img" aria-label="Pipeline of {len(blocks)} kernels">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
        + "".join(body)
        + "</svg>"
    )


def _rows(count: int, forks: set[int], joins: set[int]) -> list[list[int]]:
    rows: list[list[int]] = [[]]
    for index in range(count):
        if rows[-1] and (index in forks or index - 1 in joins):
            rows.append([])
        rows[-1].append(index)
    return rows


def _block(block: Block, x: int, y: int) -> str:
    bar = max(2.0, _BAR * min(block.load, 1.0))
    title = f"{block.name}: {block.cycles} cycles per frame, busy {block.load:.0%}"
    return (
        f'<g class="block {escape(block.op)}"><title>{escape(title)}</title>'
        f'<rect class="box" x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="8"/>'
        f'<text class="op" x="{x + 8}" y="{y + 19}">{escape(block.op)}</text>'
        f'<text x="{x + 8}" y="{y + 35}">{escape(block.fold)}</text>'
        f'<text x="{x + 8}" y="{y + 49}">{block.cycles:,} cycles</text>'
        f'<rect class="idle" x="{x + 8}" y="{y + 54}" width="{_BAR}" height="3" rx="1.5"/>'
        f'<rect class="load" x="{x + 8}" y="{y + 54}" width="{bar:.1f}" height="3" rx="1.5"/></g>'
    )


def _step(wire: Wire, start: tuple[int, int], end: tuple[int, int]) -> str:
    """A wire to the next block, on the same row or at the start of the next one."""
    (x0, y0), (x1, y1) = start, end
    right, middle = x0 + _WIDTH, y0 + _HEIGHT // 2
    if y0 == y1:
        path, label = f"M{right} {middle}H{x1 - 2}", (right + _GAP // 2, middle - 14)
    else:
        lane = y0 + _HEIGHT + 14
        path = f"M{right} {middle}h14V{lane}H{x1 - 16}V{y1 + _HEIGHT // 2}H{x1 - 2}"
        label = (right - 40, lane)
    return f'<path class="wire" d="{path}" marker-end="url(#tip)"/>' + _fifo(wire, *label)


def _skip(wire: Wire, start: tuple[int, int], end: tuple[int, int]) -> str:
    """A wire around other blocks: above its row, or down the left side to a later row."""
    (x0, y0), (x1, y1) = start, end
    out, into = x0 + _WIDTH // 2, x1 + _WIDTH // 2
    lane = y1 - 18
    if y0 == y1:
        path, label = f"M{out} {y0}V{lane}H{into}V{y1 - 2}", (out + into) // 2
    else:
        path = f"M{out} {y0}V{y0 - 18}H{_LEFT - 44}V{lane}H{into}V{y1 - 2}"
        label = (_LEFT - 44 + into) // 2
    wired = f'<path class="wire skip" d="{path}" marker-end="url(#tip)"/>'
    return wired + _fifo(wire, label, lane)


def _fifo(wire: Wire, x: int, y: int) -> str:
    if wire.depth is None:
        return ""
    text = f"{wire.depth:,}" if wire.depth < 16 else f"FIFO {wire.depth:,}"
    if wire.high_water is not None and wire.depth >= 16:
        text += f", held {wire.high_water:,}"
    half = 3 * len(text) + 7
    title, held = f"FIFO of {wire.depth}", ""
    shape = f'x="{x - half}" y="{y - 9}" height="18" rx="9"'
    if wire.high_water is not None:
        title += f", held at most {wire.high_water}"
        share = wire.high_water / wire.depth
        held = f'<rect class="held" {shape} width="{2 * half * share:.1f}"/>'
    return (
        f'<g class="fifo"><title>{title}</title><rect class="box" {shape} width="{2 * half}"/>'
        f'{held}<text x="{x}" y="{y + 4}">{text}</text></g>'
    )
