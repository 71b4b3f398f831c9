# SPDX-License-Identifier: MIT
"""A bench as people read it in a terminal."""

import math
from collections.abc import Sequence

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from tarsier_fpga.bench.bench_facts import Basis, Bench, Machine, Row, size_name

__all__ = [
    "LEGEND",
    "bench_table",
    "device_name",
    "machine_sentence",
    "number",
    "quality_sentence",
    "size_title",
]

LEGEND = (
    "Frames per second of the accelerator alone, frames in its memory. Latency is the wait for a "
    "pixel once it is there: on the chip, first in to first out; else, frames in memory to frames "
    "out. Joules are per frame."
)
_STYLES = {
    Basis.MEASURED: "",
    Basis.PLACED: "bold",
    Basis.ASSUMED: "bold",
    Basis.RECORDED: "cyan",
    Basis.PUBLISHED: "dim",
    Basis.SKIPPED: "dim",
}
_NUMBERS = {"fps": "fps", "latency_ms": "ms", "watts": "W", "joules": "J", "psnr_db": "dB"}


def bench_table(bench: Bench) -> Group:
    """All rows, by size; what must be said of one is numbered and stands below.

    A number that no row of a size has is left out of its table.
    """
    sizes = dict.fromkeys((row.width, row.height) for row in bench.rows)
    notes = list(dict.fromkeys(row.note for row in bench.rows if row.note))
    tables = [
        _table([row for row in bench.rows if (row.width, row.height) == size], notes, bench.scale)
        for size in sizes
    ]
    footnotes = [Text(f"[{index}] {note}", style="dim") for index, note in enumerate(notes, 1)]
    said = f"\n{LEGEND} {quality_sentence(bench)}\n{machine_sentence(bench.machine)}"
    return Group(*tables, *footnotes, Text(said, style="dim"))


def device_name(row: Row) -> str:
    """Where and how a row ran.

    >>> facts = {"net": "n", "width": 8, "height": 8, "basis": "measured", "fps": 1.0}
    >>> device_name(Row(place="gpu", device="H200", precision="fp16", batch=8, **facts))
    'H200 fp16 × 8'
    """
    batch = f" × {row.batch}" if row.batch > 1 else ""
    return f"{row.device} {row.precision}{batch}".strip()


def machine_sentence(machine: Machine) -> str:
    """What was measured on, when, and whether it had other work to do."""
    sentence = (
        f"Measured {machine.date[:10]} on {machine.cpu}, {machine.threads} threads, "
        f"{machine.gpu or 'no GPU'}, PyTorch {machine.torch}."
    )
    if machine.load > 0.5:
        sentence += (
            f" It was not idle: {machine.load:.1f} other processes on average, "
            "so its CPU is faster than shown."
        )
    return sentence


def quality_sentence(bench: Bench) -> str:
    """What PSNR is of."""
    if not bench.scene:
        return "PSNR on the built-in frame."
    before = "" if bench.psnr_before_db is None else f", {bench.psnr_before_db:.2f} dB before"
    return f"PSNR on: {bench.scene}{before}."


def number(value: float | None) -> str:
    """Three significant digits, or a dash for what is not known.

    >>> [number(value) for value in (3667.8, 30.37, 0.0131, 0.0, None)]
    ['3,668', '30.4', '0.0131', '0', '–']
    """
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def size_title(width: int, height: int, scale: float = 1) -> str:
    """A size by its name and its pixels, and what comes out where that is of another `scale`.

    >>> size_title(1920, 1080), size_title(640, 426), size_title(640, 360, 2)
    ('1080p, 1920 × 1080', '640 × 426', '640 × 360 to 1280 × 720')
    """
    name, pixels = size_name(width, height), f"{width} × {height}"
    if scale != 1:
        pixels += f" to {math.ceil(width * scale)} × {math.ceil(height * scale)}"
        return pixels if name == f"{width}x{height}" else f"{name}, {pixels}"
    return pixels if name == f"{width}x{height}" else f"{name}, {pixels}"


def _table(rows: Sequence[Row], notes: Sequence[str], scale: float) -> Table:
    title = size_title(rows[0].width, rows[0].height, scale)
    table = Table(
        title=title,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    table.add_column("network", overflow="fold")
    table.add_column("on", overflow="fold")
    known = [name for name in _NUMBERS if any(getattr(row, name) is not None for row in rows)]
    for name in known:
        table.add_column(_NUMBERS[name], justify="right", no_wrap=True)
    table.add_column("")
    for row in rows:
        values = (_cell(row, name) for name in known)
        mark = f" [{notes.index(row.note) + 1}]" if row.note else ""
        said = Text(f"{row.basis}{mark}")
        table.add_row(row.net, device_name(row), *values, said, style=_STYLES[row.basis])
    return table


def _cell(row: Row, name: str) -> str:
    value = getattr(row, name)
    return f"{value:.2f}" if value is not None and name == "psnr_db" else number(value)
