# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.describe.ranges import unsigned_width
from tarsier_fpga.hls.golden.act_table import act_table as golden
from tarsier_fpga.hls.kernels.act_table import act_table
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, limits, run, seeded

PIXELS = 60


@dataclass(frozen=True)
class Params:
    lanes: int
    folds: int
    entries: int
    y_width: int


GRID = Grid(
    st.builds(
        Params,
        lanes=st.integers(1, 6),
        folds=st.integers(1, 5),
        entries=st.one_of(st.integers(1, 40), st.just(289)),
        y_width=st.integers(1, 16),
    )
)


def table(p: Params) -> np.ndarray:
    least, most = limits(p.y_width, True)
    return seeded(p).integers(least, most + 1, (p.lanes * p.folds, p.entries))


def case(p: Params, x: np.ndarray) -> Case:
    instance = act_table(table(p), p.lanes, p.y_width)
    x_beats = pack(x.reshape(-1, p.lanes), unsigned_width(p.entries - 1))
    y_beats = pack(golden(x, table(p)).reshape(-1, p.lanes), p.y_width)
    return Case(p, instance, {"x": x_beats}, {"y": y_beats})


def random_x(p: Params) -> np.ndarray:
    return seeded(p).integers(0, p.entries, (PIXELS, p.lanes * p.folds))


def every_entry(p: Params) -> np.ndarray:
    return np.repeat(np.arange(p.entries)[:, None], p.lanes * p.folds, axis=1)


def random_case(p: Params) -> Case:
    return case(p, random_x(p))


def extreme_case(p: Params) -> Case:
    return case(p, every_entry(p))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_extremes_are_every_entry():
    assert all(np.array_equal(golden(every_entry(p), table(p)), table(p).T) for p in GRID)


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        assert np.array_equal(ran.in_cycles["x"], np.arange(PIXELS * p.folds))
        assert np.array_equal(ran.out_cycles["y"], np.arange(PIXELS * p.folds) + 1)


def test_rejects_bad_parameters(refused):
    values = table(Params(lanes=2, folds=3, entries=10, y_width=5))
    with pytest.raises(KernelError, match=r"lanes=4 must divide channels=6"):
        act_table(values, 4, 5)
    with pytest.raises(KernelError, match=r"entries -16..15 do not fit in y_width=4 signed bits"):
        act_table(values, 2, 4)
    instance = act_table(values, 2, 5)
    assert "act_table: XWidth=3 must be >= 1 and index Entries=10" in refused(instance, XWidth=3)
    assert "act_table: Lanes=0 Folds=3 Entries=10 YWidth=5" in refused(instance, Lanes=0)
