# SPDX-License-Identifier: MIT
"""What a network is, as plain facts: it travels in the header of every checkpoint."""

import math
from dataclasses import dataclass, fields
from enum import StrEnum

from tarsier_fpga.hls.base.coding import BYTE, RAW, UNCLIPPED, Coding
from tarsier_fpga.hls.base.errors import TrainingError

__all__ = ["Act", "Form", "Kind", "NetSpec", "Part", "Task", "Version"]


class Kind(StrEnum):
    BBCU = "bbcu"
    PARENT = "parent"  # the full-precision network of the same topology
    RED = "red"


class Task(StrEnum):
    RAW = "raw"
    RGB = "rgb"  # denoising
    JPEG = "jpeg"  # deblocking, luma only
    SR = "sr"  # super-resolution


class Form(StrEnum):
    FLOAT = "float"  # the paper's: floating residual, zeros around the bits
    HARDWARE = "hardware"  # integers times powers of two, constant bits around the frame


class Version(StrEnum):
    """The paper's steps from a ReActNet-like unit to its own."""

    V1 = "V1"  # f(BN(bconv) + x)
    V2 = "V2"  # f(bconv + x)
    V3 = "V3"  # V2 with residual alignment
    V4 = "V4"  # f(bconv) + x, aligned


class Part(StrEnum):
    HEAD = "H"
    BODY = "B"
    UP = "U"
    TAIL = "T"


class Act(StrEnum):
    LINEAR = "linear"
    RELU = "relu"
    LEAKY = "leaky"


COLOURS = {Task.RAW: 4, Task.RGB: 3, Task.JPEG: 1, Task.SR: 3}
CODINGS = {Task.RAW: RAW, Task.RGB: UNCLIPPED, Task.JPEG: BYTE, Task.SR: BYTE}


@dataclass(frozen=True, slots=True)
class NetSpec:
    """A restoration network. Facts of residuals and exponents concern the hardware form only."""

    kind: Kind
    channels: int
    units: int  # convolutions of the body
    residual_bits: int = 8
    residual_exponent: int = -2
    sign_window: float = 1.0  # residual units; shapes the gradient, never the result
    task: Task = Task.RAW
    form: Form = Form.HARDWARE
    version: Version = Version.V4
    binary: str = "B"  # the parts that are binarised, of H, B, U and T
    head: Act = Act.LINEAR  # what follows a full-precision head
    scale: int = 1  # of super-resolution
    shortcut: bool = False  # a parent's layers add to their input, as binary units do
    branch_bits: int = 8
    head_exponent: int = -8  # 8-bit weights in steps of 2^this
    up_exponent: int = -9
    tail_exponent: int = -10

    def __post_init__(self) -> None:
        for field in fields(self):
            if isinstance(field.type, type) and issubclass(field.type, StrEnum):
                object.__setattr__(self, field.name, _member(field.type, field.name, self))
        for name in ("channels", "units"):
            if getattr(self, name) < 1:
                raise TrainingError(f"net.{name} = {getattr(self, name)} must be at least 1")
        for name in ("residual_bits", "branch_bits"):
            if not 2 <= getattr(self, name) <= 12:
                raise TrainingError(f"net.{name} = {getattr(self, name)} must be 2 to 12")
        scales = (2, 4) if self.task is Task.SR else (1,)
        if self.scale not in scales:
            known = " or ".join(map(str, scales))
            raise TrainingError(f"net.scale = {self.scale} must be {known} for task {self.task}")
        parts = "HBUT" if self.task is Task.SR else "HBT"
        if self.kind is Kind.BBCU and not (self.binary and set(self.binary) <= set(parts)):
            raise TrainingError(f"net.binary = {self.binary!r} must be letters of {parts}")
        if self.shortcut and self.kind is not Kind.PARENT:
            raise TrainingError("net.shortcut = true is for a parent: binary units always have one")
        if self.exact and Part.BODY not in self.binary:
            raise TrainingError(f"net.binary = {self.binary!r}: hardware wants B, a binary body")
        if self.exact and self.version is not Version.V4:
            raise TrainingError(f"net.version = {self.version} exists in the float form only")

    @property
    def exact(self) -> bool:
        """Whether every value is an integer times a power of two."""
        return self.kind is Kind.BBCU and self.form is Form.HARDWARE

    @property
    def rounded(self) -> bool:
        """Whether the network takes whole codes: sensors give nothing else."""
        return self.exact or self.task is Task.RAW

    @property
    def colours(self) -> int:
        """Channels of the frames."""
        return COLOURS[self.task]

    @property
    def coding(self) -> Coding:
        """How the frames' values become codes."""
        return CODINGS[self.task]

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
    def reach_exponent(self) -> int:
        """Steps and bounds of a unit's parameters grow by 2^this, as its residual does above 32."""
        return max(0, self.residual_bits - 1 + self.residual_exponent - 5)

    @property
    def radius(self) -> int:
        """Pixels on each side that one output pixel depends on: a 3x3 layer adds one."""
        return self.units + 2


def _member(kind: type[StrEnum], name: str, spec: NetSpec) -> StrEnum:
    value = getattr(spec, name)
    if value not in set(kind):
        noun = "kinds" if kind is Kind else "values"
        known = ", ".join(kind)
        raise TrainingError(f"net.{name} = {value!r} is unknown; known {noun}: {known}")
    return kind(value)
