# SPDX-License-Identifier: MIT
"""Train one network: python -m training.train CONFIG [--data DIR] [--out DIR]

The same command resumes an interrupted or killed run; on a CPU, bit for bit as if nothing had
happened. On several GPUs or nodes it runs once per GPU, through Lightning Fabric.
"""

import argparse
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, current_thread, main_thread

import torch
from lightning_fabric import Fabric
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import nn

from training import recipe, store
from training.batches import smallest_side
from training.errors import TrainingError
from training.history import History
from training.images import find_set
from training.paths import config_file, data_dir
from training.raw_pairs import find_pairs
from training.recipe import Recipe
from training.run import Run, Step, learning_rate
from training.spec import Kind

__all__ = ["open_source", "train"]

LOG_EVERY = 50


def train(plan: Recipe, source: Sequence, out: Path, fabric: Fabric | None = None) -> nn.Module:
    """The network `plan` describes, trained to the end; resumes what `out` holds of the run.

    Raises:
        TrainingError: the loss stopped being finite, or the checkpoint in `out` is of no use.
        KeyboardInterrupt: Ctrl-C, after the step in progress was finished and saved.
    """
    run = Run(plan, source, out, fabric)
    run.resume()
    run.save()
    end = plan.schedule.iterations
    history = History(out, plan.name, run.step) if run.fabric.is_global_zero else None
    seen: list[Step] = []
    since = time.perf_counter()
    try:
        with _progress(run.fabric.is_global_zero) as progress, _interrupts() as interrupted:
            task = progress.add_task(plan.name, total=end, completed=run.step, psnr="")
            while run.step < end:
                seen.append(run.advance())
                progress.update(task, completed=run.step)
                if run.step % LOG_EVERY == 0 or run.step == end:
                    values = _means(seen, time.perf_counter() - since)
                    values["rate"] = learning_rate(plan.schedule, run.step - 1)
                    if history:
                        history.add(run.step, **values)
                    progress.update(task, psnr=f"{values['psnr']:.2f} dB")
                    seen, since = [], time.perf_counter()
                if run.step % plan.schedule.save_every == 0 or interrupted.is_set():
                    run.save()
                if interrupted.is_set():
                    raise KeyboardInterrupt
        run.save()
        return run.deploy()
    finally:
        if history:
            history.close()
        run.close()


def open_source(plan: Recipe, data: Path | None) -> Sequence:
    """The photographs or raw pairs that `plan` trains on.

    Raises:
        TrainingError: they are missing, one of them is too small, or the network is not trained.
    """
    if plan.net.kind is Kind.RED:
        raise TrainingError(f"{plan.name}: RED is here to be counted and timed, not trained")
    folder = find_set(plan.photographs, data_dir(data))
    if plan.pairs:
        return find_pairs(plan.pairs, folder)
    found = store.photographs(folder, smallest_side(plan))
    found.report()
    return list(found.images.values())


def _means(seen: list[Step], seconds: float) -> dict[str, float]:
    return {
        "loss": torch.stack([step.loss for step in seen]).mean().item(),
        "psnr": torch.stack([step.psnr for step in seen]).mean().item(),
        "steps_per_s": len(seen) / seconds,
    }


def _progress(shown: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[psnr]}"),
        disable=not shown,
    )


@contextmanager
def _interrupts() -> Iterator[Event]:
    """An event that Ctrl-C sets, so that no optimiser step is ever saved half done."""
    event = Event()
    if current_thread() is not main_thread():
        yield event
        return
    before = signal.signal(signal.SIGINT, lambda *_: event.set())
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)


def main(arguments: list[str] | None = None, program: str = "training.train") -> int:
    parser = argparse.ArgumentParser(prog=program, description="Train one network.")
    parser.add_argument("config", help="a config that ships, or a .toml file")
    parser.add_argument("--data", type=Path, help="folder of image sets; default $TARSIER_DATA")
    parser.add_argument("--out", type=Path, default=Path("build/train"), help="checkpoints go here")
    parser.add_argument("--accelerator", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--devices", type=int, default=1, help="GPUs of each node")
    parser.add_argument("--nodes", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        plan = recipe.read(config_file(options.config))
        source = open_source(plan, options.data)
        train(plan, source, options.out, _fabric(plan, options))
    except TrainingError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{program}: interrupted; the same command resumes", file=sys.stderr)
        return 130
    return 0


def _fabric(plan: Recipe, options: argparse.Namespace) -> Fabric:
    accelerator = options.accelerator
    if accelerator == "auto":
        accelerator = "cuda" if torch.cuda.is_available() else "cpu"
    if accelerator == "cuda" and torch.cuda.device_count() < options.devices:
        raise TrainingError(
            f"--devices {options.devices}: this machine has {torch.cuda.device_count()} GPUs"
        )
    if accelerator == "cpu":
        torch.set_num_threads(1)  # sums in one order; and nets this small are slower on more
    else:
        torch.set_float32_matmul_precision("high")  # TF32 holds hardware's integers exactly
    several = options.devices * options.nodes > 1
    fabric = Fabric(
        accelerator=accelerator,
        devices=options.devices,
        num_nodes=options.nodes,
        strategy="ddp" if several else "auto",
        precision=plan.schedule.precision if accelerator == "cuda" else "32-true",
    )
    fabric.launch()
    return fabric


if __name__ == "__main__":
    sys.exit(main())
