# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.channel_scale import channel_scale as golden
from tarsier_fpga.hls.kernels.channel_scale import channel_scale
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, limits, run, seeded

PIXELS = 50


@dataclass(frozen=True)
class Params:
    lanes: int
    folds: int
    x_width: int
    x_signed: bool
    reach: int  # of the scales
    negative: bool

    @property
    def scale(self) -> np.ndarray:
        least = -self.reach if self.negative else 0
        return seeded(self).integers(least, self.reach, self.lanes * self.folds, endpoint=True)

    @property
    def ends(self) -> tuple[int, int]:
        return limits(self.x_width, self.x_signed)


GRID = Grid(
    st.builds(
        Params,
        lanes=st.sampled_from([3, 1, 2, 9]),
        folds=st.sampled_from([2, 1, 3, 5]),
        x_width=st.sampled_from([8, 1, 2, 11, 16]),
        x_signed=st.booleans(),
        reach=st.sampled_from([100, 0, 1, 8, 3000, 32767]),
        negative=st.booleans(),
    )
)


def case(p: Params, x: np.ndarray) -> Case:
    instance = channel_scale(p.scale, p.x_width, p.x_signed, p.lanes)
    beats = x.reshape(-1, p.lanes), golden(x, p.scale).reshape(-1, p.lanes)
    return Case(
        p,
        instance,
        {"x": pack(beats[0], p.x_width)},
        {"y": pack(beats[1], instance.params["YWidth"])},
    )


def random_case(p: Params) -> Case:
    x = seeded(p).integers(*p.ends, (PIXELS, p.lanes * p.folds), endpoint=True)
    return case(p, x)


def extreme_case(p: Params) -> Case:
    return case(p, np.repeat(np.array(p.ends)[:, None], p.lanes * p.folds, axis=1))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        beats = np.arange(PIXELS * p.folds)
        assert np.array_equal(ran.in_cycles["x"], beats)
        assert np.array_equal(ran.out_cycles["y"], beats + 1)


def test_lanes_are_as_narrow_as_the_products():
    assert channel_scale(np.array([1, 1]), 8, True, 2).outputs[0].width == 2 * 8
    assert channel_scale(np.array([-128]), 8, True, 1).outputs[0].width == 16
    assert channel_scale(np.array([127]), 8, False, 1).outputs[0].width == 16


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"channel_scale: lanes=2 must divide channels=3"):
        channel_scale(np.array([1, 2, 3]), 8, True, 2)
    with pytest.raises(KernelError, match=r"scale of type float64 must be integers"):
        channel_scale(np.array([0.5]), 8, True, 1)
    instance = channel_scale(np.array([5, -100]), 8, True, 1)
    message = "channel_scale: YWidth=14 must hold every product of x with Scale=9c05"
    assert message in refused(instance, YWidth=14)
