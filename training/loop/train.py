# SPDX-License-Identifier: MIT
"""Train one network.

The same call resumes a run that was interrupted, killed or out of time; on a CPU, bit for bit
as if nothing had happened. On several GPUs or nodes it runs once per GPU, through Lightning Fabric.
"""

import math
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from threading import Event, current_thread, main_thread
from typing import Any

import torch
from lightning_fabric import Fabric

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data import store
from tarsier_fpga.training.data.batches import smallest_side
from tarsier_fpga.training.data.images import find_set
from tarsier_fpga.training.data.raw_pairs import Reader, find_pairs
from tarsier_fpga.training.facts.family import Network
from tarsier_fpga.training.facts.paths import data_dir
from tarsier_fpga.training.facts.recipe import Recipe
from tarsier_fpga.training.loop.history import History
from tarsier_fpga.training.loop.progress_report import Report
from tarsier_fpga.training.loop.training_run import Run, Step, learning_rate

__all__ = ["open_source", "train"]

LOG_EVERY = 50


class _Stop(IntEnum):
    """Why a run stops before its end."""

    NOT = 0
    OUT_OF_TIME = 1
    INTERRUPTED = 2


def train(
    plan: Recipe,
    source: Sequence[Any],
    out: Path,
    fabric: Fabric | None = None,
    minutes: float = math.inf,
    steps: int | None = None,
) -> Network:
    """The network `plan` describes, trained to the end; resumes what `out` holds of the run.

    After `minutes`, or at step `steps` of its schedule, it stops where it is, to be resumed, and
    gives the network so far.

    Raises:
        TrainingError: the loss stopped being finite, or the checkpoint in `out` is of no use.
        KeyboardInterrupt: Ctrl-C, after the step in progress was finished and saved.
    """
    until = time.monotonic() + 60 * minutes
    run = Run(plan, source, out, fabric)
    run.resume()
    run.save()
    end, first = plan.schedule.iterations, run.fabric.is_global_zero
    end = end if steps is None else min(end, steps)
    history = History(out, plan.name, run.step) if first else None
    try:
        with Report(plan.name, run.step, end, first) as report, _interrupts() as interrupted:
            stop = _advance(run, end, history, report, interrupted, until)
        run.save()
        if stop is _Stop.INTERRUPTED and run.step < end:
            raise KeyboardInterrupt
        if run.step < end and first:
            print(
                f"{plan.name}: out of time at step {run.step} of {end}; the same command resumes",
                file=sys.stderr,
            )
        return run.deploy()
    finally:
        if history:
            history.close()
        run.close()


def _advance(
    run: Run, end: int, history: History | None, report: Report, interrupted: Event, until: float
) -> _Stop:
    """Train until step `end` or until there is a reason to stop, which is returned."""
    schedule = run.plan.schedule
    seen: list[Step] = []
    since, stop = time.perf_counter(), _Stop.NOT
    while run.step < end and stop is _Stop.NOT:
        seen.append(run.advance())
        report.at(run.step)
        if run.step % LOG_EVERY == 0 or run.step == end:
            values = _means(seen)
            # The means have waited for a GPU, so the steps are done.
            values["steps_per_s"] = len(seen) / (time.perf_counter() - since)
            values["rate"] = learning_rate(schedule, run.step - 1)
            if history:
                history.add(run.step, **values)
            report.note(run.step, values["psnr"], values["steps_per_s"])
            seen, since = [], time.perf_counter()
        if run.step % schedule.save_every == 0:
            run.save()
        stop = _agreed(run, interrupted, until)
    return stop


def _agreed(run: Run, interrupted: Event, until: float) -> _Stop:
    """Whether to stop now: of several processes, all after the same step."""
    stop = _Stop.OUT_OF_TIME if time.monotonic() >= until else _Stop.NOT
    if interrupted.is_set():
        stop = _Stop.INTERRUPTED
    if run.fabric.world_size == 1:
        return stop
    if run.step % LOG_EVERY:
        return _Stop.NOT
    most = run.fabric.all_reduce(torch.tensor(float(stop)), reduce_op="max")
    assert isinstance(most, torch.Tensor)
    return _Stop(int(most.item()))


def open_source(plan: Recipe, data: Path | None, read: Reader) -> Sequence[Any]:
    """The photographs or raw pairs that `plan` trains on; `read` reads files of cameras.

    Raises:
        TrainingError: they are missing, one of them is too small, or the network is not trained.
    """
    if plan.net.family.untrained:
        raise TrainingError(f"{plan.name}: {plan.net.family.untrained}")
    folder = find_set(plan.photographs, data_dir(data))
    if plan.pairs:
        return find_pairs(plan.pairs, folder, read)
    found = store.photographs(folder, smallest_side(plan))
    found.report()
    if strangers := sorted(set(plan.leave_out) - found.images.keys()):
        raise TrainingError(
            f"{plan.name}: leave_out names {', '.join(strangers)}, "
            f"but {folder} has no image of that name"
        )
    return [image for name, image in found.images.items() if name not in plan.leave_out]


def _means(seen: list[Step]) -> dict[str, float]:
    return {
        "loss": torch.stack([step.loss for step in seen]).mean().item(),
        "psnr": torch.stack([step.psnr for step in seen]).mean().item(),
    }


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
