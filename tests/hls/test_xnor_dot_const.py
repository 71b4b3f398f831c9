# SPDX-License-Identifier: MIT
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.adders.solve import solve_bits
from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.describe.ranges import unsigned_width
from tarsier_fpga.hls.golden.xnor_dot import xnor_dot as golden
from tarsier_fpga.hls.kernels.xnor_dot_const import xnor_dot_const
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, run, seeded

VECTORS = 60


@dataclass(frozen=True)
class Params:
    rows: int
    terms: int
    levels: int
    kinds: int  # different columns at most: where they are few, rows and sums repeat


GRID = Grid(
    st.builds(
        Params,
        rows=st.integers(1, 12),
        terms=st.integers(1, 150),
        levels=st.integers(1, 5),
        kinds=st.sampled_from([1, 3, 1000]),
    ),
    also=[
        Params(rows=16, terms=144, levels=3, kinds=1000),
    ],
)


def weights(p: Params) -> np.ndarray:
    rng = seeded(p)
    columns = rng.choice([-1, 1], (p.rows, min(p.kinds, p.terms)))
    return columns[:, rng.integers(0, columns.shape[1], p.terms)]


def case(p: Params, x: np.ndarray) -> Case:
    instance = xnor_dot_const(weights(p), p.levels)
    y = golden(x, weights(p))
    return Case(p, instance, {"x": pack(x, 1)}, {"y": pack(y, unsigned_width(p.terms))})


def random_x(p: Params) -> np.ndarray:
    return seeded(("x", p)).integers(0, 2, (VECTORS, p.terms))


def extreme_x(p: Params) -> np.ndarray:
    """Constant and alternating vectors; then every term of row 0 matches, then none does."""
    alternating = np.arange(p.terms) % 2
    same = weights(p)[0] > 0
    zeros = np.zeros(p.terms)
    return np.array([zeros, 1 - zeros, alternating, 1 - alternating, same, ~same], int)


def random_case(p: Params) -> Case:
    return case(p, random_x(p))


def extreme_case(p: Params) -> Case:
    return case(p, extreme_x(p))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_extremes_reach_both_ends():
    for p in GRID:
        counts = golden(extreme_x(p), weights(p))
        assert (counts[4, 0], counts[5, 0]) == (p.terms, 0)


def test_cycle_contract():
    cases = [random_case(p) for p in GRID]
    for given, ran in zip(cases, run(cases), strict=True):
        assert np.array_equal(ran.in_cycles["x"], np.arange(VECTORS))
        assert np.array_equal(ran.out_cycles["y"], np.arange(VECTORS) + given.instance.latency)


def test_rejects_bad_parameters():
    matrix = weights(GRID[0])
    with pytest.raises(KernelError, match=r"xnor_dot_const: weight 0 must be -1 or \+1"):
        xnor_dot_const(matrix * 0)
    with pytest.raises(KernelError, match=r"xnor_dot_const: levels=0 must be an integer >= 1"):
        xnor_dot_const(matrix, levels=0)
    with pytest.raises(KernelError, match=r"xnor_dot_const: weights .* non-empty with 2 axes"):
        xnor_dot_const(matrix[0])
    solved = solve_bits(matrix)
    with pytest.raises(KernelError, match="xnor_dot_const: the adder graph computes another"):
        xnor_dot_const(-matrix, graph=solved)
    with pytest.raises(KernelError, match=r"for x in 0\.\.3, which is not x_width=1"):
        xnor_dot_const(matrix, graph=replace(solved, most=3))
