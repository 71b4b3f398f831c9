# SPDX-License-Identifier: MIT
"""How many threads a simulation runs with, picked by measurement.

Two threads meet several times in every cycle, and wait for each other without sleeping: they pay in
large designs on idle cores only, and on busy ones they run many times slower than one. So both are
tried, where a run is long enough to pay for compiling the design again.
"""

import os
from collections.abc import Callable, Mapping

import numpy as np

from tarsier_fpga.hls.sim.verilated import Model

__all__ = ["LONG", "fastest"]

LONG = 300.0  # seconds on one thread from which on the second model is tried
_FEW = 3_000_000  # cycles that never take so long, so that short runs are not measured


def fastest(
    one: Model, two: Callable[[], Model], inputs: Mapping[str, np.ndarray], cycles: int
) -> Model:
    """The faster of `one` and `two()`, which has two threads, for `cycles` with `inputs`."""
    if len(os.sched_getaffinity(0)) < 2 or cycles < _FEW:
        return one
    pace = one.pace(inputs)
    if cycles / pace < LONG:
        return one
    other = two()
    return other if other.pace(inputs) > pace else one
