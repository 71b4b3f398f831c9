# SPDX-License-Identifier: MIT
"""Progress of long work on stderr: the step, a bar and the time left, on terminals only."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tarsier_fpga.hls.base.progress import Show, silent

__all__ = ["progress"]


@contextmanager
def progress() -> Iterator[Show]:
    """A Show that draws on a terminal, and else does nothing."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield silent
        return
    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(bar_width=32),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    # A step may take minutes to get on, and its time left is known all the same.
    bar = Progress(*columns, console=console, transient=True, speed_estimate_period=600)
    task = bar.add_task("", total=1.0, note="")
    current = ""

    def show(step: str, fraction: float, note: str = "") -> None:
        nonlocal current
        if step != current:
            current = step
            bar.reset(task, description=step, total=1.0)
        bar.update(task, completed=fraction, note=note)

    with bar:
        yield show
