# SPDX-License-Identifier: MIT
"""A network in training: its parameters, its optimiser and how far it has come.

The loss is the mean absolute error, as in the paper: the darker a sample, the more it weighs.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor, nn

from training import data, noise
from training.checkpoint import load_state, save_net, save_state
from training.codes import from_codes, to_codes
from training.errors import TrainingError
from training.model import build
from training.recipe import Recipe, Schedule

__all__ = ["Run", "learning_rate", "psnr_db"]

SHIFTS = ("threshold", "shift_in", "shift_out")
MSE_FLOOR = 1e-7  # 70 dB: keeps the logarithm finite on a perfectly restored sample


def psnr_db(restored: Tensor, clean: Tensor) -> float:
    """Mean over the batch of each sample's PSNR."""
    mse = (restored - clean).square().mean(dim=(1, 2, 3))
    return -10 * torch.log10(mse + MSE_FLOOR).mean().item()


def learning_rate(schedule: Schedule, step: int) -> float:
    """The rate used for iteration `step`, counted from 0."""
    if step < schedule.warmup:
        return schedule.rate * (step + 1) / schedule.warmup
    done = (step - schedule.warmup) / max(1, schedule.iterations - schedule.warmup)
    cosine = (1 + math.cos(math.pi * done)) / 2
    return schedule.rate * (schedule.floor + (1 - schedule.floor) * cosine)


class Run:
    """One run of `plan` on `photos`, with its files in `out`."""

    def __init__(self, plan: Recipe, photos: Sequence[np.ndarray], out: Path):
        torch.manual_seed(plan.seed)
        self.plan, self.photos = plan, photos
        self.sensor = noise.camera()
        self.step = 0
        self.net = build(plan.net).to(memory_format=torch.channels_last)
        self.net.calibrate(self.batch()[0])
        self.optimiser = torch.optim.Adam(_groups(self.net, plan.schedule))
        self.state_file = out / f"{plan.name}.pt"
        self.net_file = out / f"{plan.name}.safetensors"
        self.log_file = out / f"{plan.name}.jsonl"

    def batch(self) -> tuple[Tensor, Tensor]:
        """Noisy codes and clean scenes of the next step."""
        plan = self.plan
        rng = Generator().manual_seed(plan.seed * 1_000_003 + self.step)
        clean = data.crops(self.photos, plan.crop, plan.seed, self.step)
        light = noise.light_levels(len(clean), plan.light.low, plan.light.high, rng)
        codes = to_codes(noise.expose(clean, light, self.sensor, rng))
        return codes.contiguous(memory_format=torch.channels_last), clean

    def advance(self) -> float:
        """One optimiser step; returns the PSNR of its batch in dB.

        Raises:
            TrainingError: the loss is not finite; the parameters are those before this step.
        """
        codes, clean = self.batch()
        for group in self.optimiser.param_groups:
            group["lr"] = group["factor"] * learning_rate(self.plan.schedule, self.step)
        restored = from_codes(self.net(codes))
        loss = (restored - clean).abs().mean()
        if not torch.isfinite(loss):
            raise TrainingError(
                f"{self.plan.name}: loss is {loss.item()} at step {self.step}; "
                f"the last good checkpoint is {self.state_file}"
            )
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        self.step += 1
        return psnr_db(restored.detach(), clean)

    def save(self) -> None:
        """Write the checkpoint from which `resume` continues."""
        state = {
            "step": self.step,
            "recipe": _text(self.plan),
            "net": self.net.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        save_state(self.state_file, state)

    def resume(self) -> None:
        """Continue from the run's checkpoint, if there is one.

        Raises:
            TrainingError: the checkpoint is damaged or was made by another recipe.
        """
        if not self.state_file.exists():
            return
        state = load_state(self.state_file)
        if state["recipe"] != _text(self.plan):
            raise TrainingError(
                f"{self.state_file} was made by another version of this config; "
                "rename it to start anew, or restore the config to resume"
            )
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]

    def deploy(self) -> None:
        """Write the net as the hardware will compute it."""
        save_net(self.net_file, self.net, self.plan.name, self.plan.net)

    def log(self, psnr: float) -> None:
        """Append the mean training PSNR since the last entry."""
        with self.log_file.open("a") as log:
            log.write(json.dumps({"step": self.step, "psnr": round(psnr, 3)}) + "\n")


def _groups(net: nn.Module, schedule: Schedule) -> list[dict[str, Any]]:
    shifts, others = [], []
    for name, parameter in net.named_parameters():
        (shifts if name.endswith(SHIFTS) else others).append(parameter)
    return [
        {"params": others, "factor": 1.0},
        {"params": shifts, "factor": schedule.shift_factor},
    ]


def _text(plan: Recipe) -> str:
    return json.dumps(asdict(plan), sort_keys=True)
