# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.describe.ranges import signed_width, unsigned_width
from tarsier_fpga.hls.golden.requant import requant as golden
from tarsier_fpga.hls.kernels.requant import requant
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, run, seeded

BEATS = 200


@dataclass(frozen=True)
class Params:
    lanes: int
    x_width: int
    shift: int
    y_width: int
    y_min: int
    y_max: int


@st.composite
def params(draw):
    y_min = draw(st.integers(-600, 40))
    y_max = draw(st.integers(y_min, 1100))
    needed = signed_width(y_min, y_max) if y_min < 0 else unsigned_width(y_max)
    return Params(
        lanes=draw(st.integers(1, 9)),
        x_width=draw(st.integers(1, 24)),
        shift=draw(st.integers(0, 26)),
        y_width=needed + draw(st.integers(0, 3)),
        y_min=y_min,
        y_max=y_max,
    )


GRID = Grid(params(), quick=Params(3, 12, 4, 8, -100, 100))


def case(p: Params, x: np.ndarray) -> Case:
    instance = requant(p.lanes, p.x_width, p.shift, p.y_width, p.y_min, p.y_max)
    y = golden(x, p.shift, p.y_min, p.y_max)
    return Case(p, instance, {"x": pack(x, p.x_width)}, {"y": pack(y, p.y_width)})


def random_x(p: Params) -> np.ndarray:
    """Half of it near the clamp's middle, where rounding shows."""
    rng, half = seeded(p), 1 << (p.x_width - 1)
    x = rng.integers(-half, half, (BEATS, p.lanes))
    return np.where(rng.random(x.shape) < 0.5, x, x // 8)


def extreme_x(p: Params) -> np.ndarray:
    half = 1 << (p.x_width - 1)
    ties = np.arange(-9, 10, 2) * (1 << p.shift) // 2  # exact halves of an output step
    x = np.clip(np.concatenate([ties - 1, ties, ties + 1, [-half, half - 1, 0]]), -half, half - 1)
    return np.repeat(x[:, None], p.lanes, axis=1)


def random_case(p: Params) -> Case:
    return case(p, random_x(p))


def extreme_case(p: Params) -> Case:
    return case(p, extreme_x(p))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_golden_rounds_as_numpy():
    for p in GRID:
        # NumPy's rint on exact binary fractions is an independent statement of the rounding
        rounded = np.clip(np.rint(extreme_x(p) / 2.0**p.shift).astype(int), p.y_min, p.y_max)
        assert np.array_equal(golden(extreme_x(p), p.shift, p.y_min, p.y_max), rounded)


def test_cycle_contract():
    for ran in run([random_case(p) for p in GRID]):
        assert np.array_equal(ran.in_cycles["x"], np.arange(BEATS))
        assert np.array_equal(ran.out_cycles["y"], np.arange(BEATS) + 1)


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"shift=-1 must be an integer >= 0"):
        requant(4, 12, -1, 8, 0, 255)
    with pytest.raises(KernelError, match=r"y_min=3 must be <= y_max=2"):
        requant(4, 12, 3, 8, 3, 2)
    with pytest.raises(KernelError, match=r"y_width=8 must be >= 9 to carry -1..255"):
        requant(4, 12, 3, 8, -1, 255)
    instance = requant(4, 12, 3, 10, 0, 1000)
    assert "requant: YMin=1001 must be <= YMax=1000" in refused(instance, YMin=1001)
    assert "requant: YWidth=9 must carry YMin=0 .. YMax=1000" in refused(instance, YWidth=9)
