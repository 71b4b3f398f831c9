# SPDX-License-Identifier: MIT
"""Works timed in turns, so that what disturbs the machine disturbs all of them alike."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

__all__ = ["Taken", "in_turns"]


@dataclass(frozen=True)
class Taken:
    """Seconds of the clock, and of the processor, all threads together."""

    seconds: float
    processor: float


def in_turns(rounds: int, **works: Callable[[], object]) -> dict[str, Taken]:
    """The medians of each; every round has one of each, the first one not counted.

    A work that gives Taken, as of another process, is believed.
    """
    found: dict[str, list[Taken]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        for name, work in works.items():
            begin = time.perf_counter(), time.process_time()
            told = work()
            if not isinstance(told, Taken):
                told = Taken(time.perf_counter() - begin[0], time.process_time() - begin[1])
            if turn:
                found[name].append(told)
    return {
        name: Taken(median(t.seconds for t in all_), median(t.processor for t in all_))
        for name, all_ in found.items()
    }
