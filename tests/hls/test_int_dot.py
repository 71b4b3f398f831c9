# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from hls import make
from hls.beats import pack, unpack
from hls.errors import KernelError
from hls.golden.int_dot import int_dot as golden

# rows, terms, pe, simd, x_width, x_signed: a real head unfolded, folded both ways, odd, smallest
FOLDS = [
    (16, 36, 16, 36, 10, False),
    (6, 50, 2, 25, 8, True),
    (5, 7, 5, 7, 3, True),
    (2, 1, 1, 1, 1, False),
]
folds = pytest.mark.parametrize("rows, terms, pe, simd, x_width, x_signed", FOLDS)


def layer(rows, terms):
    rng = np.random.default_rng([rows, terms])
    return rng.integers(-128, 128, (rows, terms)), rng.integers(-5000, 5001, rows)


def limits(x_width, x_signed):
    return (-(1 << x_width - 1), (1 << x_width - 1) - 1) if x_signed else (0, (1 << x_width) - 1)


def random_x(rng, count, terms, x_width, x_signed):
    least, most = limits(x_width, x_signed)
    return rng.integers(least, most + 1, (count, terms))


def sums(outputs, instance):
    params = instance.params
    lanes = unpack(outputs["y"], params["Pe"], params["SumW"], signed=True)
    return lanes.reshape(-1, params["Rows"])


@folds
def test_matches_golden(rows, terms, pe, simd, x_width, x_signed, simulate, rng):
    instance = make.int_dot(*layer(rows, terms), x_width, x_signed, pe, simd)
    x = random_x(rng, 100, terms, x_width, x_signed)
    outputs = simulate(instance, {"x": pack(x, x_width)}, 100 * rows // pe)
    assert np.array_equal(sums(outputs, instance), golden(x, *layer(rows, terms)))


@folds
def test_extremes(rows, terms, pe, simd, x_width, x_signed, simulate):
    weights, bias = layer(rows, terms)
    instance = make.int_dot(weights, bias, x_width, x_signed, pe, simd)
    least, most = limits(x_width, x_signed)
    # each row's greatest and least sum, then constant and alternating vectors
    x = np.concatenate(
        [
            np.where(weights > 0, most, least),
            np.where(weights > 0, least, most),
            np.full((1, terms), least),
            np.full((1, terms), most),
            np.where(np.arange(terms) % 2, least, most)[None],
        ]
    )
    outputs = simulate(instance, {"x": pack(x, x_width)}, len(x) * rows // pe)
    assert np.array_equal(sums(outputs, instance), golden(x, weights, bias))


@folds
def test_output_holds_under_backpressure(rows, terms, pe, simd, x_width, x_signed, rtl, rng):
    instance = make.int_dot(*layer(rows, terms), x_width, x_signed, pe, simd)
    x = random_x(rng, 30, terms, x_width, x_signed)
    result = rtl(instance, {"x": pack(x, x_width)}, 30 * rows // pe, {"y": 0.9})
    assert np.array_equal(sums(result.outputs, instance), golden(x, *layer(rows, terms)))


@folds
def test_cycle_contract(rows, terms, pe, simd, x_width, x_signed, rtl, rng):
    beats, parts = rows // pe, terms // simd
    instance = make.int_dot(*layer(rows, terms), x_width, x_signed, pe, simd)
    x = random_x(rng, 20, terms, x_width, x_signed)
    result = rtl(instance, {"x": pack(x, x_width)}, 20 * beats)
    taken = result.in_cycles["x"].astype(int)
    assert np.array_equal(taken, np.arange(1, 21) * beats * parts - 1)
    last_first = np.arange(beats)[::-1] * parts
    expected = taken[:, None] + 3 - last_first
    assert np.array_equal(result.out_cycles["y"], expected.ravel())


def test_rejects_bad_parameters(refused):
    weights, bias = layer(6, 50)
    with pytest.raises(KernelError, match=r"pe=6, simd=4 must divide rows=6, terms=50"):
        make.int_dot(weights, bias, 8, True, 6, 4)
    with pytest.raises(KernelError, match=r"bias of shape \(5,\) must be \(6,\)"):
        make.int_dot(weights, bias[1:], 8, True, 2, 25)
    with pytest.raises(KernelError, match=r"weights of type float64 must be integers"):
        make.int_dot(weights / 2, bias, 8, True, 2, 25)
    instance = make.int_dot(weights, bias, 8, True, 2, 25)
    assert "int_dot: Pe=4 Simd=25 must divide Rows=6 Terms=50" in refused(instance, Pe=4)
    assert "int_dot: Pe=2 Simd=0 must divide Rows=6 Terms=50" in refused(instance, Simd=0)
    assert "XWidth=0 WWidth=8 SumW=20, all must be >= 1" in refused(instance, XWidth=0)
