# SPDX-License-Identifier: MIT
"""A bench as dots on logarithmic lines, one line a row: where each lies, for the page to draw."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tarsier_fpga.bench.bench_facts import Basis, Bench, Row
from tarsier_fpga.bench.bench_table import device_name, number, size_title

__all__ = ["Chart", "charts"]

_FIELDS = {
    "fps": ("Frames per second", "more is better"),
    "latency_ms": ("Latency in milliseconds", "less is better"),
    "joules": ("Joules per frame", "less is better"),
}


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
        _chart(bench.rows, field, *titles)
        for field, titles in _FIELDS.items()
        if any(getattr(row, field) for row in bench.rows)
    ]


def _chart(rows: Sequence[Row], field: str, title: str, sense: str) -> Chart:
    values = [value for row in rows if (value := getattr(row, field))]
    low = math.floor(math.log10(min(values)))
    high = max(low + 1, math.ceil(math.log10(max(values))))
    sizes = dict.fromkeys((row.width, row.height) for row in rows)
    groups = [
        _group([row for row in rows if (row.width, row.height) == size], field, low, high)
        for size in sizes
    ]
    ticks = [
        (100 * (power - low) / (high - low), f"{10.0**power:,g}") for power in range(low, high + 1)
    ]
    return Chart(title, sense, tuple(group for group in groups if group.dots), tuple(ticks))


def _group(rows: Sequence[Row], field: str, low: int, high: int) -> Group:
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
        if (value := getattr(row, field))
    ]
    skipped = [row for row in rows if row.basis is Basis.SKIPPED]
    reasons = dict.fromkeys(f"{row.place.upper()}: {row.note}" for row in skipped)
    return Group(size_title(rows[0].width, rows[0].height), tuple(dots), tuple(reasons))
