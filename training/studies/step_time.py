# SPDX-License-Identifier: MIT
"""The time of a training step, a net's beside its parent's.

Both run in turns in one process, on the recipe's own batches of random photographs; compiled on
a GPU, as they are trained. On a CPU they are compiled if asked for, and samples are smaller.
"""

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np
import torch

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts import recipe
from tarsier_fpga.training.facts.accelerator import Accelerator
from tarsier_fpga.training.facts.paths import config_file
from tarsier_fpga.training.loop.launch import launch
from tarsier_fpga.training.loop.training_run import Run

__all__ = ["StepTimes", "time_steps"]

PHOTO = (256, 256, 3)
CPU_BATCH, CPU_SIDE = 4, 32
WARM_UP, ROUNDS = 3, 5


@dataclass(frozen=True, slots=True)
class StepTimes:
    """Median milliseconds of a step of a net and of its parent."""

    net: float
    parent: float

    @property
    def ratio(self) -> float:
        """How many of the parent's steps one of the net's takes."""
        return self.net / self.parent


def time_steps(net: str, steps: int, device: Accelerator, compiled: bool = False) -> StepTimes:
    """Step times of the config `net` and of its parent, `steps` of each in every round.

    On a GPU they are compiled if the config says so, on a CPU if `compiled`.

    Raises:
        TrainingError: there is no such config, or it names no parent.
    """
    plan = recipe.read(config_file(net))
    if not plan.parent:
        raise TrainingError(f"{plan.name} names no parent to compare with")
    parent = recipe.read(config_file(plan.parent))
    # Precision is the same for both, so that only the network differs.
    parent = replace(parent, schedule=replace(parent.schedule, precision=plan.schedule.precision))
    photos = [np.random.default_rng(0).integers(0, 256, PHOTO, np.uint8)]
    with tempfile.TemporaryDirectory() as folder:
        runs = [_run(one, plan, photos, Path(folder), device, compiled) for one in (plan, parent)]
        times: tuple[list[float], list[float]] = ([], [])
        for round_index in range(WARM_UP + ROUNDS):
            for run, seen in zip(runs, times, strict=True):
                took = _milliseconds(run, steps)
                if round_index >= WARM_UP:
                    seen.append(took)
        for run in runs:
            run.close()
    return StepTimes(*(median(seen) for seen in times))


def _run(
    one: recipe.Recipe,
    plan: recipe.Recipe,
    photos: list,
    out: Path,
    device: Accelerator,
    compiled: bool,
) -> Run:
    crop = plan.crop
    if device is Accelerator.CPU:
        crop = replace(crop, batch=CPU_BATCH, size=CPU_SIDE)
    one = replace(one, crop=crop, start="")
    return Run(one, photos, out, launch(one.schedule, device), compiled)


def _milliseconds(run: Run, steps: int) -> float:
    synchronise = torch.cuda.synchronize if run.fabric.device.type == "cuda" else lambda: None
    synchronise()
    since = time.perf_counter()
    for _ in range(steps):
        run.advance()
    synchronise()
    return (time.perf_counter() - since) / steps * 1e3
