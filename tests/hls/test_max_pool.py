# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.max_pool import max_pool as golden
from tarsier_fpga.hls.kernels.max_pool import max_pool
from tests.hls.frames import extreme_frames, raster, through_torch
from tests.hls.grid import Case, Grid, contract, limits, run, seeded

FRAMES = 3


@dataclass(frozen=True)
class Params:
    lanes: int
    x_width: int
    x_signed: bool
    width: int
    height: int


GRID = Grid(
    st.builds(
        Params,
        lanes=st.integers(1, 6),
        x_width=st.integers(1, 14),
        x_signed=st.booleans(),
        width=st.integers(2, 13),
        height=st.integers(2, 7),
    ),
    24,
)


def case(p: Params, x: np.ndarray) -> Case:
    instance = max_pool(p.lanes, p.x_width, p.x_signed, p.width, p.height)
    y = np.array([golden(frame) for frame in x])
    return Case(p, instance, {"x": raster(x, p.x_width)}, {"y": raster(y, p.x_width)})


def random_x(p: Params) -> np.ndarray:
    low, high = limits(p.x_width, p.x_signed)
    return seeded(p).integers(low, high + 1, (FRAMES, p.height, p.width, p.lanes))


def extreme_x(p: Params) -> np.ndarray:
    return extreme_frames(p.height, p.width, p.lanes, limits(p.x_width, p.x_signed))


def random_case(p: Params) -> Case:
    return case(p, random_x(p))


def extreme_case(p: Params) -> Case:
    return case(p, extreme_x(p))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case, [{"y": 0.9}, {"x": 0.9}]
)


def test_the_grid_has_odd_and_even_frames():
    assert {(p.width % 2, p.height % 2) for p in GRID} == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_golden_equals_torch():
    for p in GRID:
        for frame in random_x(p):
            assert np.array_equal(golden(frame), through_torch("max_pool2d", frame, kernel_size=2))


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        takes = np.arange(FRAMES * p.height * p.width).reshape(FRAMES, p.height, p.width)
        gives = takes[:, 1::2, 1::2].ravel() + 1
        assert np.array_equal(ran.out_cycles["y"], gives)
        # the run ends with the last y, which a dropped row or column of x may follow
        assert np.array_equal(ran.in_cycles["x"][: gives[-1]], takes.ravel()[: gives[-1]])


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"max_pool: frame_w=1 must be an integer >= 2"):
        max_pool(4, 8, True, 1, 4)
    with pytest.raises(KernelError, match=r"max_pool: x_width=0 must be an integer >= 1"):
        max_pool(4, 0, True, 4, 4)
    instance = max_pool(4, 8, True, 16, 4)
    assert "max_pool: FrameW=16 FrameH=1, both must be >= 2" in refused(instance, FrameH=1)
    assert "max_pool: Lanes=0 XWidth=8, both must be >= 1" in refused(instance, Lanes=0)
