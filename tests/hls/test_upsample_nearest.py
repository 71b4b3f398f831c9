# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.upsample_nearest import upsample_nearest as golden
from tarsier_fpga.hls.kernels.upsample_nearest import upsample_nearest
from tarsier_fpga.hls.kernels.width_adapter import width_adapter
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.frames import extreme_frames, raster, run_chain, taken, through_torch
from tests.hls.grid import Case, Grid, contract, run, seeded

FRAMES = 3


@dataclass(frozen=True)
class Params:
    channels: int
    bits: int
    factor: int
    width: int
    height: int

    @property
    def memory(self) -> int:
        return 2 * self.width * (self.factor - 1) // self.factor + 1


GRID = Grid(
    st.builds(
        Params,
        channels=st.integers(1, 5),
        bits=st.integers(1, 12),
        factor=st.integers(2, 5),
        width=st.integers(1, 12),
        height=st.integers(1, 5),
    )
)


def case(p: Params, x: np.ndarray) -> Case:
    instance = upsample_nearest(p.channels, p.bits, p.width, p.factor)
    y = np.array([golden(frame, p.factor) for frame in x])
    return Case(p, instance, {"x": raster(x, p.bits)}, {"y": raster(y, p.bits)})


def random_x(p: Params) -> np.ndarray:
    return seeded(p).integers(0, 1 << p.bits, (FRAMES, p.height, p.width, p.channels))


def extreme_x(p: Params) -> np.ndarray:
    return extreme_frames(p.height, p.width, p.channels, (0, (1 << p.bits) - 1))


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
            bigger = through_torch("interpolate", frame, scale_factor=p.factor)
            assert np.array_equal(golden(frame, p.factor), bigger)


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        r, rows = p.factor, FRAMES * p.height
        gives = np.arange(rows * p.width * r * r) + 2
        assert np.array_equal(ran.out_cycles["y"], gives)
        # the memory is read for the last time a cycle before a pixel's last copy can leave
        freed = gives.reshape(rows, r, p.width, r)[:, -1, :, -1].ravel() - 1
        assert np.array_equal(ran.in_cycles["x"], taken(freed, p.memory))


@pytest.mark.parametrize("factor, width", [(2, 1), (2, 2), (2, 9), (3, 7), (4, 10), (5, 4)])
def test_an_even_input_is_always_taken_and_output_never_pauses(factor, width):
    """A pixel every factor^2 cycles, as a gathering width_adapter makes them."""
    p = Params(channels=factor**2, bits=2, factor=factor, width=width, height=3)
    kernel = upsample_nearest(p.channels, p.bits, p.width, p.factor)
    x = pack(random_x(p).reshape(-1, 1), p.bits)
    result = run_chain([width_adapter(p.bits, p.channels * p.bits), kernel], x, len(x))
    assert np.array_equal(result.in_cycles["x"], np.arange(len(x)))
    gives = result.out_cycles["y"].astype(int)[p.width * factor**2 :]
    assert np.array_equal(gives, gives[0] + np.arange(len(gives)))


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"upsample_nearest: factor=1 must be an integer >= 2"):
        upsample_nearest(4, 8, 16, 1)
    with pytest.raises(KernelError, match=r"upsample_nearest: bits=0 must be an integer >= 1"):
        upsample_nearest(4, 0, 16, 2)
    instance = upsample_nearest(4, 8, 16, 2)
    assert "upsample_nearest: Factor=1 must be >= 2" in refused(instance, Factor=1)
    message = "upsample_nearest: PixelWidth=32 FrameW=0, both must be >= 1"
    assert message in refused(instance, FrameW=0)
