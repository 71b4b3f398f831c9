# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.describe.ranges import integer_range
from tarsier_fpga.hls.golden.widen import widen as golden
from tarsier_fpga.hls.kernels.widen import widen
from tarsier_fpga.hls.netlist.beats import pack, unpack
from tests.hls.grid import Case, Grid, contract, run, seeded

BEATS = 100


@dataclass(frozen=True)
class Params:
    lanes: int
    x_width: int
    x_signed: bool
    more: int  # bits

    @property
    def y_width(self) -> int:
        return self.x_width + self.more


GRID = Grid(
    st.builds(
        Params,
        lanes=st.integers(1, 9),
        x_width=st.integers(1, 18),
        x_signed=st.booleans(),
        more=st.integers(0, 9),
    )
)


def case(p: Params, x: np.ndarray) -> Case:
    instance = widen(p.lanes, p.x_width, p.x_signed, p.y_width)
    return Case(p, instance, {"x": pack(x, p.x_width)}, {"y": pack(golden(x), p.y_width)})


def random_case(p: Params) -> Case:
    least, most = integer_range(p.x_width, p.x_signed)
    return case(p, seeded(p).integers(least, most + 1, (BEATS, p.lanes)))


def extreme_case(p: Params) -> Case:
    """Both ends in one lane after the other."""
    least, most = integer_range(p.x_width, p.x_signed)
    one = np.eye(p.lanes, dtype=bool)
    return case(p, np.concatenate([np.where(one, least, most), np.where(one, most, least)]))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_cycle_contract():
    for ran in run([random_case(p) for p in GRID]):
        assert np.array_equal(ran.in_cycles["x"], np.arange(BEATS))
        assert np.array_equal(ran.out_cycles["y"], np.arange(BEATS))


def test_unsigned_lanes_may_be_read_as_signed_ones():
    p = Params(4, 3, False, 1)
    x = np.arange(8).reshape(2, 4)
    (ran,) = run([case(p, x)])
    assert np.array_equal(unpack(ran.outputs["y"], p.lanes, p.y_width, True), x)


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"widen: lanes=0 must be an integer >= 1"):
        widen(0, 4, False, 5)
    with pytest.raises(KernelError, match=r"widen: y_width=4 must be >= x_width=5"):
        widen(4, 5, True, 4)
    instance = widen(4, 5, True, 8)
    assert "widen: YWidth=3 must be >= XWidth=5" in refused(instance, YWidth=3)
    assert "widen: Lanes=0 XWidth=5, both must be >= 1" in refused(instance, Lanes=0)
