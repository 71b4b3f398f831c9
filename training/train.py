# SPDX-License-Identifier: MIT
"""Train one network: python -m training.train CONFIG [--data DIR] [--out DIR]

The same command resumes an interrupted run, bit for bit as if nothing had happened. The loss is
the mean over the batch of 10 log10(MSE), minus the PSNR in dB: dim and bright samples weigh the
same, where a plain L1 or L2 would train for the darkest ones only.
"""

import argparse
import json
import math
import sys
from dataclasses import asdict
from pathlib import Path

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Generator, Tensor, nn

from training import data, noise, recipe
from training.checkpoint import load_state, save_net, save_state
from training.codes import from_codes, to_codes
from training.errors import TrainingError
from training.model import build
from training.paths import data_dir
from training.recipe import Recipe, Schedule

__all__ = ["Run", "learning_rate", "loss_db", "train"]

LOG_EVERY = 50
MSE_FLOOR = 1e-7  # 70 dB: keeps the logarithm finite on a perfectly restored sample


def loss_db(codes: Tensor, clean: Tensor) -> Tensor:
    """Mean over the batch of 10 log10(MSE) between network output `codes` and the `clean` scene."""
    mse = (from_codes(codes) - clean).square().mean(dim=(1, 2, 3))
    return 10 * torch.log10(mse + MSE_FLOOR).mean()


def learning_rate(schedule: Schedule, step: int) -> float:
    """The rate used for iteration `step`, counted from 0."""
    if step < schedule.warmup:
        return schedule.rate * (step + 1) / schedule.warmup
    done = (step - schedule.warmup) / max(1, schedule.iterations - schedule.warmup)
    cosine = (1 + math.cos(math.pi * done)) / 2
    return schedule.rate * (schedule.floor + (1 - schedule.floor) * cosine)


class Run:
    """A network in training: its parameters, its optimiser and how far it has come."""

    def __init__(self, plan: Recipe, photos: list, out: Path):
        torch.manual_seed(plan.seed)
        self.plan, self.photos = plan, photos
        self.sensor = noise.camera()
        self.net = build(plan.net).to(memory_format=torch.channels_last)
        self.optimiser = torch.optim.Adam(self.net.parameters(), lr=plan.schedule.rate)
        self.step = 0
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
        """One optimiser step; returns its loss in dB.

        Raises:
            TrainingError: the loss is not finite; the parameters are those before this step.
        """
        codes, clean = self.batch()
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.plan.schedule, self.step)
        loss = loss_db(self.net(codes), clean)
        if not torch.isfinite(loss):
            raise TrainingError(
                f"{self.plan.name}: loss is {loss.item()} at step {self.step}; "
                f"the last good checkpoint is {self.state_file}"
            )
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        self.step += 1
        return loss.item()

    def save(self) -> None:
        save_state(
            self.state_file,
            {
                "step": self.step,
                "recipe": json.dumps(asdict(self.plan), sort_keys=True),
                "net": self.net.state_dict(),
                "optimiser": self.optimiser.state_dict(),
            },
        )

    def resume(self) -> None:
        """Continue from the run's checkpoint, if there is one.

        Raises:
            TrainingError: the checkpoint was made by another recipe.
        """
        if not self.state_file.exists():
            return
        state = load_state(self.state_file)
        if state["recipe"] != json.dumps(asdict(self.plan), sort_keys=True):
            raise TrainingError(
                f"{self.state_file} was made by another version of this config; "
                "rename it to start anew, or restore the config to resume"
            )
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]


def train(plan: Recipe, photos: list, out: Path, *, until: int | None = None) -> nn.Module:
    """Run `plan` to its end (or to iteration `until`), resuming what `out` holds of it.

    Ctrl-C saves a checkpoint before it is passed on, so nothing is lost.
    """
    run = Run(plan, photos, out)
    run.resume()
    end = min(plan.schedule.iterations, until or plan.schedule.iterations)
    columns = (
        TextColumn(plan.name),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[loss]}"),
    )
    with Progress(*columns) as progress:
        task = progress.add_task(plan.name, total=end, completed=run.step, loss="")
        recent: list[float] = []
        try:
            while run.step < end:
                recent.append(run.advance())
                progress.update(task, completed=run.step)
                if run.step % LOG_EVERY == 0:
                    mean = sum(recent) / len(recent)
                    recent.clear()
                    progress.update(task, loss=f"{-mean:.2f} dB")
                    _log(run, mean)
                if run.step % plan.schedule.save_every == 0:
                    run.save()
        except KeyboardInterrupt:
            run.save()
            raise
    run.save()
    save_net(run.net_file, run.net, plan.name, plan.net)
    return run.net


def _log(run: Run, loss: float) -> None:
    with run.log_file.open("a") as log:
        log.write(json.dumps({"step": run.step, "psnr": round(-loss, 3)}) + "\n")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="training.train", description="Train one network.")
    parser.add_argument("config", type=Path, help="a file like training/configs/*.toml")
    parser.add_argument("--data", type=Path, help="folder of image sets; default $TARSIER_DATA")
    parser.add_argument("--out", type=Path, default=Path("build/train"), help="checkpoints go here")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)  # a net this small is slower on more
    try:
        plan = recipe.read(options.config)
        photos = data.photographs(data_dir(options.data) / plan.photographs)
        options.out.mkdir(parents=True, exist_ok=True)
        train(plan, photos, options.out)
    except TrainingError as error:
        print(f"training.train: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("training.train: interrupted; the same command resumes", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
