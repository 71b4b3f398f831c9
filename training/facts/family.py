# SPDX-License-Identifier: MIT
"""A network family: all that training, scoring, export and the host must know of its networks.

A family is one file, training/networks/families/NAME.py, or a module of another package that the
entry point of the group `tarsier_fpga.networks` names. It has FAMILIES, a tuple of what is below.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor, nn

from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.hls.base.errors import TarsierError, TrainingError
from tarsier_fpga.hls.base.plugins import Group, modules
from tarsier_fpga.training.facts.state import State, first_state
from tarsier_fpga.training.facts.task import Task

if TYPE_CHECKING:  # the facts of a network are checked by its family
    from tarsier_fpga.training.facts.recipe import Recipe
    from tarsier_fpga.training.facts.spec import NetSpec

__all__ = ["Family", "HardwareForm", "Network", "Part", "Restorer", "find_family"]

HOME = "tarsier_fpga.training.networks.families"  # found, not imported: families stand on facts

Restorer = Callable[[np.ndarray], np.ndarray]  # (H, W[, 3]) values in [0, 1], in and out


class Part(StrEnum):
    """Parts of a network, by their letters in `net.binary`."""

    HEAD = "H"
    BODY = "B"
    UP = "U"
    TAIL = "T"

    @property
    def listed(self) -> str:
        """Its name in lists of costs."""
        return "upsampling" if self is Part.UP else self.name.lower()


class Network(nn.Module):
    """Frames of codes, held in float32, in and out (B, c, H, W); states follow them, both ways."""

    @property
    def states(self) -> tuple[State, ...]:
        """What a frame leaves for the next, in the order in which it is passed."""
        return ()

    def begin(self, x: Tensor) -> tuple[Tensor, ...]:
        """What is passed with the first of frames like `x`."""
        return tuple(first_state(state, x) for state in self.states)

    def calibrate(self, x: Tensor) -> None:
        """Fit what starts better so to frames `x`; nothing, if there are no thresholds."""

    def settle(self) -> None:
        """Replace what training holds by what is deployed: the same, in full precision."""


@dataclass(frozen=True, slots=True)
class HardwareForm:
    """How parameters that were trained in the paper's form go onto hardware's grids.

    Attributes:
        grids: by child module, the fact of NetSpec that is the exponent of its 8-bit weights
        factor: of a parameter's name and of what the residual alignment is multiplied by, what
            the parameter is multiplied by to make up for it
    """

    grids: Mapping[str, str]
    factor: Callable[[str, float], float]


def _nothing(spec: "NetSpec") -> None:
    """All facts go together."""


def _as_it_is(net: Network) -> Network:
    return net


def _radius(spec: "NetSpec") -> int:
    return spec.units + 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Networks of one `kind`, as configs call it, for some tasks.

    Attributes:
        build: a fresh network of these facts, from torch's global seed
        check: raises TrainingError where facts do not go together
        integers: whether it has a hardware form, of integers alone, which is exported
        hardware: how nets trained in the paper's form are converted, if they are
        parent: the kind of the full-precision networks of the same topology
        shortcut: whether `net.shortcut` means something
        parts: by child module, what it is; others are counted under their own names
        radius: pixels on each side that one output pixel depends on
        channels: of its frames, where they are not those of the task
        multiple: frames have sides that are multiples of this
        recurrent: whether a frame leaves states for the next
        coding: of its frames, where it is not that of the task
        sample: degraded and clean values (B, c, H, W) of a step, where not as the task does it
        score: PSNR and SSIM of an image at a setting, where not as the task does it
        run: what runs of a trained network
        title: what its one network is called, where it is one, as published
        untrained, unscored: why it is not, where it is not
    """

    kind: str
    tasks: frozenset[Task]
    build: Callable[["NetSpec"], Network]
    check: Callable[["NetSpec"], None] = _nothing
    integers: bool = False
    hardware: HardwareForm | None = None
    parent: str = ""
    shortcut: bool = False
    parts: Mapping[str, Part] = field(default_factory=dict)
    radius: Callable[["NetSpec"], int] = _radius
    channels: int | None = None
    multiple: int = 1
    recurrent: bool = False
    coding: Coding | None = None
    sample: Callable[["Recipe", Sequence, np.random.Generator], tuple[Tensor, Tensor]] | None = None
    score: Callable[[np.ndarray, int, Restorer], tuple[float, float]] | None = None
    run: Callable[[Network], Network] = _as_it_is
    title: str = ""
    untrained: str = ""
    unscored: str = ""


def find_family(kind: str, task: Task) -> Family:
    """The family of networks of `kind` for `task`.

    Raises:
        TrainingError: there is none; the message lists what there is.
        TarsierError: another package's module is no family.
    """
    known = _families()
    if (kind, task) in known:
        return known[kind, task]
    kinds = dict.fromkeys(other for other, _ in known)
    if kind not in kinds:
        raise TrainingError(f"net.kind = {kind!r} is unknown; known kinds: {', '.join(kinds)}")
    tasks = ", ".join(other for of, other in known if of == kind)
    raise TrainingError(f"net.task = {str(task)!r} is none of kind {kind}: {tasks}")


@cache
def _families() -> Mapping[tuple[str, Task], Family]:
    found: dict[tuple[str, Task], Family] = {}
    for name, module in modules(import_module(HOME), Group.NETWORKS):
        for family in _of(name, module):
            for task in Task:
                if task not in family.tasks:
                    continue
                if (family.kind, task) in found:
                    raise TarsierError(f"{name}: networks of kind {family.kind} are there already")
                found[family.kind, task] = family
    return found


def _of(name: str, module: object) -> tuple[Family, ...]:
    families = getattr(module, "FAMILIES", None)
    if not (isinstance(families, tuple) and all(isinstance(one, Family) for one in families)):
        raise TarsierError(f"network family {name}: its module must have FAMILIES, of Family")
    return families
