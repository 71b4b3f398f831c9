# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.pixel_shuffle import pixel_shuffle as golden
from tarsier_fpga.hls.kernels.pixel_shuffle import pixel_shuffle
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
    def lanes(self) -> int:
        return self.channels * self.factor**2


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
    instance = pixel_shuffle(p.channels, p.bits, p.width, p.factor)
    y = np.array([golden(frame, p.factor) for frame in x])
    return Case(p, instance, {"x": raster(x, p.bits)}, {"y": raster(y, p.bits)})


def random_x(p: Params) -> np.ndarray:
    return seeded(p).integers(0, 1 << p.bits, (FRAMES, p.height, p.width, p.lanes))


def random_case(p: Params) -> Case:
    return case(p, random_x(p))


def extreme_case(p: Params) -> Case:
    return case(p, extreme_frames(p.height, p.width, p.lanes, (0, (1 << p.bits) - 1)))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case, [{"y": 0.9}, {"x": 0.9}]
)


def test_golden_equals_torch():
    for p in GRID:
        for frame in random_x(p):
            shuffled = through_torch("pixel_shuffle", frame, upscale_factor=p.factor)
            assert np.array_equal(golden(frame, p.factor), shuffled)


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        r, rows = p.factor, FRAMES * p.height
        gives = np.arange(rows * p.width * r * r) + 1
        assert np.array_equal(ran.out_cycles["y"], gives)
        # the word of row i of a pixel leaves with the last of its Factor pixels
        freed = gives.reshape(rows, r, p.width, r)[..., -1].transpose(1, 0, 2).reshape(r, -1)
        room = [taken(freed[i], p.width * (r - 1 + i) // r + 1) for i in range(r)]
        assert np.array_equal(ran.in_cycles["x"], np.max(room, axis=0))


@pytest.mark.parametrize("factor, width", [(2, 1), (2, 2), (2, 9), (3, 7), (4, 10), (5, 4)])
def test_an_even_input_is_always_taken_and_output_never_pauses(factor, width):
    """A pixel every factor^2 cycles, as a gathering width_adapter makes them."""
    p = Params(channels=1, bits=4, factor=factor, width=width, height=3)
    kernel = pixel_shuffle(p.channels, p.bits, p.width, p.factor)
    x = pack(random_x(p).reshape(-1, 1), p.bits)
    result = run_chain([width_adapter(p.bits, p.lanes * p.bits), kernel], x, len(x))
    assert np.array_equal(result.in_cycles["x"], np.arange(len(x)))
    gives = result.out_cycles["y"].astype(int)[p.width * factor**2 :]
    assert np.array_equal(gives, gives[0] + np.arange(len(gives)))


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"pixel_shuffle: factor=1 must be an integer >= 2"):
        pixel_shuffle(4, 8, 16, 1)
    with pytest.raises(KernelError, match=r"pixel_shuffle: frame_w=0 must be an integer >= 1"):
        pixel_shuffle(4, 8, 0, 2)
    instance = pixel_shuffle(4, 8, 16, 2)
    assert "pixel_shuffle: Factor=1 must be >= 2" in refused(instance, Factor=1)
    message = "pixel_shuffle: Channels=4 Width=8 FrameW=0, all must be >= 1"
    assert message in refused(instance, FrameW=0)
