# SPDX-License-Identifier: MIT
"""A kernel at one small parameter set, and what is to be proven of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from tarsier_fpga.hls.netlist.instance import Instance
from tarsier_fpga.hls.netlist.ram_style import RamStyle

__all__ = ["Bounded", "Case", "Golden", "Induction", "Part", "Shape", "Way"]

Golden = Callable[..., np.ndarray | Mapping[str, np.ndarray]]


@dataclass(frozen=True, slots=True)
class Induction:
    """True for ever: in the first `depth` cycles, and after any `depth` cycles in which it was."""

    depth: int

    def __str__(self) -> str:
        return f"induction, {self.depth}"


@dataclass(frozen=True, slots=True)
class Bounded:
    """True in the first `cycles` cycles, whatever the environment does."""

    cycles: int

    def __str__(self) -> str:
        return f"{self.cycles} cycles"


Way = Induction | Bounded


class Part(StrEnum):
    """What is proven at once."""

    STREAMS = "streams"  # an offered beat stays, reset clears, valid does not depend on ready
    MEANING = "meaning"  # nothing lost, invented or reordered, and the golden model's values


@dataclass(frozen=True, slots=True)
class Shape:
    """What a stream carries in one unit of a kernel's work: a vector, a pixel or a frame."""

    lanes: int
    width: int
    beats: int = 1
    signed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One kernel at one parameter set.

    `golden` takes each input of a unit by name, `(beats, lanes) int64`, and returns the outputs by
    name in the same form, or the only output in any shape.
    """

    instance: Instance
    inputs: Mapping[str, Shape]
    outputs: Mapping[str, Shape]
    golden: Golden | None  # None: its meaning reaches from unit to unit, see its .svh
    way: Way
    streams: Way = Induction(1)  # how the rules of the streams alone are proven
    in_place: bool = False  # an output may use a beat that is offered but not yet taken
    registers: int | None = None  # 0 or 1 where x becomes y beat by beat through so many registers
    eager: bool = True  # an output comes as soon as its own inputs are in, else with its unit's
    patience: int = 4  # idle cycles after which nothing may be left to come or to take
    units: int = 4  # how many units of work the properties tell apart
    # What induction must know of the inside, where that is not in hls/formal/<kernel>.svh.
    invariants: str = ""

    @property
    def kernel(self) -> str:
        """The kernel's name."""
        return self.instance.kernel

    @property
    def parts(self) -> Mapping[Part, Way]:
        """What is proven of it, and how."""
        return {Part.STREAMS: self.streams, Part.MEANING: self.way}

    @property
    def parameters(self) -> str:
        """What tells the case from the others of its kernel."""
        told = [
            f"{name}={value}"
            for name, value in self.instance.params.items()
            if isinstance(value, int | str) and value != RamStyle.AUTO
        ]
        return " ".join(told) or f"latency {self.instance.latency}"

    @property
    def name(self) -> str:
        """The kernel and its parameters, for people."""
        return f"{self.kernel} {self.parameters}"
