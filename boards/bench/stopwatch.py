# SPDX-License-Identifier: MIT
"""How long work takes: warmed up, the median of many runs, and given up where it takes too long."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Timing", "TooSlow", "median_time"]

LEAST_RUNS = 3


class TooSlow(Exception):
    """One run takes longer than the limit."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one run, the median of `runs`."""

    seconds: float
    runs: int


def median_time(
    work: Callable[[], object],
    runs: int,
    limit_s: float,
    clock: Callable[[], float] = time.perf_counter,
) -> Timing:
    """Median of `runs` runs of `work` after a warm-up, or of as many as end within `limit_s`.

    `work` returns when all it started is done. At least three runs are timed.

    Raises:
        TooSlow: the warm-up alone took longer than `limit_s`.
    """
    begin = clock()
    work()
    warm = clock() - begin
    if warm > limit_s:
        raise TooSlow(f"one run took {warm:.3g} s, more than the limit of {limit_s:g} s")
    times: list[float] = []
    while len(times) < runs and (len(times) < LEAST_RUNS or sum(times) < limit_s):
        begin = clock()
        work()
        times.append(clock() - begin)
    return Timing(statistics.median(times), len(times))
