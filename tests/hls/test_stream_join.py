# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.concat import concat as golden
from tarsier_fpga.hls.kernels.stream_join import stream_join
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, run, seeded

BEATS = 200


@dataclass(frozen=True)
class Params:
    a_width: int
    b_width: int


WIDTHS = st.one_of(st.integers(1, 9), st.integers(1, 130), st.just(1100))
GRID = Grid(st.builds(Params, a_width=WIDTHS, b_width=WIDTHS))


def case(p: Params, a: np.ndarray, b: np.ndarray) -> Case:
    inputs = {"a": pack(a, 1), "b": pack(b, 1)}
    return Case(p, stream_join(p.a_width, p.b_width), inputs, {"y": pack(golden(a, b), 1)})


def random_case(p: Params) -> Case:
    rng = seeded(p)
    return case(p, *(rng.integers(0, 2, (BEATS, width)) for width in (p.a_width, p.b_width)))


def extreme_case(p: Params) -> Case:
    """Every pair of all zeros and all ones."""
    a, b = (np.array(column) for column in ([0, 0, 1, 1], [0, 1, 0, 1]))
    return case(p, *(np.repeat(c[:, None], n, 1) for c, n in ((a, p.a_width), (b, p.b_width))))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_cycle_contract():
    cases = [random_case(p) for p in GRID]
    for ran in run(cases):
        for cycles in (ran.in_cycles["a"], ran.in_cycles["b"], ran.out_cycles["y"]):
            assert np.array_equal(cycles, np.arange(BEATS))
    # all three move together, whoever comes late
    for ran in run(cases, {"a": 0.5, "b": 0.5, "y": 0.3}):
        assert np.array_equal(ran.in_cycles["a"], ran.in_cycles["b"])
        assert np.array_equal(ran.in_cycles["a"], ran.out_cycles["y"])


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"stream_join: b_width=0 must be an integer >= 1"):
        stream_join(3, 0)
    message = "stream_join: AWidth=0 BWidth=5, both must be >= 1"
    assert message in refused(stream_join(3, 5), AWidth=0)
