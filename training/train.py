# SPDX-License-Identifier: MIT
"""Train one network: python -m training.train CONFIG [--data DIR] [--out DIR]

The same command resumes an interrupted run, bit for bit as if nothing had happened.
"""

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean
from threading import Event

import numpy as np
import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import nn

from training import data, recipe
from training.errors import TrainingError
from training.paths import data_dir
from training.recipe import Recipe
from training.run import Run

__all__ = ["train"]

LOG_EVERY = 50


def train(plan: Recipe, photos: Sequence[np.ndarray], out: Path) -> nn.Module:
    """The network `plan` describes, trained to the end; resumes what `out` holds of the run.

    Raises:
        TrainingError: the loss stopped being finite, or the checkpoint in `out` is of no use.
        KeyboardInterrupt: Ctrl-C, after the step in progress was finished and saved.
    """
    run = Run(plan, photos, out)
    run.resume()
    run.save()
    end = plan.schedule.iterations
    scores: list[float] = []
    with _progress() as progress, _interrupts() as interrupted:
        task = progress.add_task(plan.name, total=end, completed=run.step, psnr="")
        while run.step < end:
            scores.append(run.advance())
            progress.update(task, completed=run.step)
            if run.step % LOG_EVERY == 0:
                run.log(fmean(scores))
                progress.update(task, psnr=f"{fmean(scores):.2f} dB")
                scores.clear()
            if run.step % plan.schedule.save_every == 0 or interrupted.is_set():
                run.save()
            if interrupted.is_set():
                raise KeyboardInterrupt
    run.save()
    run.deploy()
    return run.net


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[psnr]}"),
    )


@contextmanager
def _interrupts() -> Iterator[Event]:
    """An event that Ctrl-C sets, so that no optimiser step is ever saved half done."""
    event = Event()
    before = signal.signal(signal.SIGINT, lambda *_: event.set())
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)


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
        train(plan, list(photos.values()), options.out)
    except TrainingError as error:
        print(f"training.train: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("training.train: interrupted; the same command resumes", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
