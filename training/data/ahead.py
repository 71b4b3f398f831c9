# SPDX-License-Identifier: MIT
"""Batches made by other processes while a GPU works on earlier ones."""

import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data import batches
from tarsier_fpga.training.facts.recipe import Recipe

__all__ = ["make_ahead"]

WORKERS = 6  # at most: what they hold ready must fit into 64 MB of shared memory


def make_ahead(
    plan: Recipe, source: Sequence, steps: range, rank: int = 0
) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches of `steps`, in that order, where the GPU can fetch them by itself.

    Raises:
        TrainingError: as `batches.batch` does.
    """
    loader = DataLoader(
        _Batches(plan, source, rank),
        batch_size=None,
        sampler=steps,
        num_workers=max(1, min(WORKERS, (os.cpu_count() or 1) // 2)),
        pin_memory=torch.cuda.is_available(),
        worker_init_fn=_leave_interrupts,
    )
    for made in loader:
        if isinstance(made, TrainingError):
            raise made
        yield made


@dataclass(frozen=True)
class _Batches(Dataset):
    plan: Recipe
    source: Sequence
    rank: int

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor] | TrainingError:
        try:
            return batches.batch(self.plan, self.source, step, self.rank)
        except TrainingError as error:
            return error  # raised here, it would bring the worker's traceback along


def _leave_interrupts(_: int) -> None:
    """Ctrl-C is for the process that trains: it needs a last batch to finish its step."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
