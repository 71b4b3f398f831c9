# SPDX-License-Identifier: MIT
import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.stream_fork import stream_fork as golden
from tarsier_fpga.hls.kernels.stream_fork import stream_fork
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, run, seeded

BEATS = 200
GRID = Grid(st.one_of(st.integers(1, 130), st.just(1500)))


def case(width: int, x: np.ndarray) -> Case:
    y0, y1 = golden(x)
    outputs = {"y0": pack(y0, 1), "y1": pack(y1, 1)}
    return Case(width, stream_fork(width), {"x": pack(x, 1)}, outputs)


def random_x(width: int) -> np.ndarray:
    return seeded(width).integers(0, 2, (BEATS, width))


def extreme_x(width: int) -> np.ndarray:
    return np.array([[0] * width, [1] * width, [1] * width, [0] * width])


def random_case(width: int) -> Case:
    return case(width, random_x(width))


def extreme_case(width: int) -> Case:
    return case(width, extreme_x(width))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case, [{"y0": 0.9}, {"y1": 0.9}, {"y0": 0.5, "y1": 0.5}]
)


def test_cycle_contract():
    cases = [random_case(width) for width in GRID]
    for ran in run(cases):
        for cycles in (ran.in_cycles["x"], ran.out_cycles["y0"], ran.out_cycles["y1"]):
            assert np.array_equal(cycles, np.arange(BEATS))
    # x leaves with the slower reader, who is one beat behind at most
    for ran in run(cases, {"y0": 0.5, "y1": 0.5}):
        readers = np.array([ran.out_cycles["y0"], ran.out_cycles["y1"]])
        assert np.array_equal(ran.in_cycles["x"], readers.max(axis=0))
        assert (readers.min(axis=0)[1:] > readers.max(axis=0)[:-1]).all()


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"stream_fork: width=0 must be an integer >= 1"):
        stream_fork(0)
    assert "stream_fork: Width=0 must be >= 1" in refused(stream_fork(5), Width=0)
