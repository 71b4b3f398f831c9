# SPDX-License-Identifier: MIT
"""Kernels that look at other pixels than the one they make, as taps of the frame they read.

Pixel (y, x) of what is made sees channel c of pixel (stride y + down, stride x + right) for each of
its taps. What enlarges a frame makes all of its larger pixels of one, as channels, which are laid
side by side afterwards.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from onnx import NodeProto
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.cpu.logic import Logic
from tarsier_fpga.flow.cpu.numbers import Number, add, larger
from tarsier_fpga.flow.ops.avg_pool import TarsierAvgPool
from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.max_pool import TarsierMaxPool
from tarsier_fpga.flow.ops.pad import TarsierPad
from tarsier_fpga.flow.ops.pixel_shuffle import TarsierPixelShuffle
from tarsier_fpga.flow.ops.pixel_unshuffle import TarsierPixelUnshuffle
from tarsier_fpga.flow.ops.spatial_shift import TarsierSpatialShift
from tarsier_fpga.flow.ops.upsample_bilinear import TarsierUpsampleBilinear
from tarsier_fpga.flow.ops.upsample_nearest import TarsierUpsampleNearest
from tarsier_fpga.flow.ops.window import TarsierWindow

__all__ = ["Enlarged", "Tap", "Taps", "combined", "enlarged", "is_spatial", "taps_of"]

See = Callable[[int], Number]  # a tap, by its number

_SEES = (
    TarsierAvgPool,
    TarsierMaxPool,
    TarsierPad,
    TarsierPixelUnshuffle,
    TarsierSpatialShift,
    TarsierUpsampleBilinear,
    TarsierWindow,
)
_ENLARGES = (TarsierPixelShuffle, TarsierUpsampleBilinear, TarsierUpsampleNearest)
_POOL = tuple(product(range(2), repeat=2))
_AROUND = tuple(product(range(-1, 2), repeat=2))


class Tap(NamedTuple):
    """A channel of the pixel `down` and `right` of the one that is looked from."""

    channel: int
    down: int
    right: int


@dataclass(frozen=True, slots=True)
class Taps:
    """What a kernel sees; `outside` (channels,) stands beyond the frame, None: its nearest pixel.

    `same`: what is made has the size of what is read.
    """

    taps: tuple[Tap, ...]
    outside: tuple[int, ...] | None
    stride: int = 1
    same: bool = False


@dataclass(frozen=True, slots=True)
class Enlarged:
    """Channel c of pixel (factor y + i, factor x + j) is channel source(c, i, j) of (y, x)."""

    factor: int
    repeats: bool

    def source(self, channel: int, i: int, j: int) -> int:
        return channel if self.repeats else (channel * self.factor + i) * self.factor + j


def is_spatial(node: NodeProto) -> bool:
    """Whether `node` looks at other pixels than the one it makes."""
    return isinstance(getCustomOp(node), _SEES + _ENLARGES)


def enlarged(op: TarsierOp) -> Enlarged | None:
    """How `op` enlarges frames, if it does, behind what its taps make."""
    match op:
        case TarsierUpsampleNearest():
            return Enlarged(op.factor, True)
        case TarsierPixelShuffle():
            return Enlarged(op.factor, False)
        case TarsierUpsampleBilinear():
            return Enlarged(2, False)
        case _:
            return None


def taps_of(op: TarsierOp, constants: Sequence[np.ndarray]) -> Taps | None:
    """What `op` sees, in the order in which `combined` takes it; None: the pixel alone."""
    channels = range(op.channels_in())
    match op:
        case TarsierWindow():
            shape = op.geometry()
            kernel, dilation = shape["kernel"], shape["dilation"]
            span = dilation * (kernel - 1)
            edge = span // 2 if shape["padding"] is None else shape["padding"]
            steps = [k * dilation - edge for k in range(kernel)]
            taps = tuple(Tap(c, *step) for step in product(steps, repeat=2) for c in channels)
            same = shape["stride"] == 1 and span == 2 * edge
            return Taps(taps, _integers(constants[0]), shape["stride"], same)
        case TarsierPixelUnshuffle():
            factor = op.factor
            square = tuple(product(range(factor), repeat=2))
            return Taps(tuple(Tap(c, *at) for c in channels for at in square), None, factor)
        case TarsierPad():
            top, _, left, _ = op.get_nodeattr("border")
            outside = _integers(constants[0]) if constants else None
            return Taps(tuple(Tap(c, -top, -left) for c in channels), outside)
        case TarsierSpatialShift():
            shifts = op.shifts().tolist()
            taps = tuple(Tap(c, *shifts[c]) for c in channels)
            return Taps(taps, _integers(constants[0]), same=True)
        case TarsierAvgPool() | TarsierMaxPool():
            return Taps(tuple(Tap(c, *at) for c in channels for at in _POOL), None, 2)
        case TarsierUpsampleBilinear():
            return Taps(tuple(Tap(c, *at) for c in channels for at in _AROUND), None, same=True)
        case _:
            return None


def combined(logic: Logic, op: TarsierOp, tap: See) -> See:
    """The channels that `op` makes of its taps, by their number."""
    match op:
        case TarsierAvgPool():
            return lambda c: _joined(tap, c, lambda a, b: add(logic, a, b))
        case TarsierMaxPool():
            return lambda c: _joined(tap, c, lambda a, b: larger(logic, a, b))
        case TarsierUpsampleBilinear():
            return lambda c: _interpolated(logic, tap, *divmod(c, 4))
        case _:
            return tap


def _joined(tap: See, channel: int, join: Callable[[Number, Number], Number]) -> Number:
    a, b, c, d = (tap(4 * channel + at) for at in range(4))
    return join(join(a, b), join(c, d))


def _interpolated(logic: Logic, tap: See, channel: int, quarter: int) -> Number:
    """Three parts of the nearer pixel and one of the farther, in both directions."""
    row, column = (2 * half - 1 for half in divmod(quarter, 2))

    def along(down: int) -> Number:
        near, far = (tap(9 * channel + _AROUND.index((down, right))) for right in (0, column))
        return add(logic, _tripled(logic, near), far)

    return add(logic, _tripled(logic, along(0)), along(row))


def _tripled(logic: Logic, x: Number) -> Number:
    return add(logic, x, x, 1)


def _integers(values: np.ndarray) -> tuple[int, ...]:
    return tuple(int(value) for value in values)
