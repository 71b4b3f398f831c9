# SPDX-License-Identifier: MIT
"""The search: generations of points that fit the board, trained in stages and thinned out.

All of its state is in the store and in the trials' folders. Whatever is decided, is decided from
what the store holds and in the order of the points' numbers; so a search that was stopped anywhere
ends as one that was not, and on more workers as on one.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.search.draw import draw
from tarsier_fpga.search.point_cost import beyond, point_cost
from tarsier_fpga.search.record import Fate, Record
from tarsier_fpga.search.search_plan import SearchPlan, Value, board_at
from tarsier_fpga.search.store import Store
from tarsier_fpga.search.thin import thin
from tarsier_fpga.search.training_task import scored_on, train_and_score
from tarsier_fpga.search.workers import Run

__all__ = ["Notice", "Search", "search"]

_ROUNDS = 12  # of points drawn for a generation, until enough of them fit

Notice = Callable[[str, float, float | None], None]  # what happened, share done, seconds left


@dataclass(frozen=True, slots=True)
class Search:
    """What a search works with.

    Attributes:
        folder: of the trials' states
        data: folder of image sets; None for $TARSIER_DATA
    """

    plan: SearchPlan
    store: Store
    run: Run
    folder: Path
    data: Path | None
    notice: Notice

    def trial_folder(self, record: Record) -> Path:
        """Where the short training of `record` is."""
        return self.folder / record.name


def search(job: Search) -> list[Record]:
    """All records, once as many points were trained as the plan asks for, or all that there are.

    Raises:
        HostError: no point of a generation fits the board, or Ray ended.
    """
    plan, generation, meter = job.plan, 0, _Meter(job)
    if not job.store.held_back:
        job.store.hold_back(scored_on(plan, job.data))
    while (fitting := sum(map(_fits, _before(job, generation)))) < plan.trials:
        size = min(plan.generation, plan.trials - fitting)
        _fill(job, generation, size, meter)
        if not _of(job, generation):
            break  # there is no point left
        _race(job, generation, meter)
        generation += 1
    return job.store.records()


def _before(job: Search, generation: int) -> list[Record]:
    return [one for one in job.store.records() if one.generation < generation]


def _of(job: Search, generation: int) -> list[Record]:
    return [one for one in job.store.records() if one.generation == generation]


def _fits(record: Record) -> bool:
    return record.fate is not Fate.INFEASIBLE


def _fill(job: Search, generation: int, size: int, meter: "_Meter") -> None:
    """Draw points for `generation` until `size` of them fit, or no more are drawn."""
    plan, store = job.plan, job.store
    for number in range(_ROUNDS):
        records = store.records()
        earlier = [one for one in records if (one.generation, one.round) < (generation, number)]
        mine = [one for one in earlier if one.generation == generation]
        missing = size - sum(map(_fits, mine))
        if missing == 0:
            return
        # What of this round is there already was drawn from the same records.
        points: list[dict[str, Value]] = []
        for one in range(len(records), len(earlier) + missing):
            taken = [*(each.params for each in records), *points]
            if point := draw(plan, _as_drawn(earlier, generation), one, taken):
                points.append(point)
        if not points:
            continue
        tasks = [(plan, point) for point in points]
        meter.tell(f"generation {generation}: estimating {len(tasks)} points")
        costs = dict(job.run(point_cost, tasks))
        for index, point in enumerate(points):
            board = board_at(plan, point)
            needed = costs[index]
            store.add(point, needed, generation, number, beyond(needed, board, plan.within))
    mine = _of(job, generation)
    if mine and not any(map(_fits, mine)):
        nearest = min(mine, key=lambda one: (bool(one.needed.refused), one.needed.share))
        raise HostError(
            f"none of {len(mine)} points fits {plan.board} at {plan.size} and {plan.fps:g} frames"
            f" per second; nearest was trial {nearest.number}: {nearest.why}"
        )


def _as_drawn(records: Sequence[Record], generation: int) -> list[Record]:
    """`records` as they were when `generation` was drawn, before any of it was trained."""
    return [
        Record(one.number, one.params, one.generation, one.round, one.needed, Fate.RUNNING)
        if one.generation == generation and _fits(one)
        else one
        for one in records
    ]


def _race(job: Search, generation: int, meter: "_Meter") -> None:
    """Train those of `generation` that fit, in stages, of which each but the first has fewer."""
    plan, store = job.plan, job.store
    numbers = {one.number for one in _of(job, generation) if _fits(one)}
    for steps in plan.rungs.steps:
        _train(job, [one for one in store.records() if one.number in numbers], steps, meter)
        # Also one that failed later: what was decided then is decided again.
        alive = [one for one in store.records() if one.number in numbers and steps in one.psnr_db]
        if steps == plan.rungs.steps[-1]:
            for one in alive:
                store.finish(one, Fate.FINISHED)
            return
        kept, dropped = thin(alive, _before(job, generation), steps, plan.rungs.keep)
        for each in dropped:
            store.finish(each.record, Fate.PRUNED, each.why)
        numbers = {one.number for one in kept}


def _train(job: Search, records: Sequence[Record], steps: int, meter: "_Meter") -> None:
    todo = [one for one in records if steps not in one.psnr_db and one.fate is Fate.RUNNING]
    held = job.store.held_back
    tasks = [
        (job.plan, one.params, one.name, steps, job.trial_folder(one), job.data, held)
        for one in todo
    ]
    for index, scored in job.run(train_and_score, tasks):
        record = todo[index]
        if scored.failed:
            job.store.finish(record, Fate.FAILED, scored.failed)
            meter.tell(f"trial {record.number} failed: {scored.failed}")
        else:
            job.store.scored(record, steps, scored.psnr_db, scored.seconds)
            meter.did(record, steps)
            meter.tell(f"trial {record.number}: {scored.psnr_db:.2f} dB after {steps} steps")


class _Meter:
    """How much is done, and the time left by the speed so far; counted in training steps."""

    def __init__(self, job: Search):
        self.job, self.begin, self.now = job, time.monotonic(), 0
        steps = job.plan.rungs.steps
        self.more = {a: a - b for a, b in zip(steps, (0, *steps), strict=False)}
        share, self.total = 1.0, 0.0
        for stage in steps:
            self.total += share * job.plan.trials * self.more[stage]
            share *= job.plan.rungs.keep
        self.done = sum(self.more[at] for one in job.store.records() for at in one.psnr_db)

    def did(self, record: Record, steps: int) -> None:
        """A stage of a training."""
        self.now += self.more[steps]

    def tell(self, what: str) -> None:
        """Say what happened."""
        done = min(1.0, (self.done + self.now) / self.total)
        took = time.monotonic() - self.begin
        left = (self.total - self.done - self.now) / self.now * took if self.now else None
        self.job.notice(what, done, left)
