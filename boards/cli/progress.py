# SPDX-License-Identifier: MIT
"""Progress of long work on stderr: the step, a bar and the time left, on terminals only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

__all__ = ["Show", "progress"]

Show = Callable[[str, float], None]


@contextmanager
def progress() -> Iterator[Show]:
    """A function that is told the step at work and the fraction of it that is done."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step, fraction: None
        return
    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(bar_width=32),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console, transient=True)
    task = bar.add_task("", total=1.0)
    current = ""

    def show(step: str, fraction: float) -> None:
        nonlocal current
        if step != current:
            current = step
            bar.reset(task, description=step, total=1.0)
        bar.update(task, completed=fraction)

    with bar:
        yield show
