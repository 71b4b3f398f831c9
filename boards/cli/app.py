# SPDX-License-Identifier: MIT
"""The verbs of `tarsier`, put together."""

import typer

from tarsier_fpga.cli.bench import bench
from tarsier_fpga.cli.build import build
from tarsier_fpga.cli.convert import convert
from tarsier_fpga.cli.count import count
from tarsier_fpga.cli.doctor import doctor
from tarsier_fpga.cli.eval import evaluate
from tarsier_fpga.cli.export import export
from tarsier_fpga.cli.run import RunCommand, run
from tarsier_fpga.cli.search import search
from tarsier_fpga.cli.sim import sim
from tarsier_fpga.cli.study import study
from tarsier_fpga.cli.synth import SynthCommand, synth
from tarsier_fpga.cli.train import train
from tarsier_fpga.cli.video import video

__all__ = ["app"]

app = typer.Typer(
    name="tarsier",
    help="Restore raw frames with 1-bit networks as streaming FPGA hardware.",
    no_args_is_help=True,
    add_completion=False,
)
app.command()(doctor)
app.command(cls=RunCommand)(run)
for verb in (build, video, sim):
    app.command()(verb)
app.command(cls=SynthCommand)(synth)
app.command()(bench)
app.command()(count)
app.command("eval")(evaluate)
app.command()(train)
app.command()(search)
app.command()(convert)
app.command()(export)
app.add_typer(study, name="study")
