# SPDX-License-Identifier: MIT
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.exposure_meter import exposure_meter as golden
from tarsier_fpga.hls.golden.exposure_meter import semi_log
from tarsier_fpga.hls.kernels.exposure_meter import exposure_meter
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, run, seeded

FRAMES = 3


@dataclass(frozen=True)
class Params:
    lanes: int
    x_width: int
    beats: int
    mantissa: int
    span: int  # of 16 parts of what x_width holds
    target: int
    most: int

    @property
    def arithmetic(self) -> tuple:
        """What golden takes besides the samples."""
        rng, top = seeded(self), (1 << self.x_width) - 1
        span = max(1, top * self.span // 16)
        entries = int(semi_log(np.array([span]), self.mantissa)[0]) + 1
        black = rng.integers(0, top // 2 + 1, self.lanes)
        weights = rng.integers(0, 1 << 8, entries)
        return black, span, weights, self.mantissa, self.target, self.most


GRID = Grid(
    st.builds(
        Params,
        lanes=st.integers(1, 5),
        x_width=st.integers(1, 12),
        beats=st.integers(1, 60),
        mantissa=st.integers(1, 5),
        span=st.integers(1, 16),
        target=st.integers(1, 5000),
        most=st.integers(1, 700),
    ),
    24,
)


def case(p: Params, x: np.ndarray) -> Case:
    black, *others = p.arithmetic
    kernel = exposure_meter(p.beats, p.x_width, black, *others)
    gains = np.array([[golden(frame, black, *others)] for frame in x])
    beats = pack(x.reshape(-1, p.lanes), p.x_width)
    return Case(p, kernel, {"x": beats}, {"y": pack(gains, kernel.number("YWidth"))})


def random_case(p: Params) -> Case:
    top = 1 << p.x_width
    ends = seeded(p).integers(1, top + 1, FRAMES)  # frames of different light
    frames = [seeded((p, end)).integers(0, end, (p.beats, p.lanes)) for end in ends]
    return case(p, np.array(frames))


def extreme_case(p: Params) -> Case:
    """All black, all white, and a lamp in the dark."""
    x = np.zeros((FRAMES, p.beats, p.lanes), np.int64)
    x[1] = x[2, -1, -1] = (1 << p.x_width) - 1
    return case(p, x)


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case, [{"y": 0.95}, {"x": 0.9}]
)


def test_gains_are_below_and_at_their_most():
    gains = [int(beat) for p in GRID for beat in random_case(p).expected["y"].ravel()]
    mosts = [p.most for p in GRID for _ in range(FRAMES)]
    at = sum(gain == most for gain, most in zip(gains, mosts, strict=True))
    assert 0 < at < len(gains)


def test_golden_is_the_equation():
    for p in GRID:
        black, span, weights, mantissa, target, most = p.arithmetic
        x = seeded(p).integers(0, 1 << p.x_width, (p.beats, p.lanes))
        light = [min(max(int(v) - int(black[i]), 0), span) for row in x for i, v in enumerate(row)]
        w = [int(weights[_index(v, mantissa)]) for v in light]
        mean = sum(a * b for a, b in zip(w, light, strict=True))
        wanted = most if mean == 0 else min(int(Fraction(target * sum(w), mean)), most)
        assert golden(x, black, span, weights, mantissa, target, most) == wanted


def _index(v: int, mantissa: int) -> int:
    """By the words of the golden model's text, in bits."""
    octave = max(0, v.bit_length() - 1 - mantissa)
    return (octave << mantissa) + (v >> octave)


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        kernel = random_case(p).instance
        divide = kernel.number("TargetW") + kernel.number("YWidth") + 2
        period = max(p.beats, divide)
        last = ran.in_cycles["x"][p.beats - 1 :: p.beats]
        assert ran.out_cycles["y"][0] == last[0] + divide + 3
        assert np.array_equal(np.diff(ran.out_cycles["y"]), [period] * (FRAMES - 1))


def test_rejects_bad_parameters(refused):
    good = (8, 4, np.array([1]), 15, np.ones(12, int), 2, 9, 9)
    with pytest.raises(KernelError, match=r"exposure_meter: beats=0 must be an integer >= 1"):
        exposure_meter(0, *good[1:])
    with pytest.raises(KernelError, match=r"black 1..1 and span=16 must fit in x_width=4 bits"):
        exposure_meter(*good[:3], 16, *good[4:])
    with pytest.raises(KernelError, match=r"weights of shape \(16,\) must be \(12,\) and >= 0"):
        exposure_meter(*good[:4], np.ones(16, int), *good[5:])
    instance = exposure_meter(*good)
    assert "exposure_meter: Entries=7 must be one for every index up to that of Span=15" in refused(
        instance, Entries=7
    )
