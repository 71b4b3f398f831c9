# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.upsample_bilinear import upsample_bilinear as golden
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.kernels.upsample_bilinear import upsample_bilinear
from tarsier_fpga.hls.kernels.width_adapter import width_adapter
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.frames import extreme_frames, raster, run_chain, taken, through_torch
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
        lanes=st.integers(1, 5),
        x_width=st.integers(1, 14),
        x_signed=st.booleans(),
        width=st.integers(1, 12),
        height=st.integers(1, 6),
    )
)


def case(p: Params, x: np.ndarray) -> Case:
    instance = upsample_bilinear(p.lanes, p.x_width, p.x_signed, p.width, p.height)
    y = np.array([golden(frame) for frame in x])
    return Case(p, instance, {"x": raster(x, p.x_width)}, {"y": raster(y, p.x_width + 4)})


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


def test_golden_equals_torch():
    for p in GRID:
        for frame in random_x(p):
            bigger = through_torch("interpolate", frame, scale_factor=2, mode="bilinear")
            assert np.array_equal(golden(frame), 16 * bigger)


def last_reads(p: Params) -> np.ndarray:
    """The pixel of y, counted from 0, at which each pixel of a frame is read for the last time."""
    row = np.minimum(2 * np.arange(p.height) + 2, 2 * p.height - 1)
    column = np.maximum(2 * np.arange(p.width) - 1, 0)
    return (row[:, None] * 2 * p.width + column).ravel()


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        pixels = 4 * p.height * p.width
        assert np.array_equal(ran.out_cycles["y"], np.arange(FRAMES * pixels) + 4)
        # a pixel is read three cycles before what is made of it can leave
        freed = np.concatenate([last_reads(p) + frame * pixels for frame in range(FRAMES)]) + 1
        assert np.array_equal(ran.in_cycles["x"], taken(freed, 2 * p.width))


@pytest.mark.parametrize("width, height", [(1, 3), (2, 4), (5, 3), (16, 5)])
def test_output_never_pauses_behind_an_even_input(width, height):
    """A pixel every 4 cycles, as a gathering width_adapter makes them."""
    p = Params(lanes=4, x_width=3, x_signed=True, width=width, height=height)
    pixel = p.lanes * p.x_width
    kernel = upsample_bilinear(p.lanes, p.x_width, p.x_signed, p.width, p.height)
    x = pack(random_x(p).reshape(-1, 1), p.x_width)
    chain = [width_adapter(p.x_width, pixel), fifo(pixel, 2), kernel]
    result = run_chain(chain, x, len(x))
    assert np.array_equal(result.in_cycles["x"], np.arange(len(x)))
    gives = result.out_cycles["y"].astype(int)[4 * p.width :]
    assert np.array_equal(gives, gives[0] + np.arange(len(gives)))


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"upsample_bilinear: frame_h=0 must be an integer >= 1"):
        upsample_bilinear(4, 8, True, 16, 0)
    with pytest.raises(KernelError, match=r"upsample_bilinear: lanes=0 must be an integer >= 1"):
        upsample_bilinear(0, 8, True, 16, 4)
    instance = upsample_bilinear(4, 8, True, 16, 4)
    message = "upsample_bilinear: FrameW=16 FrameH=0, both must be >= 1"
    assert message in refused(instance, FrameH=0)
    message = "upsample_bilinear: Lanes=0 XWidth=8, both must be >= 1"
    assert message in refused(instance, Lanes=0)
