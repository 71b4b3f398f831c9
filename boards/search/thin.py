# SPDX-License-Identifier: MIT
"""Which short trainings go on: those that give most for what they cost.

A point's lead is by how many dB it is ahead of the best one that takes no more LUTs and no more
memory, among all that were trained for as many steps. A point that none is below leads by infinity.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tarsier_fpga.search.record import Record

__all__ = ["Dropped", "thin"]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A record that does not go on, and why."""

    record: Record
    why: str


def thin(
    alive: Sequence[Record], earlier: Sequence[Record], steps: int, keep: float
) -> tuple[list[Record], list[Dropped]]:
    """Those of `alive` that go on after `steps`, the share `keep` of them, and the others.

    `earlier` are of generations before, of which those count that came as far.
    """
    count = math.ceil(keep * len(alive))
    rivals = [*alive, *(one for one in earlier if steps in one.psnr_db)]
    leads = {one.number: _lead(one, rivals, steps) for one in alive}
    ranked = sorted(alive, key=lambda one: (-leads[one.number][0], one.number))
    kept = {one.number for one in ranked[:count]}
    dropped = [
        Dropped(one, _why(one, leads[one.number], steps, count, len(alive)))
        for one in ranked[count:]
    ]
    return [one for one in alive if one.number in kept], dropped


def _lead(one: Record, rivals: Sequence[Record], steps: int) -> tuple[float, Record | None]:
    """How far `one` is ahead, and of whom."""
    below = [
        other
        for other in rivals
        if other.number != one.number and other.lut <= one.lut and other.memory <= one.memory
    ]
    if not below:
        return math.inf, None
    best = max(below, key=lambda other: (other.psnr_db[steps], -other.number))
    return one.psnr_db[steps] - best.psnr_db[steps], best


def _why(one: Record, lead: tuple[float, Record | None], steps: int, count: int, alive: int) -> str:
    ahead, best = lead
    scored = f"{one.psnr_db[steps]:.2f} dB after {steps} steps"
    share = f"{count} of {alive} went on"
    if best is None:
        return f"{scored}; {share}"
    how = f"{abs(ahead):.2f} dB {'above' if ahead > 0 else 'below'}"
    return f"{scored}, {how} trial {best.number}, which takes no more; {share}"
