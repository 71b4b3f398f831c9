# SPDX-License-Identifier: MIT
"""What a network is, as plain facts: it travels in the header of every checkpoint."""

import math
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, Strict
from pydantic.dataclasses import dataclass

from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.family import Family, find_family
from tarsier_fpga.training.facts.task import Task

__all__ = [
    "KNOWN_ONLY",
    "LEVERS",
    "Act",
    "Flag",
    "Form",
    "Int",
    "NetSpec",
    "Real",
    "Statistics",
    "Version",
]

# Of binary units, with what each is where it is not pulled.
LEVERS = {"zeros": 0.0, "sign_scale": False, "learned_window": False, "dilation": 1}
KNOWN_ONLY = ConfigDict(extra="forbid")

# What is written as another type is a mistake, not made to fit.
Int = Annotated[int, Strict()]
Real = Annotated[float, Strict()]
Flag = Annotated[bool, Strict()]
Count = Annotated[Int, Field(ge=1)]
Bits = Annotated[Int, Field(ge=2, le=12)]


class Form(StrEnum):
    FLOAT = "float"  # the paper's: floating residual, zeros around the bits
    HARDWARE = "hardware"  # integers times powers of two, constant bits around the frame


class Version(StrEnum):
    """The paper's steps from a ReActNet-like unit to its own."""

    V1 = "V1"  # f(BN(bconv) + x)
    V2 = "V2"  # f(bconv + x)
    V3 = "V3"  # V2 with residual alignment
    V4 = "V4"  # f(bconv) + x, aligned


class Act(StrEnum):
    LINEAR = "linear"
    RELU = "relu"
    LEAKY = "leaky"


class Statistics(StrEnum):
    """Where the scales of channels come from."""

    NONE = "none"  # they are constants
    POWER = "power"  # constants, and powers of two
    BEFORE = "before"  # a few bits, of statistics of the frame before
    SAME = "same"  # of the frame itself, which no stream has seen when it needs them


@dataclass(frozen=True, config=KNOWN_ONLY)
class NetSpec:
    """A restoration network. Facts of residuals and exponents concern the hardware form only.

    Raises:
        TrainingError: there is no such kind, or the facts do not go together.
    """

    kind: str  # a family's
    channels: Count
    units: Count  # convolutions of the body
    residual_bits: Bits = 8
    residual_exponent: Int = -2
    sign_window: Real = 1.0  # residual units; shapes the gradient, never the result
    task: Task = Task.RAW
    form: Form = Form.HARDWARE
    version: Version = Version.V4
    binary: str = "B"  # the parts that are binarised, of H, B, U and T
    head: Act = Act.LINEAR  # what follows a full-precision head
    scale: Int = 1  # of super-resolution
    shortcut: Flag = False  # a parent's layers add to their input, as binary units do
    # Levers of binary units; none of them costs anything at inference but lines, by dilation.
    zeros: Annotated[Real, Field(ge=0, lt=1)] = 0.0  # share of weights that are 0: ternary
    sign_scale: Flag = False  # learned, per channel and of either sign, before the sign
    learned_window: Flag = False  # of the sign's gradient; sign_window is where it starts
    dilation: Annotated[Int, Field(ge=1, le=7)] = 1  # of every second unit of the body
    branch_bits: Bits = 8
    weight_bits: Bits = 8  # of low-bit layers; multi-bit layers of binary networks have 8
    head_exponent: Int = -8  # 8-bit weights in steps of 2^this
    up_exponent: Int = -9
    tail_exponent: Int = -10
    statistics: Statistics = Statistics.NONE  # of networks for video

    def __post_init__(self) -> None:
        family = self.family
        scales = (2, 4) if self.task is Task.SR else (1,)
        if self.scale not in scales:
            known = " or ".join(map(str, scales))
            raise TrainingError(f"net.scale = {self.scale} must be {known} for task {self.task}")
        if self.shortcut and not family.shortcut:
            raise TrainingError("net.shortcut = true is for a parent: binary units always have one")
        self._check_levers()
        if self.statistics is not Statistics.NONE and not family.recurrent:
            raise TrainingError(
                f"net.statistics = {str(self.statistics)!r} is for networks that remember, not for"
                f" kind {self.kind}"
            )
        family.check(self)

    def _check_levers(self) -> None:
        given = [name for name, none in LEVERS.items() if getattr(self, name) != none]
        if given and self.family.hardware is None:
            raise TrainingError(f"net.{given[0]} is of binary units, which a {self.kind} has not")
        if self.zeros and self.form is Form.FLOAT:
            raise TrainingError(f"net.zeros = {self.zeros:g} exists in the hardware form only")
        if self.dilation > 1 and self.units < 2:
            raise TrainingError(
                f"net.dilation = {self.dilation} is of every second unit: net.units must be above 1"
            )

    @property
    def deployed(self) -> "NetSpec":
        """The same network without what only its training needs."""
        if not self.exact:
            return self
        return replace(self, sign_scale=False, learned_window=False)

    @property
    def family(self) -> Family:
        """What there is to know of its kind."""
        return find_family(self.kind, self.task)

    @property
    def exact(self) -> bool:
        """Whether every value is an integer times a power of two."""
        return self.family.integers and self.form is Form.HARDWARE

    @property
    def rounded(self) -> bool:
        """Whether the network takes whole codes: sensors give nothing else."""
        return self.exact or self.task in (Task.RAW, Task.DARK)

    @property
    def colours(self) -> int:
        """Channels of the frames."""
        return self.family.channels or self.task.frame.channels

    @property
    def coding(self) -> Coding:
        """How the frames' values become codes."""
        return self.family.coding or self.task.coding

    @property
    def result_coding(self) -> Coding:
        """How the codes that come out become values."""
        return self.family.coding or self.task.result_coding

    @property
    def align(self) -> float:
        """Residual alignment: codes per unit of residual.

        The paper's k = 130 C / 64 on [0, 1] pixels, or none in V1 and V2; to the nearest power of
        two of codes in hardware. Full-precision networks do not mind and share their net's.
        """
        if self.form is Form.FLOAT and self.version in (Version.V1, Version.V2):
            return float(self.coding.span)
        codes = self.coding.span / (130 * self.channels / 64)
        return codes if self.form is Form.FLOAT else 2.0 ** round(math.log2(codes))

    @property
    def frame_exponent(self) -> int:
        """In hardware's form a code is 2^this units of residual."""
        return -round(math.log2(self.align))

    @property
    def reach_exponent(self) -> int:
        """Steps and bounds of a unit's parameters grow by 2^this, as its residual does above 32."""
        return max(0, self.residual_bits - 1 + self.residual_exponent - 5)

    @property
    def radius(self) -> int:
        """Pixels on each side that one output pixel depends on."""
        return self.family.radius(self) + (self.dilation - 1) * (self.units // 2)
