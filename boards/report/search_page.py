# SPDX-License-Identifier: MIT
"""A search as a page that needs no other file, and its plots as files."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tarsier_fpga.report.page import environment

__all__ = ["SearchPage", "SearchPoint", "draw_search", "render_search"]

_COLOURS = {"finished": "#2a78b8", "pruned": "#b9bec6", "front": "#d9920a"}


@dataclass(frozen=True, slots=True)
class SearchPoint:
    """A point of a search.

    Attributes:
        params: by name, as they are written
        psnr_db: after the most steps it came to; None if it was not trained
        memory: kilobits of block and ultra RAM
        share: of the scarcest resource of the board
        fate, why: what became of it
        front: whether no other beats it
        commands: that train and build it, if it may be built
    """

    number: int
    params: Mapping[str, str]
    psnr_db: float | None
    steps: int
    lut: float
    memory: float
    share: float
    fate: str
    why: str
    front: bool
    full_db: float | None
    commands: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What the page says: a title, what was searched, its points in the order of drawing."""

    title: str
    lead: str
    points: Sequence[SearchPoint]

    @property
    def front(self) -> list[SearchPoint]:
        """Those that no other beats, fewest LUTs first."""
        return sorted((one for one in self.points if one.front), key=lambda one: one.lut)


def render_search(page: SearchPage) -> str:
    """`page` as HTML that needs no other file."""
    drawn = draw_search(page, "svg")
    return (
        environment()
        .get_template("search.html.j2")
        .render(page=page, plots={name: text.decode() for name, text in drawn.items()})
    )


def draw_search(page: SearchPage, kind: str) -> dict[str, bytes]:
    """The plots front and axes as `kind` (svg or png), by their names; nothing without points."""
    trained = [one for one in page.points if one.psnr_db is not None]
    if not trained:
        return {}
    return {"front": _saved(_front(trained), kind), "axes": _saved(_axes(trained), kind)}


def _saved(figure: Figure, kind: str) -> bytes:
    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "tarsier", "svg.fonttype": "none"}):
        figure.savefig(
            buffer, format=kind, dpi=144, metadata={"Date": None} if kind == "svg" else {}
        )
    text = buffer.getvalue()
    return text[text.index(b"<svg") :] if kind == "svg" else text


def _front(points: Sequence[SearchPoint]) -> Figure:
    """dB against LUTs; a point's area is its memory."""
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.subplots()
    most = max(one.memory for one in points) or 1.0
    last = max(one.steps for one in points)
    for name, chosen in (
        ("pruned", [one for one in points if one.steps < last]),
        ("finished", [one for one in points if one.steps == last and not one.front]),
        ("front", [one for one in points if one.front]),
    ):
        axes.scatter(
            [one.lut for one in chosen],
            [one.psnr_db or 0 for one in chosen],
            s=[30 + 170 * one.memory / most for one in chosen],
            color=_COLOURS[name],
            label=name,
            alpha=0.85,
            zorder=3 if name == "front" else 2,
        )
    best = sorted((one for one in points if one.front), key=lambda one: one.lut)
    axes.step(
        [one.lut for one in best],
        [one.psnr_db or 0 for one in best],
        where="post",
        color=_COLOURS["front"],
        linewidth=1.2,
    )
    for one in best:
        axes.annotate(
            str(one.number), (one.lut, one.psnr_db or 0), (5, 5), textcoords="offset points", size=8
        )
    axes.set_xlabel("LUT, estimated, FIFOs aside")
    axes.set_ylabel("PSNR on held-back scenes, dB")
    axes.set_title("Area: block and ultra RAM; numbers: trials", loc="left", size=9)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, fontsize=8)
    return figure


def _axes(points: Sequence[SearchPoint]) -> Figure:
    """A line a point through what was varied, and what came of it."""
    names = [*points[0].params, "LUT", "memory, kbit", "dB"]
    figure = Figure(figsize=(max(9, 1.3 * len(names)), 4.2), layout="constrained")
    axes = figure.subplots()
    columns: list[list[str] | list[float]] = [
        *([one.params[name] for one in points] for name in points[0].params),
        [one.lut for one in points],
        [one.memory for one in points],
        [one.psnr_db or 0 for one in points],
    ]
    heights = [_column(axes, at, values) for at, values in enumerate(columns)]
    for index, one in enumerate(points):
        axes.plot(
            range(len(names)),
            [column[index] for column in heights],
            color=_COLOURS[
                "front" if one.front else one.fate if one.fate in _COLOURS else "pruned"
            ],
            linewidth=2 if one.front else 0.8,
            alpha=1 if one.front else 0.6,
            zorder=3 if one.front else 2,
        )
    axes.set_xticks(range(len(names)), [name.split(".")[-1] for name in names], size=8)
    axes.set_yticks([])
    axes.set_xlim(-0.4, len(names) - 0.6)
    for at in range(len(names)):
        axes.axvline(at, color="#8888", linewidth=0.8, zorder=1)
    for side in axes.spines.values():
        side.set_visible(False)
    return figure


def _column(axes: Axes, at: int, values: Sequence[str] | Sequence[float]) -> list[float]:
    """Heights from 0 to 1 of `values` on the line at `at`, whose ends or values are written."""
    numbers: list[float] | None
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        numbers = None
    if numbers is None:
        kinds = sorted({str(value) for value in values})
        heights = {kind: index / max(1, len(kinds) - 1) for index, kind in enumerate(kinds)}
        for kind, height in heights.items():
            axes.text(at + 0.03, height, kind, size=7, va="center")
        return [heights[str(value)] for value in values]
    low, high = min(numbers), max(numbers)
    for height, end in ((0.0, low), (1.0, high)):
        axes.text(at + 0.03, height, f"{end:.6g}", size=7, va="center")
    return [(number - low) / (high - low) if high > low else 0.5 for number in numbers]
