# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.describe.ranges import unsigned_width
from tarsier_fpga.hls.golden.xnor_dot import xnor_dot as golden
from tarsier_fpga.hls.kernels.xnor_dot import xnor_dot
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.dots import Folding, assert_folded_cycles, foldings
from tests.hls.grid import Case, Grid, contract, seeded

VECTORS = 60
GRID = Grid(
    foldings(),
    also=[
        Folding(16, 144, 1, 1),
        Folding(8, 288, 2, 1),
        Folding(1, 100, 1, 3),
    ],
)


def weights(p: Folding) -> np.ndarray:
    return seeded(p).choice([-1, 1], (p.rows, p.terms))


def case(p: Folding, x: np.ndarray) -> Case:
    y = golden(x, weights(p)).reshape(-1, p.pe)
    instance = xnor_dot(weights(p), p.pe, p.simd)
    return Case(p, instance, {"x": pack(x, 1)}, {"y": pack(y, unsigned_width(p.terms))})


def random_x(p: Folding) -> np.ndarray:
    return seeded(("x", p)).integers(0, 2, (VECTORS, p.terms))


def extreme_x(p: Folding) -> np.ndarray:
    """Constant and alternating vectors; then every term of row 0 matches, then none does."""
    alternating = np.arange(p.terms) % 2
    same = weights(p)[0] > 0
    zeros = np.zeros(p.terms)
    return np.array([zeros, 1 - zeros, alternating, 1 - alternating, same, ~same], int)


def random_case(p: Folding) -> Case:
    return case(p, random_x(p))


def extreme_case(p: Folding) -> Case:
    return case(p, extreme_x(p))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_extremes_reach_both_ends():
    for p in GRID:
        counts = golden(extreme_x(p), weights(p))
        assert (counts[4, 0], counts[5, 0]) == (p.terms, 0)


def test_cycle_contract():
    assert_folded_cycles([random_case(p) for p in GRID], GRID, latency=5)


def test_rejects_bad_parameters(refused):
    matrix = weights(Folding(pe=2, simd=45, beats=3, parts=2))
    with pytest.raises(KernelError, match=r"pe=4, simd=45 must divide rows=6, terms=90"):
        xnor_dot(matrix, 4, 45)
    with pytest.raises(KernelError, match=r"simd=0 must be an integer >= 1"):
        xnor_dot(matrix, 2, 0)
    with pytest.raises(KernelError, match=r"weight 0 must be -1 or \+1"):
        xnor_dot(matrix * 0, 2, 45)
    instance = xnor_dot(matrix, 2, 45)
    assert "xnor_dot: Pe=4 Simd=45 must divide Rows=6 Terms=90" in refused(instance, Pe=4)
    assert "xnor_dot: Pe=2 Simd=7 must divide Rows=6 Terms=90" in refused(instance, Simd=7)
    assert "xnor_dot: Pe=0 Simd=45 must divide Rows=6 Terms=90" in refused(instance, Pe=0)
