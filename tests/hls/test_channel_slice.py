# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.channel_slice import channel_slice as golden
from tarsier_fpga.hls.kernels.channel_slice import channel_slice
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, run, seeded

PIXELS = 50


@dataclass(frozen=True)
class Params:
    channels: int
    bits: int
    first: int
    count: int
    lanes: int

    @property
    def kept(self) -> np.ndarray:
        """Which beats of x give one of y."""
        start = np.arange(PIXELS * self.channels) % self.channels
        if self.lanes == self.channels:
            return np.ones(PIXELS, bool)
        return ((start >= self.first) & (start < self.first + self.count))[:: self.lanes]


@st.composite
def params(draw):
    """Boundaries inside a pixel that is one beat, or between the beats of a pixel."""
    lanes, folds = draw(st.integers(1, 12)), draw(st.integers(1, 7))
    step, steps = (1, lanes) if folds == 1 else (lanes, folds)
    first = draw(st.integers(0, steps - 1))
    count = draw(st.integers(1, steps - first))
    return Params(lanes * folds, draw(st.integers(1, 18)), first * step, count * step, lanes)


GRID = Grid(params())


def case(p: Params, x: np.ndarray) -> Case:
    instance = channel_slice(p.channels, p.bits, p.first, p.count, p.lanes)
    lanes_out = p.count if p.lanes == p.channels else p.lanes
    y = golden(x, p.first, p.count).reshape(-1, lanes_out)
    return Case(p, instance, {"x": pack(x.reshape(-1, p.lanes), p.bits)}, {"y": pack(y, p.bits)})


def random_case(p: Params) -> Case:
    return case(p, seeded(p).integers(0, 1 << p.bits, (PIXELS, p.channels)))


def extreme_case(p: Params) -> Case:
    """Ones where they are kept, then where they are dropped."""
    channel = np.arange(p.channels)
    kept = (channel >= p.first) & (channel < p.first + p.count)
    return case(p, np.array([kept, ~kept, kept]) * ((1 << p.bits) - 1))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        assert np.array_equal(ran.in_cycles["x"], np.arange(len(p.kept)))
        assert np.array_equal(ran.out_cycles["y"], np.flatnonzero(p.kept))


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"first=5 \+ count=4 must be <= channels=8"):
        channel_slice(8, 4, 5, 4, 8)
    with pytest.raises(KernelError, match=r"lanes=4 must divide channels=8, first=2 and count=4"):
        channel_slice(8, 4, 2, 4, 4)
    with pytest.raises(KernelError, match=r"channel_slice: count=0 must be an integer >= 1"):
        channel_slice(8, 4, 2, 0, 4)
    instance = channel_slice(8, 4, 4, 4, 2)
    message = "channel_slice: Lanes=2 must divide First=3 and Count=4"
    assert message in refused(instance, First=3)
    message = "channel_slice: First=6 + Count=4 must be <= Lanes=2 * Folds=4"
    assert message in refused(instance, First=6)
