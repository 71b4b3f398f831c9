# SPDX-License-Identifier: MIT
"""Where a run is: a bar on terminals; elsewhere, as in a job's log, a line every half minute."""

import sys
import time
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

__all__ = ["Report"]

LINE_EVERY = 30.0  # seconds


class Report:
    """Progress of the run `name` from `step` to `end`, on stderr; a context manager."""

    def __init__(self, name: str, step: int, end: int, shown: bool = True):
        console = Console(stderr=True)
        self.name, self.end = name, end
        self.lines = shown and not console.is_terminal
        self.next_line = 0.0
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            disable=not shown or self.lines,
        )
        self.task = self.bar.add_task(name, total=end, completed=step, note="")

    def __enter__(self) -> "Report":
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if not self.bar.disable:  # stopped, even a disabled bar prints an empty line
            self.bar.stop()

    def at(self, step: int) -> None:
        """`step` steps are done."""
        self.bar.update(self.task, completed=step)

    def note(self, step: int, psnr: float, steps_per_s: float) -> None:
        """What the last steps were like."""
        note = f"{psnr:.2f} dB, {steps_per_s:.1f} steps/s"
        self.bar.update(self.task, note=note)
        if self.lines and (time.monotonic() >= self.next_line or step == self.end):
            left = timedelta(seconds=round((self.end - step) / steps_per_s))
            print(f"{self.name}: step {step} of {self.end}, {note}, {left} left", file=sys.stderr)
            self.next_line = time.monotonic() + LINE_EVERY
