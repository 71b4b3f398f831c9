# SPDX-License-Identifier: MIT
"""A bench as dots on logarithmic lines, one line a row: where each lies, for the page to draw."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tarsier_fpga.bench.bench_facts import Basis, Bench, Row
from tarsier_fpga.bench.bench_table import device_name, number, size_title
from tarsier_fpga.bench.figures import FIGURES, Figure

__all__ = ["Chart", "charts"]


@dataclass(frozen=True, slots=True)
class Dot:
    """A row: what ran where, its number in words, and its place from 0 to 100 along the line."""

    net: str
    device: str
    kind: str  # classes of the style sheet: its place and its basis
    basis: str
    value: str
    position: float
    note: str


@dataclass(frozen=True, slots=True)
class Group:
    """All rows of one frame size, and why others are missing."""

    title: str
    dots: tuple[Dot, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """One number of all rows; `ticks` are (position, text) of the powers of ten."""

    title: str
    sense: str
    groups: tuple[Group, ...]
    ticks: tuple[tuple[float, str], ...]


def charts(bench: Bench) -> list[Chart]:
    """A chart for each number that any row has."""
    return [
        _chart(bench.rows, figure, bench.scale)
        for figure in FIGURES
        if any(figure.of(row) for row in bench.rows)
    ]


def _chart(rows: Sequence[Row], figure: Figure, scale: float) -> Chart:
    values = [value for row in rows if (value := figure.of(row))]
    low = math.floor(math.log10(min(values)))
    high = max(low + 1, math.ceil(math.log10(max(values))))
    sizes = dict.fromkeys((row.width, row.height) for row in rows)
    groups = [
        _group([row for row in rows if (row.width, row.height) == size], figure, low, high, scale)
        for size in sizes
    ]
    ticks = [
        (100 * (power - low) / (high - low), f"{10.0**power:,g}") for power in range(low, high + 1)
    ]
    shown = tuple(group for group in groups if group.dots)
    return Chart(figure.title, figure.sense, shown, tuple(ticks))


def _group(rows: Sequence[Row], figure: Figure, low: int, high: int, scale: float) -> Group:
    dots = [
        Dot(
            net=row.net,
            device=device_name(row),
            kind=f"{row.place} {row.basis.name.lower()}",
            basis=row.basis,
            value=number(value),
            position=100 * (math.log10(value) - low) / (high - low),
            note=row.note,
        )
        for row in rows
        if (value := figure.of(row))
    ]
    skipped = [row for row in rows if row.basis is Basis.SKIPPED]
    reasons = dict.fromkeys(f"{row.place.upper()}: {row.note}" for row in skipped)
    title = size_title(rows[0].width, rows[0].height, scale)
    return Group(title, tuple(dots), tuple(reasons))
