# SPDX-License-Identifier: MIT
"""Hardware's form of a trained net.

Tuning continues the training of the net's own config, from the converted parameters; on a GPU if
there is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tarsier_fpga.training.data import batches
from tarsier_fpga.training.facts.checkpoint import SavedNet, save_net
from tarsier_fpga.training.facts.codes import to_codes
from tarsier_fpga.training.facts.family import Network
from tarsier_fpga.training.facts.recipe import Recipe
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.loop.launch import launch
from tarsier_fpga.training.loop.train import train
from tarsier_fpga.training.networks.hardware_form import fit_hardware, to_hardware
from tarsier_fpga.training.networks.network import load, rebuild

__all__ = ["Converted", "convert"]

TUNING_RATE = 0.3  # of the rate the net was trained with


@dataclass(frozen=True, slots=True)
class Converted:
    """A net in hardware's form."""

    name: str
    spec: NetSpec
    net: Network
    file: Path


def convert(
    saved: SavedNet, bits: int, tune: int, source: Sequence[Any], plan: Recipe, out: Path
) -> Converted:
    """The hardware form of a net with a residual of `bits`, written to `out`.

    `plan` is its config, `source` what that trains on: it calibrates the residual, and tunes for
    `tune` steps.

    Raises:
        TrainingError: the net has no such form.
    """
    spec, trained = saved.spec, rebuild(saved)
    degraded, _ = batches.batch(plan, source, 0)
    codes = to_codes(degraded, spec.coding, rounded=spec.rounded)
    hardware = fit_hardware(trained, spec, codes, bits)
    name = f"{plan.name}-hw{bits}"
    file = out / f"{name}.safetensors"
    if tune:
        _tune(replace(plan, name=name, net=hardware), tune, saved.path, source, out)
    else:
        save_net(file, to_hardware(trained, spec, hardware), name, hardware)
    return Converted(name, hardware, load(file), file)


def _tune(plan: Recipe, steps: int, start: Path, source: Sequence[Any], out: Path) -> None:
    schedule = replace(
        plan.schedule,
        iterations=steps,
        rate=plan.schedule.rate * TUNING_RATE,
        warmup=min(plan.schedule.warmup, steps // 10),
        halve_at=(),
        precision="32-true",
    )
    tuning = replace(plan, schedule=schedule, start=str(start.resolve()))
    train(tuning, source, out, launch(schedule))
