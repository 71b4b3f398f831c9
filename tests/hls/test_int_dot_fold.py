# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.int_dot_fold import int_dot_fold as golden
from tarsier_fpga.hls.kernels.int_dot_fold import int_dot_fold
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.dots import Folding, foldings
from tests.hls.grid import Case, Grid, contract, limits, run, seeded

PLACES = 30


@dataclass(frozen=True)
class Params:
    fold: Folding
    x_width: int
    x_signed: bool
    w_width: int
    bias: int  # the largest of any row
    block_rom: bool = False


SOME = Params(Folding(pe=2, simd=6, beats=2, parts=3), 5, True, 4, 100)
GRID = Grid(
    st.builds(
        Params,
        fold=foldings(),
        x_width=st.integers(1, 12),
        x_signed=st.booleans(),
        w_width=st.integers(1, 8),
        bias=st.integers(0, 1 << 14),
        block_rom=st.booleans(),
    ),
    also=[Params(Folding(pe=8, simd=16, beats=8, parts=9), 6, False, 6, 500, True)],
    quick=SOME,
)


def layer(p: Params) -> tuple[np.ndarray, np.ndarray]:
    rng, (least, most) = seeded(p), limits(p.w_width, True)
    weights = rng.integers(least, most + 1, (p.fold.rows, p.fold.terms))
    return weights, rng.integers(-p.bias, p.bias + 1, p.fold.rows)


def case(p: Params, x: np.ndarray) -> Case:
    """(places, beats of y, terms) `x` through the kernel."""
    fold = p.fold
    instance = int_dot_fold(*layer(p), p.x_width, p.x_signed, fold.pe, fold.simd, p.block_rom)
    y = pack(golden(x, *layer(p)).reshape(-1, fold.pe), instance.params["SumW"])
    return Case(p, instance, {"x": pack(x.reshape(-1, fold.simd), p.x_width)}, {"y": y})


def random_case(p: Params) -> Case:
    least, most = limits(p.x_width, p.x_signed)
    shape = (PLACES, p.fold.beats, p.fold.terms)
    return case(p, seeded(("x", p)).integers(least, most + 1, shape))


def extreme_case(p: Params) -> Case:
    """The greatest and the least sum of one row after another, of each step over the rows."""
    least, most = limits(p.x_width, p.x_signed)
    plus = (layer(p)[0] > 0).reshape(p.fold.beats, p.fold.pe, -1).transpose(1, 0, 2)
    return case(p, np.concatenate([np.where(plus, most, least), np.where(plus, least, most)]))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        beats = np.arange(PLACES * p.fold.beats * p.fold.parts)
        assert np.array_equal(ran.in_cycles["x"], beats), p
        assert np.array_equal(ran.out_cycles["y"], beats[p.fold.parts - 1 :: p.fold.parts] + 3), p


def test_rejects_bad_parameters(refused):
    weights, bias = layer(Params(Folding(pe=2, simd=25, beats=3, parts=2), 8, True, 8, 5000))
    with pytest.raises(KernelError, match=r"pe=6, simd=4 must divide rows=6, terms=50"):
        int_dot_fold(weights, bias, 8, True, 6, 4)
    with pytest.raises(KernelError, match=r"bias of shape \(5,\) must be \(6,\)"):
        int_dot_fold(weights, bias[1:], 8, True, 2, 25)
    instance = int_dot_fold(weights, bias, 8, True, 2, 25)
    assert "int_dot_fold: Pe=4 Simd=25 must divide Rows=6 Terms=50" in refused(instance, Pe=4)
    assert "XWidth=0 WWidth=8" in refused(instance, XWidth=0)
