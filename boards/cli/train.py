# SPDX-License-Identifier: MIT
"""tarsier train: a config trained, or continued where it stopped."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["train"]


class Accelerator(StrEnum):
    """What trains; `auto` is a GPU if there is one."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


def train(
    config: Annotated[str, typer.Argument(help="a config that ships, or a .toml file")],
    out: Annotated[Path, typer.Option(help="checkpoints, curves and the net go here")] = Path(
        "build/train"
    ),
    data: Annotated[Path | None, typer.Option(help="folder of sets; or $TARSIER_DATA")] = None,
    accelerator: Annotated[Accelerator, typer.Option(help="what trains")] = Accelerator.AUTO,
    devices: Annotated[int, typer.Option(help="GPUs of each node")] = 1,
    nodes: Annotated[int, typer.Option(help="machines")] = 1,
    minutes: Annotated[float | None, typer.Option(help="stop after these, to be resumed")] = None,
) -> None:
    """Train a network; the same command resumes."""
    from tarsier_fpga.training.loop.train import main

    given = {"out": out, "data": data, "accelerator": accelerator}
    given |= {"devices": devices, "nodes": nodes, "minutes": minutes}
    options = [f"--{name}={value}" for name, value in given.items() if value is not None]
    # It says itself how an interruption left things: not as where nothing was written.
    raise SystemExit(main([config, *options], program="tarsier"))
