# SPDX-License-Identifier: MIT
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.frame_scale import frame_scale as golden
from tarsier_fpga.hls.kernels.frame_scale import frame_scale
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, limits, run, seeded

FRAMES = 3


@dataclass(frozen=True)
class Params:
    lanes: int
    folds: int
    x_width: int
    x_signed: bool
    k_width: int
    height: int
    width: int
    shift: int
    y_width: int
    y_signed: bool
    adders: bool | None

    @property
    def pixels(self) -> int:
        return self.height * self.width

    @property
    def arithmetic(self) -> tuple[int, int, int]:
        """What golden takes besides the frames: shift and clamp."""
        return self.shift, *limits(self.y_width, self.y_signed)


GRID = Grid(
    st.builds(
        Params,
        lanes=st.integers(1, 4),
        folds=st.sampled_from([1, 2, 3]),
        x_width=st.integers(1, 20),
        x_signed=st.booleans(),
        k_width=st.integers(1, 9),
        height=st.sampled_from([1, 3, 5, 8]),
        width=st.sampled_from([1, 7, 8]),
        shift=st.integers(0, 12),
        y_width=st.integers(2, 10),
        y_signed=st.booleans(),
        adders=st.sampled_from([None, False, True]),
    ),
    24,
    also=[Params(2, 1, 8, True, 7, 1, 1, 7, 8, True, None)],
)


def case(p: Params, x: np.ndarray, k: np.ndarray) -> Case:
    shift, *clamp = p.arithmetic
    kernel = frame_scale(
        *(p.lanes, p.folds, p.x_width, p.x_signed, p.k_width, p.pixels),
        *(shift, p.y_width, *clamp, p.adders),
    )
    y = np.array([golden(frame, of_it, *p.arithmetic) for frame, of_it in zip(x, k, strict=True)])
    beats = {"x": (x, p.x_width), "k": (k, p.k_width), "y": (y, p.y_width)}
    packed = {name: pack(each.reshape(-1, p.lanes), width) for name, (each, width) in beats.items()}
    return Case(p, kernel, {"x": packed["x"], "k": packed["k"]}, {"y": packed["y"]})


def random_case(p: Params) -> Case:
    rng, channels = seeded(p), p.lanes * p.folds
    x_ends, k_ends = limits(p.x_width, p.x_signed), limits(p.k_width, False)
    x = rng.integers(*x_ends, (FRAMES, p.pixels, channels), endpoint=True)
    return case(p, x, rng.integers(*k_ends, (FRAMES, channels), endpoint=True))


def extreme_case(p: Params) -> Case:
    """The least and the most of x by no factor, the largest, and a middle one."""
    channels, most = p.lanes * p.folds, limits(p.k_width, False)[1]
    ends = np.array(limits(p.x_width, p.x_signed))
    x = np.broadcast_to(np.resize(ends, p.pixels)[:, None], (FRAMES, p.pixels, channels))
    k = np.array([0, most, (most + 1) // 2])[:, None]
    return case(p, x, np.broadcast_to(k, (FRAMES, channels)))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case, [{"y": 0.9}, {"x": 0.9}, {"k": 0.95}]
)


def test_golden_is_the_equation():
    x, k = np.arange(-40, 41)[:, None], np.arange(8)
    for shift in (0, 1, 3):
        wanted = [[round(Fraction(int(a * b), 1 << shift)) for b in k] for a in x[:, 0]]
        assert golden(x, k, shift, -30, 25).tolist() == np.clip(wanted, -30, 25).tolist()


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        frames = np.arange(FRAMES)[:, None] * (p.pixels + 1) * p.folds
        beats = (frames + p.folds + np.arange(p.pixels * p.folds)).ravel()
        assert np.array_equal(ran.in_cycles["k"], (frames + np.arange(p.folds)).ravel())
        assert np.array_equal(ran.in_cycles["x"], beats)
        assert np.array_equal(ran.out_cycles["y"], beats + 2)


def test_products_are_made_of_what_is_the_smaller_part_of_a_device():
    def adders(x_width: int, k_width: int) -> int:
        return frame_scale(2, 1, x_width, True, k_width, 9, 7, 8, -128, 127).number("Adders")

    assert [adders(8, 7), adders(12, 7), adders(16, 7)] == [1, 1, 0]


def test_rejects_bad_parameters(refused):
    good = (2, 1, 8, True, 7, 12, 7, 8, -128, 127)
    with pytest.raises(KernelError, match=r"frame_scale: k_width=0 must be an integer >= 1"):
        frame_scale(*good[:4], 0, *good[5:])
    with pytest.raises(KernelError, match=r"y_width=7 must be >= 8 to carry -128..127"):
        frame_scale(*good[:7], 7, *good[8:])
    instance = frame_scale(*good)
    assert "frame_scale: Lanes=2 Folds=0" in refused(instance, Folds=0)
    assert "frame_scale: YWidth=7 must carry YMin=-128 .. YMax=127" in refused(instance, YWidth=7)
