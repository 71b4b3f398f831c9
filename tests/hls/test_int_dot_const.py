# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.int_dot import int_dot as golden
from tarsier_fpga.hls.kernels.int_dot import int_dot
from tarsier_fpga.hls.kernels.int_dot_const import int_dot_const
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, limits, run, seeded

VECTORS = 60


@dataclass(frozen=True)
class Params:
    rows: int
    terms: int
    levels: int
    x_width: int
    x_signed: bool
    w_width: int
    bias: int  # the largest of any row


GRID = Grid(
    st.builds(
        Params,
        rows=st.integers(1, 6),
        terms=st.integers(1, 20),
        levels=st.integers(1, 5),
        x_width=st.integers(1, 12),
        x_signed=st.booleans(),
        w_width=st.integers(1, 8),
        bias=st.integers(0, 1 << 14),
    ),
    also=[
        Params(rows=4, terms=36, levels=3, x_width=10, x_signed=False, w_width=8, bias=5000),
    ],
)


def layer(p: Params) -> tuple[np.ndarray, np.ndarray]:
    """Weights with a row and a column of zeros, which need no adders at all."""
    rng, (least, most) = seeded(p), limits(p.w_width, True)
    weights = rng.integers(least, most + 1, (p.rows, p.terms))
    weights[rng.integers(p.rows)] = weights[:, rng.integers(p.terms)] = 0
    return weights, rng.integers(-p.bias, p.bias + 1, p.rows)


def case(p: Params, x: np.ndarray) -> Case:
    instance = int_dot_const(*layer(p), p.x_width, p.x_signed, p.levels)
    y = pack(golden(x, *layer(p)), instance.outputs[0].width // p.rows)
    return Case(p, instance, {"x": pack(x, p.x_width)}, {"y": y})


def random_x(p: Params) -> np.ndarray:
    least, most = limits(p.x_width, p.x_signed)
    return seeded(("x", p)).integers(least, most + 1, (VECTORS, p.terms))


def extreme_x(p: Params) -> np.ndarray:
    """Constant and alternating vectors; then what drives row 0 to each end of its range."""
    least, most = limits(p.x_width, p.x_signed)
    ends = np.array([least, most])
    alternating = np.arange(p.terms) % 2
    up = (layer(p)[0][0] > 0).astype(int)
    return ends[np.array([0 * up, 0 * up + 1, alternating, 1 - alternating, up, 1 - up])]


def random_case(p: Params) -> Case:
    return case(p, random_x(p))


def extreme_case(p: Params) -> Case:
    return case(p, extreme_x(p))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_cycle_contract():
    cases = [random_case(p) for p in GRID]
    for given, ran in zip(cases, run(cases), strict=True):
        assert np.array_equal(ran.in_cycles["x"], np.arange(VECTORS))
        assert np.array_equal(ran.out_cycles["y"], np.arange(VECTORS) + given.instance.latency)


def test_sums_are_as_wide_as_those_of_int_dot():
    for p in GRID:
        const = int_dot_const(*layer(p), p.x_width, p.x_signed)
        assert const.outputs == int_dot(*layer(p), p.x_width, p.x_signed, p.rows, 1).outputs


def test_rejects_bad_parameters():
    weights, bias = layer(GRID[0])
    with pytest.raises(KernelError, match=r"int_dot_const: bias of shape \(\d+,\) must be"):
        int_dot_const(weights, np.append(bias, 0), 8, True)
    with pytest.raises(KernelError, match=r"int_dot_const: x_width=0 must be an integer >= 1"):
        int_dot_const(weights, bias, 0, True)
    with pytest.raises(KernelError, match=r"int_dot_const: levels=0 must be an integer >= 1"):
        int_dot_const(weights, bias, 8, True, levels=0)
    with pytest.raises(KernelError, match=r"int_dot_const: weights of type float64 must be int"):
        int_dot_const(weights * 0.5, bias, 8, True)
