# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.describe.ranges import signed_width, unsigned_width
from tarsier_fpga.hls.golden.residual_add import residual_add as golden
from tarsier_fpga.hls.kernels.residual_add import residual_add
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, limits, run, seeded

BEATS = 200


@dataclass(frozen=True)
class Params:
    lanes: int
    x_width: int
    x_signed: bool
    d_width: int
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
        x_signed=draw(st.booleans()),
        d_width=draw(st.integers(1, 24)),
        y_width=needed + draw(st.integers(0, 3)),
        y_min=y_min,
        y_max=y_max,
    )


GRID = Grid(params())


def case(p: Params, x: np.ndarray, d: np.ndarray) -> Case:
    instance = residual_add(p.lanes, p.x_width, p.x_signed, p.d_width, p.y_width, p.y_min, p.y_max)
    y = golden(x, d, p.y_min, p.y_max)
    inputs = {"x": pack(x, p.x_width), "d": pack(d, p.d_width)}
    return Case(p, instance, inputs, {"y": pack(y, p.y_width)})


def ends(p: Params) -> tuple[tuple[int, int], tuple[int, int]]:
    return limits(p.x_width, p.x_signed), limits(p.d_width, True)


def random_case(p: Params) -> Case:
    """Half of the values small, so that not all sums saturate."""
    rng = seeded(p)
    wide = [rng.integers(least, most + 1, (BEATS, p.lanes)) for least, most in ends(p)]
    x, d = (np.where(rng.random(v.shape) < 0.5, v, v >> rng.integers(9)) for v in wide)
    return case(p, x, d)


def extreme_case(p: Params) -> Case:
    x_ends, d_ends = ends(p)
    pairs = np.array([(x, d) for x in (*x_ends, 0) for d in (*d_ends, 0)])
    x, d = (np.repeat(column[:, None], p.lanes, axis=1) for column in pairs.T)
    return case(p, x, d)


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_cycle_contract():
    cases = [random_case(p) for p in GRID]
    for ran in run(cases):
        assert np.array_equal(ran.in_cycles["x"], np.arange(BEATS))
        assert np.array_equal(ran.out_cycles["y"], np.arange(BEATS) + 1)
    # x and d move together, whoever comes late
    for ran in run(cases, {"d": 0.5}):
        assert np.array_equal(ran.in_cycles["x"], ran.in_cycles["d"])
        assert np.array_equal(ran.out_cycles["y"], ran.in_cycles["d"] + 1)


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"d_width=0 must be an integer >= 1"):
        residual_add(4, 8, True, 0, 8, -128, 127)
    with pytest.raises(KernelError, match=r"y_width=7 must be >= 8 to carry -128..127"):
        residual_add(4, 8, True, 8, 7, -128, 127)
    instance = residual_add(3, 3, True, 7, 5, -9, 11)
    assert "residual_add: YWidth=4 must carry YMin=-9 .. YMax=11" in refused(instance, YWidth=4)
    assert "residual_add: YMin=-9 must be <= YMax=-10" in refused(instance, YMax=-10)
