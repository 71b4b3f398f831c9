# SPDX-License-Identifier: MIT
"""tarsier train: a config trained, or continued where it stopped."""

import math
from pathlib import Path
from typing import Annotated

import typer

from tarsier_fpga.cli.training_options import resumable
from tarsier_fpga.training.facts.accelerator import Accelerator

__all__ = ["train"]


def train(
    config: Annotated[str, typer.Argument(help="a config that ships, or a .toml file")],
    out: Annotated[Path, typer.Option(help="checkpoints, curves and the net go here")] = Path(
        "build/train"
    ),
    data: Annotated[Path | None, typer.Option(help="folder of sets; or $TARSIER_DATA")] = None,
    accelerator: Annotated[Accelerator, typer.Option(help="what trains")] = Accelerator.AUTO,
    devices: Annotated[int, typer.Option(help="GPUs of each node")] = 1,
    nodes: Annotated[int, typer.Option(help="machines")] = 1,
    minutes: Annotated[
        float, typer.Option(help="stop after these, to be resumed", show_default=False)
    ] = math.inf,
) -> None:
    """Train a network; the same command resumes."""
    from tarsier_fpga.camera.read import camera_frame
    from tarsier_fpga.hls.base.errors import TrainingError
    from tarsier_fpga.training.facts import recipe
    from tarsier_fpga.training.facts.paths import config_file
    from tarsier_fpga.training.loop.launch import launch, set_up_torch
    from tarsier_fpga.training.loop.train import open_source
    from tarsier_fpga.training.loop.train import train as train_network

    if not minutes > 0:
        raise TrainingError(f"--minutes {minutes:g} must be above 0")
    with resumable():
        plan = recipe.read(config_file(config))
        source = open_source(plan, data, camera_frame)
        set_up_torch(accelerator)
        fabric = launch(plan.schedule, accelerator, devices, nodes)
        train_network(plan, source, out, fabric, minutes)
