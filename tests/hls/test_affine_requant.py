# SPDX-License-Identifier: MIT
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.describe.ranges import signed_width, unsigned_width
from tarsier_fpga.hls.golden.affine_requant import affine_requant as golden
from tarsier_fpga.hls.kernels.affine_requant import affine_requant
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, limits, run, seeded

PIXELS = 60
LATENCY = 4


@dataclass(frozen=True)
class Params:
    lanes: int
    folds: int
    x_width: int
    x_signed: bool
    bent: bool  # two pieces, whose knots may lie beyond x
    m_width: int
    a_width: int
    shift: int
    spare: int  # bits of y more than its clamp needs
    y_min: int
    y_max: int

    @property
    def y_width(self) -> int:
        needed = signed_width(self.y_min, self.y_max)
        return self.spare + (needed if self.y_min < 0 else unsigned_width(self.y_max))

    @property
    def coefficients(self) -> np.ndarray:
        rng, channels = seeded(self), self.lanes * self.folds
        least, most = limits(self.x_width, self.x_signed)
        knots = rng.integers(least - 1, most + 2, channels)
        mul = rng.integers(*limits(self.m_width, True), (channels, 2), endpoint=True)
        add = rng.integers(*limits(self.a_width, True), (channels, 2), endpoint=True)
        if not self.bent:
            mul[:, 1], add[:, 1] = mul[:, 0], add[:, 0]
        return np.stack([knots, mul[:, 0], add[:, 0], mul[:, 1], add[:, 1]], axis=1)

    @property
    def instance(self):
        ends = self.y_width, self.y_min, self.y_max
        return affine_requant(
            self.coefficients, self.lanes, self.x_width, self.x_signed, self.shift, *ends
        )


@st.composite
def params(draw):
    y_min = draw(st.integers(-600, 40))
    return Params(
        lanes=draw(st.integers(1, 5)),
        folds=draw(st.sampled_from([1, 2, 3, 5])),
        x_width=draw(st.sampled_from([8, 1, 2, 13, 21, 26])),
        x_signed=draw(st.booleans()),
        bent=draw(st.booleans()),
        m_width=draw(st.sampled_from([9, 1, 2, 12, 18, 25])),
        a_width=draw(st.sampled_from([12, 1, 20, 34])),
        shift=draw(st.sampled_from([8, 0, 1, 4, 16, 22, 40])),
        spare=draw(st.integers(0, 3)),
        y_min=y_min,
        y_max=draw(st.integers(y_min, 1100)),
    )


GRID = Grid(params(), quick=Params(2, 3, 13, True, True, 9, 12, 12, 0, -100, 100))


def case(p: Params, x: np.ndarray) -> Case:
    y = golden(x, p.coefficients, p.shift, p.y_min, p.y_max).reshape(-1, p.lanes)
    x_beats = pack(x.reshape(-1, p.lanes), p.x_width)
    return Case(p, p.instance, {"x": x_beats}, {"y": pack(y, p.y_width)})


def random_x(p: Params) -> np.ndarray:
    """Half of it near what rounds to the clamp's middle, where that shows."""
    rng, (least, most) = seeded(p), limits(p.x_width, p.x_signed)
    x = rng.integers(least, most, (PIXELS, p.lanes * p.folds), endpoint=True)
    near = _meets(p, rng.uniform(p.y_min - 1, p.y_max + 1, x.shape))
    return np.where(rng.random(x.shape) < 0.5, x, near)


def extreme_x(p: Params) -> np.ndarray:
    """The ends of x, both sides of the knot, and what is next to a half of an output step."""
    least, most = limits(p.x_width, p.x_signed)
    knots, channels = p.coefficients[:, 0], p.lanes * p.folds
    around = [np.full(channels, end) for end in (least, most, 0)]
    around += [knots - 1, knots, knots + 1]
    halves = _meets(p, np.repeat(np.arange(-9, 10)[:, None] / 2, channels, axis=1))
    return np.clip(np.concatenate([around, halves - 1, halves, halves + 1]), least, most)


def _meets(p: Params, y: np.ndarray) -> np.ndarray:
    """The x of the piece above at which it reaches about `y`."""
    least, most = limits(p.x_width, p.x_signed)
    mul, add = p.coefficients[:, 3], p.coefficients[:, 4]
    x = (y * 2.0**p.shift - add) / np.where(mul == 0, 1, mul)
    return np.rint(np.clip(x, least, most)).astype(np.int64)


