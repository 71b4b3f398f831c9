# SPDX-License-Identifier: MIT
"""A bench as plots: frames per second, latency and energy, over the size of a frame."""

import io
from collections import defaultdict
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter

from tarsier_fpga.bench.bench_facts import Basis, Bench, Place, Row, size_name
from tarsier_fpga.bench.bench_table import device_name, number
from tarsier_fpga.bench.figures import FIGURES, Figure

__all__ = ["draw_plots", "label", "series"]

_COLOURS = {
    Place.CHIP: ("#d9920a",),
    Place.GPU: ("#2a78b8", "#6a5acd", "#1f9e89", "#5b8ff9", "#0f5c7a", "#9a86d8"),
    Place.CPU: ("#7a7f87", "#a86f5c", "#9c6b98", "#8c9a5b", "#b08d57", "#5d6b66"),
}
_MARKERS = {Basis.RECORDED: "D", Basis.PUBLISHED: "*"}


def draw_plots(bench: Bench) -> dict[str, bytes]:
    """PNG files by name; no file for what nobody knows."""
    drawn = {}
    for figure in FIGURES:
        rows = [row for row in bench.rows if figure.of(row) is not None]
        if rows:
            drawn[figure.file] = _draw(rows, figure)
    return drawn


def label(row: Row) -> str:
    """A row's name in a legend."""
    mark = f", {row.basis}" if row.basis is not Basis.MEASURED else ""
    return f"{row.net}, {device_name(row)}{mark}"


def series(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Rows of one network on one device, by their label, smallest frame first."""
    groups = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.pixels):
        groups[label(row)].append(row)
    return dict(groups)


def _draw(rows: list[Row], figure: Figure) -> bytes:
    canvas = Canvas(figsize=(9, 5), dpi=144, layout="constrained")
    axes = canvas.subplots()
    sizes = sorted({(row.width, row.height) for row in rows}, key=lambda size: size[0] * size[1])
    used = dict.fromkeys(Place, 0)
    for name, points in series(rows).items():
        place, basis = points[0].place, points[0].basis
        colours = _COLOURS[place]
        axes.plot(
            [sizes.index((row.width, row.height)) for row in points],
            figure.values(points),
            marker=_MARKERS.get(basis, "o"),
            color=colours[used[place] % len(colours)],
            linewidth=2.4 if place is Place.CHIP else 1.4,
            linestyle="-" if basis in (Basis.MEASURED, Basis.ASSUMED, Basis.PLACED) else ":",
            label=name,
        )
        used[place] += 1
    _dress(axes, sizes, figure.title)
    canvas.legend(loc="outside right upper", fontsize=8, frameon=False)
    buffer = io.BytesIO()
    canvas.savefig(buffer, format="png")
    return buffer.getvalue()


def _dress(axes: Axes, sizes: list[tuple[int, int]], title: str) -> None:
    axes.set_title(title, loc="left")
    axes.set_yscale("log")
    axes.set_xticks(range(len(sizes)), [size_name(*size) for size in sizes])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axes.grid(True, axis="y", alpha=0.3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
