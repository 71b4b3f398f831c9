# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.int_dot import int_dot as golden
from tarsier_fpga.hls.kernels.int_dot import int_dot
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.dots import Folding, assert_folded_cycles, foldings
from tests.hls.grid import Case, Grid, contract, limits, seeded

VECTORS = 60


@dataclass(frozen=True)
class Params:
    fold: Folding
    x_width: int
    x_signed: bool
    w_width: int
    bias: int  # the largest of any row


HEAD = Params(Folding(pe=16, simd=36, beats=1, parts=1), 10, False, 8, 5000)
GRID = Grid(
    st.builds(
        Params,
        fold=foldings(),
        x_width=st.integers(1, 12),
        x_signed=st.booleans(),
        w_width=st.integers(1, 8),
        bias=st.integers(0, 1 << 14),
    ),
    also=[HEAD],
    quick=Params(Folding(pe=2, simd=6, beats=2, parts=3), 5, True, 4, 100),
)


def layer(p: Params) -> tuple[np.ndarray, np.ndarray]:
    rng, (least, most) = seeded(p), limits(p.w_width, True)
    weights = rng.integers(least, most + 1, (p.fold.rows, p.fold.terms))
    return weights, rng.integers(-p.bias, p.bias + 1, p.fold.rows)


def case(p: Params, x: np.ndarray) -> Case:
    instance = int_dot(*layer(p), p.x_width, p.x_signed, p.fold.pe, p.fold.simd)
    y = golden(x, *layer(p)).reshape(-1, p.fold.pe)
    y_beats = pack(y, instance.params["SumW"])
    return Case(p, instance, {"x": pack(x, p.x_width)}, {"y": y_beats})


def random_x(p: Params) -> np.ndarray:
    least, most = limits(p.x_width, p.x_signed)
    return seeded(("x", p)).integers(least, most + 1, (VECTORS, p.fold.terms))


def extreme_x(p: Params) -> np.ndarray:
    """Each row's greatest and least sum, then constant and alternating vectors."""
    least, most = limits(p.x_width, p.x_signed)
    plus, terms = layer(p)[0] > 0, p.fold.terms
    return np.concatenate(
        [
            np.where(plus, most, least),
            np.where(plus, least, most),
            [np.full(terms, least), np.full(terms, most)],
            [np.where(np.arange(terms) % 2, least, most)],
        ]
    )


def random_case(p: Params) -> Case:
    return case(p, random_x(p))


def extreme_case(p: Params) -> Case:
    return case(p, extreme_x(p))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_cycle_contract():
    cases = [random_case(p) for p in GRID]
    assert_folded_cycles(cases, [p.fold for p in GRID], latency=3)


def test_rejects_bad_parameters(refused):
    weights, bias = layer(Params(Folding(pe=2, simd=25, beats=3, parts=2), 8, True, 8, 5000))
    with pytest.raises(KernelError, match=r"pe=6, simd=4 must divide rows=6, terms=50"):
        int_dot(weights, bias, 8, True, 6, 4)
    with pytest.raises(KernelError, match=r"bias of shape \(5,\) must be \(6,\)"):
        int_dot(weights, bias[1:], 8, True, 2, 25)
    with pytest.raises(KernelError, match=r"weights of type float64 must be integers"):
        int_dot(weights / 2, bias, 8, True, 2, 25)
    instance = int_dot(weights, bias, 8, True, 2, 25)
    assert "int_dot: Pe=4 Simd=25 must divide Rows=6 Terms=50" in refused(instance, Pe=4)
    assert "int_dot: Pe=2 Simd=0 must divide Rows=6 Terms=50" in refused(instance, Simd=0)
    assert "XWidth=0 WWidth=8" in refused(instance, XWidth=0)
