# SPDX-License-Identifier: MIT
"""The numbers of a bench that are drawn: in plots, and as dots on the page."""

from collections.abc import Iterable
from dataclasses import dataclass

from tarsier_fpga.bench.bench_facts import Row

__all__ = ["FIGURES", "Figure"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A field of Row, how it is called, which way is better, and the file of its plot."""

    field: str
    title: str
    sense: str
    file: str

    def of(self, row: Row) -> float | None:
        """The number of `row`; None where it is not known."""
        value: float | None = getattr(row, self.field)
        return value

    def values(self, rows: Iterable[Row]) -> list[float]:
        """The numbers of those `rows` whose number is known."""
        return [value for row in rows if (value := self.of(row)) is not None]


FIGURES = (
    Figure("fps", "Frames per second", "more is better", "bench-fps.png"),
    Figure("latency_ms", "Latency in milliseconds", "less is better", "bench-latency.png"),
    Figure("joules", "Joules per frame", "less is better", "bench-energy.png"),
)
