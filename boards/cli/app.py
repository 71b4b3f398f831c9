# SPDX-License-Identifier: MIT
"""The verbs of `tarsier`, put together."""

import typer

from boards.cli.bench import bench
from boards.cli.build import build
from boards.cli.count import count
from boards.cli.doctor import doctor
from boards.cli.eval import evaluate
from boards.cli.run import run
from boards.cli.sim import sim
from boards.cli.synth import synth
from boards.cli.train import train

__all__ = ["app"]

app = typer.Typer(
    name="tarsier",
    help="Restore raw frames with 1-bit networks as streaming FPGA hardware.",
    no_args_is_help=True,
    add_completion=False,
)
for verb in (doctor, run, build, sim, synth, bench):
    app.command()(verb)
app.command()(count)
app.command("eval")(evaluate)
app.command()(train)
