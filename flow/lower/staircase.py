# SPDX-License-Identifier: MIT
"""A quantized chain over one stream as lines: y = clamp(rint((x * m + b) / 2^shift)) in integers.

Between two quantizers stand lines with knots: scales, shifts, a BatchNorm, slopes below zero,
clips. What is found here is not only near to it: wherever the integer staircase steps, the chain
itself is executed on both sides of the step, and the two must be equal. A staircase that has the
right value on both sides of each of its steps has it everywhere, since both only climb or only
fall within a piece.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower.doubles import constant_of
from tarsier_fpga.flow.lower.meaning import LINEAR, Integers, Value
from tarsier_fpga.hls.golden.requant import requant

__all__ = ["Levels", "Lines", "first_where", "lines_of"]

_KNOTTED = frozenset({"Relu", "LeakyRelu", "PRelu", "Clip"})
_MULTIPLIER_BITS = 40  # of the widest factor; a DSP takes 18, several of them more
_SHIFTS = 48
# What is added before rounding half to even, in halves of the last place, gives the other modes.
_MODES = {"ROUND": None, "HALF_EVEN": None, "FLOOR": (-1, 1), "CEIL": (1, -1)}
_MODES |= {"HALF_UP": (0, 1), "HALF_DOWN": (0, -1)}

Levels = Callable[[np.ndarray], np.ndarray]  # (C, N) integers of a stream -> (C, N) levels


@dataclass(frozen=True, eq=False)
class Lines:
    """rint((x * m + b) / 2^shift), clamped to floor..ceiling; (m, b) is below or above `knot`.

    All but `shift`, `floor` and `ceiling` are (C,) integers.
    """

    knot: np.ndarray
    below: tuple[np.ndarray, np.ndarray]
    above: tuple[np.ndarray, np.ndarray]
    shift: int
    floor: int
    ceiling: int

    @property
    def table(self) -> np.ndarray:
        """(C, 5) integers: the knot, and factor and summand below and above it."""
        return np.stack([self.knot, *self.below, *self.above], axis=1)

    def at(self, x: np.ndarray) -> np.ndarray:
        """(C, N) levels of (C, N) integers, half to even."""
        above = x >= self.knot[:, None]
        m, b = (np.where(above, self.above[i][:, None], self.below[i][:, None]) for i in range(2))
        return requant(x * m + b, self.shift, self.floor, self.ceiling)

    @property
    def shift_alone(self) -> tuple[int, np.ndarray] | None:
        """The shift of a whole number of places, and (C,) what is added to x, if that is all.

        A floor of 0 may stand for a piece that is 0.
        """
        m, b = self.above
        flat = self.floor == 0 and not np.any(self.below[0]) and not np.any(self.below[1])
        same = np.array_equal(self.below[0], m) and np.array_equal(self.below[1], b)
        factor = int(m[0])
        if not (flat or same) or np.any(m != factor) or factor <= 0 or factor & (factor - 1):
            return None
        places = factor.bit_length() - 1
        if places > self.shift or np.any(b % factor):
            return None
        if flat and np.any(self.knot * m + b > 0):  # zero reaches further than the line says
            return None
        return self.shift - places, b // factor


def first_where(test: Callable[[np.ndarray], np.ndarray], x: Integers) -> np.ndarray:
    """(C,) least integers of `x` at which `test` holds, one past its range where it never does.

    `test` gives (C, N) truths of (C, N) integers, and once it holds in a channel it goes on to.
    """
    low = np.full(x.channels, x.least, np.int64)
    high = np.full(x.channels, x.most + 1, np.int64)
    while np.any(low < high):
        middle = (low + high) // 2
        held = test(np.minimum(middle, x.most)[:, None])[:, 0]
        high = np.where(held & (low < high), middle, high)
        low = np.where(held, low, np.where(low < high, middle + 1, low))
    return low


def lines_of(value: Value, levels: Levels, target: Integers, mode: str) -> Lines | None:
    """`value` of one term, quantized to `target` by rounding `mode`, as lines; None if it is none.

    `levels` says what integer of the target the quantizer makes of each integer.
    """
    if mode not in _MODES:
        return None
    [x] = value.terms
    edges = _pieces(value)
    if edges is None:
        return None
    ends = np.concatenate([edges[:, :-1, None], edges[:, 1:, None] - 1], axis=2)  # (C, pieces, 2)
    made = levels(ends.reshape(x.channels, -1)).reshape(ends.shape)
    real = value.within(ends.reshape(x.channels, -1)).reshape(ends.shape)
    real = (real - target.offset[:, None, None]) / target.scale[:, None, None]
    length = ends[:, :, 1] - ends[:, :, 0]
    slope = np.divide(
        real[:, :, 1] - real[:, :, 0], length, out=np.zeros(length.shape), where=length > 0
    )
    start = real[:, :, 0] - slope * ends[:, :, 0]
    used = length >= 0
    floor, ceiling = int(made[used].min()), int(made[used].max())
    pieces = [
        _two_pieces(edges[c], slope[c], start[c], used[c], made[c], (floor, ceiling))
        for c in range(x.channels)
    ]
    if any(piece is None for piece in pieces):
        return None
    knot, a, b = (np.array([piece[i] for piece in pieces if piece]) for i in range(3))
    return _fitted(levels, x, (knot.astype(np.int64), a, b), (floor, ceiling), mode)


def _pieces(value: Value) -> np.ndarray | None:
    """(C, n + 1) integers at which pieces begin, and one past the last; None for other curves."""
    [x] = value.terms
    if any(node.op_type not in _KNOTTED | LINEAR for node in value.chain):
        return None
    starts = [np.full(x.channels, x.least, np.int64), np.full(x.channels, x.most + 1, np.int64)]
    for n, node in enumerate(value.chain):
        if node.op_type not in _KNOTTED:
            continue
        for level in _knots(value.model, node):
            before = Value(value.source, value.terms, value.chain[:n], model=value.model)
            at_ends = before.within(np.broadcast_to([x.least, x.most], (x.channels, 2)))
            rising = at_ends[:, 1] >= at_ends[:, 0]

            def passed(
                i: np.ndarray, before: Value = before, up: np.ndarray = rising, level: float = level
            ) -> np.ndarray:
                reached = before.within(i)
                return np.where(up[:, None], reached >= level, reached <= level)

            starts.append(first_where(passed, x))
    return np.sort(np.stack(starts, axis=1), axis=1)


def _knots(model: ModelWrapper, node: NodeProto) -> list[float]:
    if node.op_type != "Clip":
        return [0.0]
    limits = [constant_of(model, name) for name in node.input[1:] if name]
    return [float(limit) for limit in limits if limit is not None and limit.size == 1]


def _two_pieces(
    edges: np.ndarray,
    slope: np.ndarray,
    start: np.ndarray,
    used: np.ndarray,
    made: np.ndarray,
    clamp: tuple[int, int],
) -> tuple[int, tuple[float, float], tuple[float, float]] | None:
    """The knot, slopes and starts below and above it, of one channel; None if there are more."""
    lines: list[tuple[int, float, float, bool]] = []
    for n in np.flatnonzero(used):
        flat = made[n][0] == made[n][1] and made[n][0] in clamp and slope[n] == 0
        if lines and (slope[n], start[n]) == lines[-1][1:3]:
            continue
        lines.append((int(edges[n]), slope[n], start[n], bool(flat)))
    while len(lines) > 2 and lines[-1][3]:
        lines.pop()
    while len(lines) > 2 and lines[0][3]:
        lines.pop(0)
    if len(lines) > 2:
        return None
    first, last = lines[0], lines[-1]
    return last[0], (first[1], last[1]), (first[2], last[2])


def _fitted(
    levels: Levels,
    x: Integers,
    pieces: tuple[np.ndarray, np.ndarray, np.ndarray],
    clamp: tuple[int, int],
    mode: str,
) -> Lines | None:
    """Integers for (C,) knots and (C, 2) slopes and starts that give the same steps."""
    knot, slope, start = pieces
    steepest = float(np.max(np.abs(slope), initial=0))
    for shift in range(_SHIFTS):
        scaled = np.ldexp(slope, shift), np.ldexp(start, shift)
        m, b = (np.rint(each) for each in scaled)
        exact = np.array_equal(m, scaled[0]) and np.array_equal(b, scaled[1])
        if steepest * 2.0**shift >= 2 ** (_MULTIPLIER_BITS - 1) or np.max(np.abs(b)) >= 2.0**60:
            return None
        # Slopes of fewer bits than a level's steps are no use to try.
        if not exact and steepest * 2.0**shift < 2**7 and steepest:
            continue
        lines = _rounded(knot, m.astype(np.int64), b.astype(np.int64), shift, clamp, mode)
        if _same(lines, levels, x):
            return lines
        if exact:
            return None
    return None


def _rounded(
    knot: np.ndarray, m: np.ndarray, b: np.ndarray, shift: int, clamp: tuple[int, int], mode: str
) -> Lines:
    change = _MODES[mode]
    if change is not None:
        halves, last = change
        m, b, shift = 2 * m, 2 * b + halves * (1 << shift) + last, shift + 1
    return Lines(knot, (m[:, 0], b[:, 0]), (m[:, 1], b[:, 1]), shift, *clamp)


def _same(lines: Lines, levels: Levels, x: Integers) -> bool:
    """Whether `lines` are `levels` at the ends, at the knots and on both sides of every step."""
    points = [np.full((x.channels, 1), end) for end in (x.least, x.most)]
    points += [lines.knot[:, None] - 1, lines.knot[:, None]]
    half_steps = np.arange(lines.floor, lines.ceiling) * 2 + 1  # between two levels, in halves
    for m, b in (lines.below, lines.above):
        inside = np.where(m == 0, 1, m)[:, None]
        at = np.floor(
            (np.ldexp(half_steps.astype(np.float64), lines.shift - 1) - b[:, None]) / inside
        )
        at = np.clip(at, x.least, x.most).astype(np.int64)
        points += [at - 1, at, at + 1]
    where = np.clip(np.concatenate(points, axis=1), x.least, x.most)
    return np.array_equal(lines.at(where), levels(where))
