# SPDX-License-Identifier: MIT
"""The points of a search that are trained to the end, and how far short trainings told of that."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import kendalltau, spearmanr

from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.search.record import Fate, Record, pareto
from tarsier_fpga.search.search import Search
from tarsier_fpga.search.training_task import train_and_score

__all__ = ["FEWEST", "Agreement", "agreement", "best", "evenly", "train_fully"]

FEWEST = 8  # full trainings that a rank correlation needs


@dataclass(frozen=True, slots=True)
class Agreement:
    """Rank correlations of short and full trainings, from -1 to 1, of `count` networks.

    `steps` are those of the short ones.
    """

    count: int
    steps: int
    spearman: float
    kendall: float


def best(records: Sequence[Record], count: int) -> list[Record]:
    """The `count` points of the front with the most dB, the best first.

    Raises:
        HostError: there are fewer.
    """
    front = sorted(pareto(records), key=lambda one: (-(one.best_db or 0), one.number))
    if count > len(front):
        raise HostError(f"--best {count}: the front has {len(front)} points so far")
    return front[:count]


def evenly(records: Sequence[Record], count: int) -> list[Record]:
    """`count` finished points, from the least dB to the most.

    Raises:
        HostError: there are fewer.
    """
    done = [one for one in records if one.fate is Fate.FINISHED]
    done.sort(key=lambda one: (one.best_db or 0, one.number))
    if count > len(done):
        raise HostError(f"--full {count}: {len(done)} points have finished their short training")
    last = len(done) - 1
    return [done[round(index * last / max(1, count - 1))] for index in range(count)]


def train_fully(job: Search, records: Sequence[Record]) -> None:
    """Train `records` as long as their base is, and keep their PSNR in the store.

    Raises:
        HostError: one of them cannot be trained.
    """
    todo = [one for one in records if one.full_db is None]
    folder = job.folder / "full"
    held = job.store.held_back
    tasks = [(job.plan, one.params, one.name, None, folder, job.data, held) for one in todo]
    for done, (index, scored) in enumerate(job.run(train_and_score, tasks), 1):
        if scored.failed:
            raise HostError(f"trial {todo[index].number}: {scored.failed}")
        job.store.trained(todo[index], scored.psnr_db)
        told = f"trial {todo[index].number}: {scored.psnr_db:.2f} dB fully trained"
        job.notice(told, done / len(todo), None)


def agreement(records: Sequence[Record]) -> Agreement:
    """How well short trainings rank the fully trained among `records`.

    Raises:
        HostError: too few are.
    """
    both = [one for one in records if one.full_db is not None and one.best_db is not None]
    if len(both) < FEWEST:
        raise HostError(
            f"{len(both)} points are fully trained, and a rank correlation needs {FEWEST}:"
            f" --full {FEWEST} trains as many, spread over all that finished"
        )
    steps = max(both[0].psnr_db)
    short, full = [one.psnr_db[steps] for one in both], [one.full_db for one in both]
    return Agreement(
        len(both),
        steps,
        float(spearmanr(short, full).statistic),
        float(kendalltau(short, full).statistic),
    )
