# SPDX-License-Identifier: MIT
"""A network in training: its parameters, its optimiser and how far it has come.

The loss is the mean absolute error, as in the paper: the darker a sample, the more it weighs.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import torch
from lightning_fabric import Fabric
from pytorch_msssim import ms_ssim
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data import batches
from tarsier_fpga.training.data.ahead import make_ahead
from tarsier_fpga.training.data.psnr import psnr_db
from tarsier_fpga.training.facts import recipe
from tarsier_fpga.training.facts.checkpoint import load_state, save_net, save_state
from tarsier_fpga.training.facts.codes import to_codes
from tarsier_fpga.training.facts.family import Network
from tarsier_fpga.training.facts.recipe import Recipe, Schedule
from tarsier_fpga.training.loop.start import start_network
from tarsier_fpga.training.networks.network import restore, restore_clips
from tarsier_fpga.training.networks.units import SHIFTS

__all__ = ["Run", "Step", "learning_rate"]

MSE_FLOOR = 1e-7  # 70 dB: keeps the logarithm finite on a perfectly restored sample


@dataclass(frozen=True, slots=True)
class Step:
    """What one optimiser step saw; tensors, so that nobody waits for a GPU before need be."""

    loss: Tensor
    psnr: Tensor


def learning_rate(schedule: Schedule, step: int) -> float:
    """The rate used for iteration `step`, counted from 0."""
    if step < schedule.warmup:
        return schedule.rate * (step + 1) / schedule.warmup
    if schedule.halve_at:
        return schedule.rate * 0.5 ** sum(step >= at for at in schedule.halve_at)
    done = (step - schedule.warmup) / max(1, schedule.iterations - schedule.warmup)
    cosine = (1 + math.cos(math.pi * done)) / 2
    return schedule.rate * (schedule.floor + (1 - schedule.floor) * cosine)


class Run:
    """One run of `plan` on `source`, with its files in `out`; `compiled` even on a CPU."""

    def __init__(
        self,
        plan: Recipe,
        source: Sequence[Any],
        out: Path,
        fabric: Fabric | None = None,
        compiled: bool = False,
    ):
        torch.manual_seed(plan.seed)
        self.plan, self.source, self.step = plan, source, 0
        self.fabric = fabric or Fabric(accelerator="cpu", devices=1)
        self.net = start_network(plan, self._first_frames)
        self.net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = torch.optim.Adam(_groups(self.net, plan.schedule))
        # Compiling for a CPU takes longer than it saves on the nets that are trained there.
        pays = compiled or (plan.schedule.compile and self.fabric.device.type == "cuda")
        module: Any = torch.compile(self.net) if pays else self.net
        self.engine, self.stepper = self.fabric.setup(module, self.optimiser)
        decay = plan.schedule.ema
        self.average = (
            AveragedModel(self.net, multi_avg_fn=get_ema_multi_avg_fn(decay)) if decay else None
        )
        self.ahead: Iterator | None = None
        self.state_file = out / f"{plan.name}.pt"
        self.net_file = out / f"{plan.name}.safetensors"

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Degraded and clean samples of `step`."""
        return batches.batch(self.plan, self.source, step, self.fabric.global_rank)

    def advance(self) -> Step:
        """One optimiser step.

        Raises:
            TrainingError: the loss is not finite; the parameters are those before this step.
        """
        degraded, clean = (self.fabric.to_device(part) for part in self._next_batch())
        for group in self.optimiser.param_groups:
            group["lr"] = group["factor"] * learning_rate(self.plan.schedule, self.step)
        restored = self._restored(degraded)
        loss = _loss(restored, clean, self.plan.ms_ssim)
        if not torch.isfinite(loss):
            raise TrainingError(
                f"{self.plan.name}: loss is {loss.item()} at step {self.step}; "
                f"the last good checkpoint is {self.state_file}"
            )
        self.stepper.zero_grad()
        self.fabric.backward(loss)
        self.stepper.step()
        self.step += 1
        if self.average is not None:
            self.average.update_parameters(self.net)
        psnr = psnr_db(restored.detach(), clean, floor=MSE_FLOOR).mean()
        return Step(loss.detach(), psnr)

    def save(self) -> None:
        """Write the checkpoint from which `resume` continues."""
        if self.fabric.is_global_zero:
            state = {
                "step": self.step,
                "recipe": _text(self.plan),
                "net": self.net.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "average": self.average.state_dict() if self.average is not None else {},
            }
            save_state(self.state_file, state)
        self.fabric.barrier()

    def resume(self) -> None:
        """Continue from the run's checkpoint, if there is one.

        Raises:
            TrainingError: the checkpoint is damaged or was made by another recipe.
        """
        if not self.state_file.exists():
            return
        state = load_state(self.state_file)
        if recipe.from_json(state.get("recipe", "{}")) != self.plan:
            raise TrainingError(
                f"{self.state_file} was made by another version of this config; "
                "rename it to start anew, or restore the config to resume"
            )
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        self.step = state["step"]

    def deploy(self) -> Network:
        """The net as it will be used, averaged if the schedule says so; also written."""
        net = cast(Network, self.average.module) if self.average is not None else self.net
        if self.fabric.is_global_zero:
            save_net(self.net_file, net, self.plan.name, self.plan.net)
        self.fabric.barrier()
        return net

    def close(self) -> None:
        """Stop making batches ahead."""
        self.ahead = None

    def _restored(self, degraded: Tensor) -> Tensor:
        spec = self.plan.net
        if not spec.family.recurrent:
            return restore(self.engine, spec, _channels_last(degraded))
        return restore_clips(self.engine, spec, degraded, self.net.begin(degraded[:, 0]))[0]

    def _first_frames(self) -> Tensor:
        degraded = self.batch(0)[0]
        frames = degraded.flatten(0, 1) if degraded.dim() == 5 else degraded
        return to_codes(frames, self.plan.net.coding, rounded=self.plan.net.rounded)

    def _next_batch(self) -> tuple[Tensor, Tensor]:
        if self.fabric.device.type == "cpu":
            return self.batch(self.step)
        if self.ahead is None:
            steps = range(self.step, self.plan.schedule.iterations)
            self.ahead = make_ahead(self.plan, self.source, steps, self.fabric.global_rank)
        return next(self.ahead)


def _loss(restored: Tensor, clean: Tensor, share: float) -> Tensor:
    """Mean absolute error, a share of it replaced by what MS-SSIM lacks to 1 if so asked."""
    error = (restored - clean).abs().mean()
    if not share:
        return error
    restored, clean = (x.flatten(0, -4) for x in (restored, clean))
    return (1 - share) * error + share * (1 - ms_ssim(restored, clean, data_range=1.0))


def _channels_last(frames: Tensor) -> Tensor:
    return frames.contiguous(memory_format=torch.channels_last)


def _groups(net: nn.Module, schedule: Schedule) -> list[dict[str, Any]]:
    shifts: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, parameter in net.named_parameters():
        (shifts if name.endswith(SHIFTS) else others).append(parameter)
    groups = [
        {"params": others, "factor": 1.0},
        {"params": shifts, "factor": schedule.shift_factor},
    ]
    return [group for group in groups if group["params"]]


def _text(plan: Recipe) -> str:
    return json.dumps(asdict(plan), sort_keys=True)
