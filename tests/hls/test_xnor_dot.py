# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from hls import make
from hls.beats import pack, unpack
from hls.errors import KernelError
from hls.golden.xnor_dot import xnor_dot as golden

# rows, terms, pe, simd: a real layer unfolded, folded both ways, odd, and the smallest
FOLDS = [(16, 144, 16, 144), (6, 90, 2, 45), (5, 7, 5, 7), (3, 1, 1, 1)]
folds = pytest.mark.parametrize("rows, terms, pe, simd", FOLDS)


def layer(rows, terms):
    return np.random.default_rng([rows, terms]).choice([-1, 1], (rows, terms))


def beats_in(x):
    return {"x": pack(x, 1)}


def popcounts(outputs, rows, terms, pe):
    width = terms.bit_length()
    return unpack(outputs["y"], pe, width, signed=False).reshape(-1, rows)


@folds
def test_matches_golden(rows, terms, pe, simd, simulate, rng):
    weights = layer(rows, terms)
    x = rng.integers(0, 2, (100, terms))
    outputs = simulate(make.xnor_dot(weights, pe, simd), beats_in(x), 100 * rows // pe)
    assert np.array_equal(popcounts(outputs, rows, terms, pe), golden(x, weights))


@folds
def test_extremes(rows, terms, pe, simd, simulate):
    weights = layer(rows, terms)
    alternating = np.arange(terms) % 2
    same = weights[0] > 0  # every term of row 0 matches, then none does
    x = np.array([np.zeros(terms), np.ones(terms), alternating, 1 - alternating, same, ~same], int)
    outputs = simulate(make.xnor_dot(weights, pe, simd), beats_in(x), len(x) * rows // pe)
    counts = popcounts(outputs, rows, terms, pe)
    assert np.array_equal(counts, golden(x, weights))
    assert (counts[4, 0], counts[5, 0]) == (terms, 0)


@folds
def test_output_holds_under_backpressure(rows, terms, pe, simd, rtl, rng):
    weights = layer(rows, terms)
    x = rng.integers(0, 2, (30, terms))
    instance = make.xnor_dot(weights, pe, simd)
    result = rtl(instance, beats_in(x), 30 * rows // pe, {"y": 0.9})
    assert np.array_equal(popcounts(result.outputs, rows, terms, pe), golden(x, weights))


@folds
def test_cycle_contract(rows, terms, pe, simd, rtl, rng):
    beats, parts = rows // pe, terms // simd
    x = rng.integers(0, 2, (20, terms))
    result = rtl(make.xnor_dot(layer(rows, terms), pe, simd), beats_in(x), 20 * beats)
    taken = result.in_cycles["x"].astype(int)
    assert np.array_equal(taken, np.arange(1, 21) * beats * parts - 1)
    last_first = np.arange(beats)[::-1] * parts
    expected = taken[:, None] + 2 - last_first
    assert np.array_equal(result.out_cycles["y"], expected.ravel())


def test_rejects_bad_parameters(refused):
    weights = layer(6, 90)
    with pytest.raises(KernelError, match=r"pe=4, simd=45 must divide rows=6, terms=90"):
        make.xnor_dot(weights, 4, 45)
    with pytest.raises(KernelError, match=r"simd=0 must be an integer >= 1"):
        make.xnor_dot(weights, 2, 0)
    with pytest.raises(KernelError, match=r"weight 0 must be -1 or \+1"):
        make.xnor_dot(weights * 0, 2, 45)
    instance = make.xnor_dot(weights, 2, 45)
    assert "xnor_dot: Pe=4 Simd=45 must divide Rows=6 Terms=90" in refused(instance, Pe=4)
    assert "xnor_dot: Pe=2 Simd=7 must divide Rows=6 Terms=90" in refused(instance, Simd=7)
    assert "xnor_dot: Pe=0 Simd=45 must divide Rows=6 Terms=90" in refused(instance, Pe=0)
