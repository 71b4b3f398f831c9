# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from hls import make
from hls.beats import pack, unpack
from hls.errors import KernelError
from hls.golden.residual_add import residual_add as golden

# lanes, x_width, x_signed, d_width, y_width, y_min, y_max: a real residual, unsigned pixels, odd
SHAPES = [
    (16, 8, True, 8, 8, -128, 127),
    (4, 10, False, 6, 10, 0, 1023),
    (3, 3, True, 7, 5, -9, 11),
]
shapes = pytest.mark.parametrize("lanes, x_width, x_signed, d_width, y_width, y_min, y_max", SHAPES)


def limits(width, signed):
    return (-(1 << width - 1), (1 << width - 1) - 1) if signed else (0, (1 << width) - 1)


def random_lanes(rng, count, lanes, width, signed):
    least, most = limits(width, signed)
    return rng.integers(least, most + 1, (count, lanes))


def run(shape, simulate, x, d, *more):
    lanes, x_width, _, d_width, y_width, y_min, _ = shape
    inputs = {"x": pack(x, x_width), "d": pack(d, d_width)}
    outputs = simulate(make.residual_add(*shape), inputs, len(x), *more)
    return unpack(getattr(outputs, "outputs", outputs)["y"], lanes, y_width, signed=y_min < 0)


@shapes
def test_matches_golden(lanes, x_width, x_signed, d_width, y_width, y_min, y_max, simulate, rng):
    shape = (lanes, x_width, x_signed, d_width, y_width, y_min, y_max)
    x = random_lanes(rng, 200, lanes, x_width, x_signed)
    d = random_lanes(rng, 200, lanes, d_width, True)
    assert np.array_equal(run(shape, simulate, x, d), golden(x, d, y_min, y_max))


@shapes
def test_extremes(lanes, x_width, x_signed, d_width, y_width, y_min, y_max, simulate):
    shape = (lanes, x_width, x_signed, d_width, y_width, y_min, y_max)
    ends = [(x, d) for x in limits(x_width, x_signed) for d in limits(d_width, True)]
    x, d = (np.repeat(column[:, None], lanes, axis=1) for column in np.array(ends).T)
    assert np.array_equal(run(shape, simulate, x, d), golden(x, d, y_min, y_max))


@shapes
def test_output_holds_under_backpressure(
    lanes, x_width, x_signed, d_width, y_width, y_min, y_max, rtl, rng
):
    shape = (lanes, x_width, x_signed, d_width, y_width, y_min, y_max)
    x = random_lanes(rng, 50, lanes, x_width, x_signed)
    d = random_lanes(rng, 50, lanes, d_width, True)
    assert np.array_equal(run(shape, rtl, x, d, {"y": 0.9}), golden(x, d, y_min, y_max))


@shapes
def test_cycle_contract(lanes, x_width, x_signed, d_width, y_width, y_min, y_max, rtl, rng):
    x = random_lanes(rng, 50, lanes, x_width, x_signed)
    d = random_lanes(rng, 50, lanes, d_width, True)
    instance = make.residual_add(lanes, x_width, x_signed, d_width, y_width, y_min, y_max)
    inputs = {"x": pack(x, x_width), "d": pack(d, d_width)}
    result = rtl(instance, inputs, 50)
    assert np.array_equal(result.in_cycles["x"], np.arange(50))
    assert np.array_equal(result.out_cycles["y"], np.arange(50) + 1)
    # x and d move together, whoever comes late
    late = rtl(instance, inputs, 50, {"d": 0.5})
    assert np.array_equal(late.in_cycles["x"], late.in_cycles["d"])
    assert np.array_equal(late.out_cycles["y"], late.in_cycles["d"] + 1)


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"d_width=0 must be an integer >= 1"):
        make.residual_add(4, 8, True, 0, 8, -128, 127)
    with pytest.raises(KernelError, match=r"y_width=7 must be >= 8 to carry -128..127"):
        make.residual_add(4, 8, True, 8, 7, -128, 127)
    instance = make.residual_add(3, 3, True, 7, 5, -9, 11)
    assert "residual_add: YWidth=4 must carry YMin=-9 .. YMax=11" in refused(instance, YWidth=4)
    assert "residual_add: YMin=-9 must be <= YMax=-10" in refused(instance, YMax=-10)
