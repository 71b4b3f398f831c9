# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.describe.ranges import unsigned_width
from tarsier_fpga.hls.golden.act_table import act_table as golden
from tarsier_fpga.hls.kernels.act_table import act_table, cost
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, limits, run, seeded

PIXELS = 60


@dataclass(frozen=True)
class Params:
    lanes: int
    folds: int
    entries: int
    y_width: int
    x_signed: bool = False
    y_signed: bool = True

    @property
    def least(self) -> int:
        return -(self.entries // 2) if self.x_signed else 0


@st.composite
def params(draw):
    x_signed = draw(st.booleans())
    entries = st.one_of(st.integers(1, 40), st.just(289))
    return Params(
        lanes=draw(st.integers(1, 6)),
        folds=draw(st.integers(1, 5)),
        entries=draw(st.sampled_from([2, 4, 16, 256]) if x_signed else entries),
        y_width=draw(st.integers(1, 16)),
        x_signed=x_signed,
        y_signed=draw(st.booleans()),
    )


LARGE = Params(1, 2, 1024, 8, True, False)
GRID = Grid(params(), also=[LARGE])


def table(p: Params) -> np.ndarray:
    least, most = limits(p.y_width, p.y_signed)
    return seeded(p).integers(least, most + 1, (p.lanes * p.folds, p.entries))


def made(p: Params):
    return act_table(table(p), p.lanes, p.y_width, p.x_signed, p.y_signed)


def case(p: Params, x: np.ndarray) -> Case:
    x_beats = pack(x.reshape(-1, p.lanes), unsigned_width(p.entries - 1))
    y_beats = pack(golden(x, table(p), p.x_signed).reshape(-1, p.lanes), p.y_width)
    return Case(p, made(p), {"x": x_beats}, {"y": y_beats})


def random_x(p: Params) -> np.ndarray:
    return seeded(p).integers(p.least, p.least + p.entries, (PIXELS, p.lanes * p.folds))


def every_entry(p: Params) -> np.ndarray:
    return np.repeat(p.least + np.arange(p.entries)[:, None], p.lanes * p.folds, axis=1)


def random_case(p: Params) -> Case:
    return case(p, random_x(p))


def extreme_case(p: Params) -> Case:
    return case(p, every_entry(p))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_extremes_are_every_entry():
    assert all(
        np.array_equal(golden(every_entry(p), table(p), p.x_signed), table(p).T) for p in GRID
    )


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        assert np.array_equal(ran.in_cycles["x"], np.arange(PIXELS * p.folds))
        assert np.array_equal(ran.out_cycles["y"], np.arange(PIXELS * p.folds) + 1)


def test_a_sign_is_written_as_any_function():
    signs = act_table(np.array([[0, 0, 1, 1], [1, 0, 0, 1]]), 2, 1, x_signed=True, y_signed=False)
    assert signs.simulate([[-2, -2], [-1, -1], [0, 0], [1, 1]]).tolist() == [
        [0, 1],
        [0, 0],
        [1, 0],
        [1, 1],
    ]


def test_rejects_bad_parameters(refused):
    values = table(Params(lanes=2, folds=3, entries=10, y_width=5))
    with pytest.raises(KernelError, match=r"lanes=4 must divide channels=6"):
        act_table(values, 4, 5)
    with pytest.raises(KernelError, match=r"entries -16..15 do not fit in y_width=4 signed bits"):
        act_table(values, 2, 4)
    with pytest.raises(KernelError, match=r"entries -\d+..\d+ do not fit in y_width=5 unsigned"):
        act_table(values, 2, 5, y_signed=False)
    with pytest.raises(KernelError, match=r"entries=10 of a signed x must be a power of two"):
        act_table(values, 2, 5, x_signed=True)
    instance = act_table(values, 2, 5)
    assert "act_table: XWidth=3 must be >= 1 and index Entries=10" in refused(instance, XWidth=3)
    assert "act_table: Lanes=0 Folds=3 Entries=10 YWidth=5" in refused(instance, Lanes=0)


@pytest.mark.parametrize("entries", [20, 64, 100])
@pytest.mark.parametrize("folds", [3, 5, 6])
def test_an_estimate_grows_with_folds_of_any_number(rng, folds, entries):
    table = rng.integers(-128, 128, (2 * 8, entries))
    luts = [
        cost(act_table(table[: 2 * count], 2, 8), Family.ULTRASCALE_PLUS).lut
        for count in (2, folds, 8)
    ]
    assert luts == sorted(luts)
    assert luts[0] < luts[1]
