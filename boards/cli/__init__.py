# SPDX-License-Identifier: MIT
"""The `tarsier` command line.

Whatever a user can get wrong ends in one sentence on stderr and exit code 2; a result that is
not bit-exact ends in exit code 1. What takes long to import is imported where it is used, so
that `tarsier --help` is immediate.
"""

import typer

from boards.cli.build import build
from boards.cli.doctor import doctor
from boards.cli.guard import guarded
from boards.cli.run import run
from boards.cli.sim import sim

__all__ = ["app", "main"]

app = typer.Typer(
    name="tarsier",
    help="Restore raw frames with 1-bit networks as streaming FPGA hardware.",
    no_args_is_help=True,
    add_completion=False,
)
for verb in (doctor, run, build, sim):
    app.command()(verb)


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    raise SystemExit(guarded(lambda: app(standalone_mode=False)))
