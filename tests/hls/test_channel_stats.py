# SPDX-License-Identifier: MIT
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.channel_stats import Statistic
from tarsier_fpga.hls.golden.channel_stats import channel_stats as golden
from tarsier_fpga.hls.kernels.channel_stats import channel_stats, mean_width
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, limits, run, seeded

FRAMES = 4


@dataclass(frozen=True)
class Params:
    lanes: int
    folds: int
    x_width: int
    x_signed: bool
    statistic: Statistic
    height: int
    width: int
    fraction: int
    primed: bool

    @property
    def pixels(self) -> int:
        return self.height * self.width

    @property
    def ends(self) -> tuple[int, int]:
        return limits(self.x_width, self.x_signed)

    @property
    def y_width(self) -> int:
        return mean_width(self.x_width, self.x_signed, self.statistic, self.fraction)

    @property
    def first(self) -> np.ndarray | None:
        ends = limits(self.y_width, self.x_signed and self.statistic is Statistic.MEAN)
        drawn = seeded(self).integers(*ends, self.lanes * self.folds, endpoint=True)
        return drawn if self.primed else None


GRID = Grid(
    st.builds(
        Params,
        lanes=st.integers(1, 3),
        folds=st.sampled_from([1, 2, 3, 5]),
        x_width=st.integers(1, 9),
        x_signed=st.booleans(),
        statistic=st.sampled_from([*Statistic]),
        height=st.sampled_from([1, 3, 5, 8]),
        width=st.sampled_from([1, 7, 8]),
        fraction=st.integers(0, 8),
        primed=st.booleans(),
    ).filter(lambda p: p.x_width > 1 or not p.x_signed),
    24,
    also=[
        Params(2, 1, 8, True, Statistic.MEAN, 1, 1, 0, False),
        Params(1, 2, 4, True, Statistic.SQUARE, 16, 9, 7, True),
    ],
)


def instance(p: Params):
    return channel_stats(
        *(p.lanes, p.folds, p.x_width, p.x_signed, p.statistic, p.pixels, p.fraction, p.first)
    )


def case(p: Params, x: np.ndarray) -> Case:
    means = [golden(frame, p.statistic, p.fraction) for frame in x]
    pixels = np.array(means if p.first is None else [p.first, *means])
    return Case(
        p,
        instance(p),
        {"x": pack(x.reshape(-1, p.lanes), p.x_width)},
        {"y": pack(pixels.reshape(-1, p.lanes), p.y_width)},
    )


def random_case(p: Params) -> Case:
    shape = (FRAMES, p.pixels, p.lanes * p.folds)
    return case(p, seeded(p).integers(*p.ends, shape, endpoint=True))


def extreme_case(p: Params) -> Case:
    """All at the least, all at the most, both in turn."""
    least, most = p.ends
    x = np.full((FRAMES, p.pixels, p.lanes * p.folds), least)
    x[1] = most
    x[2, ::2] = x[3, : p.pixels // 2] = most
    return case(p, x)


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case, [{"y": 0.95}, {"x": 0.9}]
)


def test_golden_is_the_equation():
    for p in GRID:
        x = seeded(p).integers(*p.ends, (p.pixels, 2), endpoint=True)
        for lane, mean in enumerate(golden(x, p.statistic, p.fraction)):
            values = [int(v) for v in x[:, lane]]
            match p.statistic:
                case Statistic.MEAN:
                    each = values
                case Statistic.MAGNITUDE:
                    each = [abs(v) for v in values]
                case Statistic.SQUARE:
                    each = [v * v for v in values]
            assert mean == round(Fraction(sum(each) << p.fraction, p.pixels))


def test_halves_are_rounded_to_the_even_neighbour():
    sums = np.arange(-9, 10)
    frames = np.stack([sums, np.zeros_like(sums)])
    assert golden(frames, Statistic.MEAN, 0).tolist() == [round(s / 2) for s in sums.tolist()]


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        given = ran.out_cycles["y"][p.folds if p.primed else 0 :].reshape(FRAMES, p.folds)
        taken = ran.in_cycles["x"].reshape(FRAMES, -1)
        division = p.y_width + 2
        assert given[0, 0] == taken[0, -1] + p.y_width + 4
        assert np.all(np.diff(given, axis=1) == division)
        period = (p.folds - 1) * division + max(division, p.pixels * p.folds + 1)
        assert np.array_equal(np.diff(given[:, 0]), [period] * (FRAMES - 1))


def test_first_leaves_before_anything_comes():
    primed = [p for p in GRID if p.primed]
    assert primed
    for p, ran in zip(primed, run([random_case(p) for p in primed]), strict=True):
        assert ran.out_cycles["y"][: p.folds].tolist() == list(range(p.folds))


def test_frames_of_one_beat_pixels_are_less_than_100_cycles_apart():
    p = Params(4, 1, 9, True, Statistic.SQUARE, 33, 31, 12, True)
    (ran,) = run([random_case(p)])
    taken = ran.in_cycles["x"].reshape(FRAMES, -1)
    closed = ran.out_cycles["y"][1:] - taken[:, -1]  # what a loop through y waits at least
    assert closed.max() < 100


def test_rejects_bad_parameters(refused):
    good = (2, 1, 8, True, Statistic.MEAN, 12, 4)
    with pytest.raises(KernelError, match=r"channel_stats: pixels=0 must be an integer >= 1"):
        channel_stats(*good[:5], 0, 4)
    with pytest.raises(KernelError, match=r"x_width=1 must be >= 2 where x is signed"):
        channel_stats(2, 1, 1, *good[3:])
    with pytest.raises(KernelError, match=r"make sums of 68 bits, at most 62"):
        channel_stats(*good[:5], 1 << 24, 36)
    with pytest.raises(KernelError, match=r"first of shape \(3,\), 0..0, must be \(2,\) integers"):
        channel_stats(*good, np.zeros(3, int))
    with pytest.raises(KernelError, match=r"-2049..0, must be \(2,\) integers in -2048..2047"):
        channel_stats(*good, np.array([0, -2049]))
    assert "channel_stats: Statistic=3 must be 0 (mean), 1 (magnitude) or 2 (square)" in refused(
        channel_stats(*good), Statistic=3
    )
    assert "channel_stats: XWidth=1 must be >= 2 where XSigned" in refused(
        channel_stats(*good), XWidth=1
    )
