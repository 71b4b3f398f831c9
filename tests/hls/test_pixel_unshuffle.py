# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.pixel_unshuffle import pixel_unshuffle as golden
from tarsier_fpga.hls.kernels.pixel_unshuffle import pixel_unshuffle
from tarsier_fpga.hls.kernels.width_adapter import width_adapter
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.frames import extreme_frames, raster, run_chain, through_torch
from tests.hls.grid import Case, Grid, contract, run, seeded

FRAMES = 3


@dataclass(frozen=True)
class Params:
    channels: int
    bits: int
    factor: int
    columns: int  # of y
    rows: int
    lanes: int

    @property
    def passes(self) -> int:
        return self.channels // max(1, self.lanes // self.factor**2)

    @property
    def segments(self) -> int:
        return min(self.lanes, self.factor**2) // self.factor


def foldings(channels: int, factor: int, columns: int) -> list[int]:
    """Every number of lanes that keeps pace: whole rows of a square, or whole squares."""
    square = factor**2
    lanes = [k * factor for k in range(1, factor) if factor % k == 0]
    lanes += [square * sets for sets in range(1, channels + 1) if channels % sets == 0]
    return [n for n in lanes if channels // max(1, n // square) <= min(factor, columns)]


@st.composite
def params(draw):
    channels = draw(st.integers(1, 6))
    factor = draw(st.sampled_from([2, 3, 4, 6, 8]))
    columns = draw(st.integers(1, 7))
    lanes = draw(st.sampled_from(foldings(channels, factor, columns)))
    return Params(
        channels, draw(st.integers(1, 12)), factor, columns, draw(st.integers(1, 5)), lanes
    )


# the last ones are the mosaics of RED: by 2, by 32, and by 16 after 2
GRID = Grid(
    params(),
    17,
    also=[
        Params(1, 10, 2, 24, 2, 4),
        Params(1, 10, 32, 3, 3, 32),
        Params(4, 10, 16, 5, 2, 16),
    ],
)


def case(p: Params, x: np.ndarray) -> Case:
    instance = pixel_unshuffle(p.channels, p.bits, p.columns * p.factor, p.factor, p.lanes)
    y = np.array([golden(frame, p.factor) for frame in x])
    return Case(p, instance, {"x": raster(x, p.bits)}, {"y": raster(y, p.bits, p.lanes)})


def random_x(p: Params) -> np.ndarray:
    shape = FRAMES, p.rows * p.factor, p.columns * p.factor, p.channels
    return seeded(p).integers(0, 1 << p.bits, shape)


def extreme_x(p: Params) -> np.ndarray:
    ends = 0, (1 << p.bits) - 1
    return extreme_frames(p.rows * p.factor, p.columns * p.factor, p.channels, ends)


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
            packed = through_torch("pixel_unshuffle", frame, downscale_factor=p.factor)
            assert np.array_equal(golden(frame, p.factor), packed)


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        takes = np.arange(FRAMES * p.rows * p.columns * p.factor**2)
        assert np.array_equal(ran.in_cycles["x"], takes)
        beats = p.channels * p.factor**2 // p.lanes * p.segments  # in cycles
        complete = takes.reshape(-1, p.factor, p.columns, p.factor)[:, -1, :, -1].ravel()
        gives, free = [], 0
        for cycle in complete + 2:
            first = max(cycle, free)
            free = first + beats
            gives.extend(range(first + p.segments, free + 1, p.segments))
        assert np.array_equal(ran.out_cycles["y"], gives)


@pytest.mark.parametrize("factor, columns", [(2, 1), (2, 8), (3, 5), (4, 9), (8, 3)])
def test_input_never_pauses_before_an_even_output(factor, columns):
    """A pixel of y leaves every factor^2 cycles, lane by lane through a cutting width_adapter."""
    p = Params(channels=1, bits=5, factor=factor, columns=columns, rows=4, lanes=factor)
    kernel = pixel_unshuffle(p.channels, p.bits, columns * factor, factor, p.lanes)
    x = pack(random_x(p).reshape(-1, 1), p.bits)
    result = run_chain([kernel, width_adapter(p.lanes * p.bits, p.bits)], x, len(x))
    assert np.array_equal(result.in_cycles["x"], np.arange(len(x)))
    gives = result.out_cycles["y"].astype(int)
    assert np.array_equal(gives, gives[0] + np.arange(len(gives)))


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"frame_w=9 must be a multiple of factor=2"):
        pixel_unshuffle(1, 8, 9, 2, 4)
    with pytest.raises(KernelError, match=r"lanes=3 must be a multiple of factor=2 that divides 4"):
        pixel_unshuffle(1, 8, 8, 2, 3)
    with pytest.raises(KernelError, match=r"or a multiple of 4 that divides 24"):
        pixel_unshuffle(6, 8, 8, 2, 16)
    with pytest.raises(KernelError, match=r"lanes=4 is too few to keep pace: 8 sets of channels"):
        pixel_unshuffle(8, 8, 64, 2, 4)
    instance = pixel_unshuffle(2, 8, 8, 2, 4)
    assert "pixel_unshuffle: FrameW=9 must be a multiple of Factor=2" in refused(instance, FrameW=9)
    message = "pixel_unshuffle: Lanes=6 must be a multiple of Factor=2 that divides 4,"
    assert message in refused(instance, Lanes=6)
    message = "pixel_unshuffle: Lanes=4 is too few to keep pace: 8 sets of channels must be <= "
    assert message in refused(instance, Channels=8)