def random_case(p: Params) -> Case:
    return case(p, random_x(p))


def extreme_case(p: Params) -> Case:
    return case(p, extreme_x(p))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def exact(x: int, row: list[int], p: Params) -> int:
    """One value, as a fraction that Python rounds."""
    knot, below_mul, below_add, above_mul, above_add = row
    m, b = (above_mul, above_add) if x >= knot else (below_mul, below_add)
    return min(max(round(Fraction(x * m + b, 2**p.shift)), p.y_min), p.y_max)


def test_golden_is_the_fraction_that_python_rounds():
    for p in GRID:
        rows, x = p.coefficients.tolist(), extreme_x(p)
        expected = [[exact(v, r, p) for v, r in zip(px, rows, strict=True)] for px in x.tolist()]
        assert golden(x, p.coefficients, p.shift, p.y_min, p.y_max).tolist() == expected


def test_golden_of_sums_beyond_64_bits():
    x, row = np.array([[2**62], [-(2**62)]]), np.array([[0, 3, 1, 2**61, 5]])
    assert golden(x, row, 100, -(2**40), 2**40).tolist() == [[2**23], [0]]


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        beats = np.arange(PIXELS * p.folds)
        assert np.array_equal(ran.in_cycles["x"], beats)
        assert np.array_equal(ran.out_cycles["y"], beats + LATENCY)


@pytest.mark.parametrize(
    ("rows", "pieces"),
    [
        ([[5, 2, 1, 2, 1], [-3, 4, 0, 4, 0]], 1),  # no bend
        ([[-128, 9, 9, 2, 1], [128, 4, 0, 9, 9]], 1),  # beyond what x can be
        ([[5, 2, 1, 2, 1], [127, 4, 0, 9, 9]], 2),
        ([[-127, 9, 9, 2, 1], [5, 2, 1, 2, 1]], 2),
    ],
)
def test_knots_that_decide_nothing_are_no_hardware(rows, pieces):
    assert affine_requant(np.array(rows), 2, 8, True, 2, 8, -128, 127).number("Pieces") == pieces


def test_rejects_bad_parameters(refused):
    rows = np.array([[0, 5, 1, 100, -7]] * 3)
    clamp = (8, -128, 127)
    with pytest.raises(KernelError, match=r"affine_requant: lanes=2 must divide channels=3"):
        affine_requant(rows, 2, 8, True, 4, *clamp)
    with pytest.raises(KernelError, match=r"of shape \(3, 4\) must have the 5 columns knot, below"):
        affine_requant(rows[:, :4], 1, 8, True, 4, *clamp)
    with pytest.raises(KernelError, match=r"coefficients of type float64 must be integers"):
        affine_requant(rows * 0.5, 1, 8, True, 4, *clamp)
    with pytest.raises(KernelError, match=r"shift=-1 must be an integer >= 0"):
        affine_requant(rows, 1, 8, True, -1, *clamp)
    with pytest.raises(KernelError, match=r"y_width=8 must be >= 9 to carry -1..255"):
        affine_requant(rows, 1, 8, True, 4, 8, -1, 255)
    with pytest.raises(KernelError, match=r"y_max=4294967295 must lie in -2147483648..2147483647"):
        affine_requant(rows, 1, 8, True, 4, 32, 0, 2**32 - 1)
    with pytest.raises(KernelError, match=r"x of 57 bits times factors of 8, .* sums of 64 bits"):
        affine_requant(rows, 1, 57, True, 4, *clamp)
    with pytest.raises(KernelError, match=r"over 2\^70 need sums of 71 bits, at most 63 can be"):
        affine_requant(rows, 1, 8, True, 70, *clamp)
    instance = affine_requant(rows, 3, 8, True, 4, *clamp)
    message = "affine_requant: SumW=14 must hold every sum and half an output step, Shift=4"
    assert message in refused(instance, SumW=14)
    assert "affine_requant: YMin=128 must be <= YMax=127" in refused(instance, YMin=128)
    assert "affine_requant: Pieces=3 must be 1 or 2" in refused(instance, Pieces=3)
