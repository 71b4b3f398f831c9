# SPDX-License-Identifier: MIT
"""A point of a search and what is known of it; all of it is in the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.search.search_plan import Value

__all__ = ["Fate", "Needed", "Record", "memory_kbit", "pareto"]


class Fate(StrEnum):
    """What became of a point, as pages and tables say it."""

    RUNNING = "running"
    FINISHED = "finished"
    PRUNED = "pruned"
    INFEASIBLE = "infeasible"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Needed:
    """What a design takes, FIFOs aside, by Tarsier's estimate.

    Attributes:
        share: of the scarcest resource of the board
        cycles: of a frame
        refused: why there is no such design, if there is none
    """

    resources: Resources = field(default_factory=Resources)
    share: float = 0.0
    cycles: int = 0
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A point.

    Attributes:
        number: counted from 0, in the order of drawing
        generation, round: when it was drawn
        psnr_db: on the held-back scenes, by steps of training
        seconds: of training and scoring, by steps too
        why: what was said when it was pruned, or found infeasible, or failed
        full_db: once trained to the end
    """

    number: int
    params: Mapping[str, Value]
    generation: int
    round: int
    needed: Needed
    fate: Fate
    psnr_db: Mapping[int, float] = field(default_factory=dict)
    seconds: Mapping[int, float] = field(default_factory=dict)
    why: str = ""
    full_db: float | None = None

    @property
    def name(self) -> str:
        """As its files are called."""
        return f"trial-{self.number:04d}"

    @property
    def best_db(self) -> float | None:
        """The PSNR after the most steps there are."""
        return self.psnr_db[max(self.psnr_db)] if self.psnr_db else None

    @property
    def lut(self) -> float:
        """Look-up tables."""
        return float(self.needed.resources.lut)

    @property
    def memory(self) -> float:
        """Kilobits of block and ultra RAM."""
        return memory_kbit(self.needed.resources)


def memory_kbit(resources: Resources) -> float:
    """Kilobits of block and ultra RAM.

    >>> memory_kbit(Resources(bram36=1.5, uram=1))
    342.0
    """
    return 36.0 * resources.bram36 + 288.0 * resources.uram


def pareto(records: Sequence[Record]) -> list[Record]:
    """The finished ones that none beats in dB without more LUTs and memory; fewest LUTs first."""
    done = [one for one in records if one.fate is Fate.FINISHED]
    best = [one for one in done if not any(_beats(other, one) for other in done)]
    return sorted(best, key=lambda one: (one.lut, one.number))


def _beats(a: Record, b: Record) -> bool:
    ours, theirs = (_objectives(one) for one in (a, b))
    return all(x <= y for x, y in zip(ours, theirs, strict=True)) and ours != theirs


def _objectives(one: Record) -> tuple[float, float, float]:
    assert one.best_db is not None
    return (-one.best_db, one.lut, one.memory)
