# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from hls import make
from hls.beats import pack, unpack
from hls.errors import KernelError
from hls.golden.sign_threshold import sign_threshold as golden

SHAPES = [(16, 8), (3, 5), (1, 1)]
shapes = pytest.mark.parametrize("channels, width", SHAPES)


def thresholds_of(channels, width):
    """Random, but the first means always and the last, where there are two, means never."""
    half = 1 << (width - 1)
    levels = np.random.default_rng([channels, width]).integers(-half, half + 1, channels)
    levels[-1], levels[0] = half, -half
    return levels


def random_x(rng, count, channels, width):
    half = 1 << (width - 1)
    return rng.integers(-half, half, (count, channels))


@shapes
def test_matches_golden(channels, width, simulate, rng):
    thresholds = thresholds_of(channels, width)
    x = random_x(rng, 200, channels, width)
    outputs = simulate(make.sign_threshold(thresholds, width), {"x": pack(x, width)}, 200)
    assert np.array_equal(unpack(outputs["y"], channels, 1, False), golden(x, thresholds))


@shapes
def test_extremes(channels, width, simulate):
    thresholds = thresholds_of(channels, width)
    half = 1 << (width - 1)
    # the ends, and every threshold with its neighbours
    x = np.array([np.full(channels, -half), np.full(channels, half - 1)])
    near = [np.clip(thresholds + step, -half, half - 1) for step in (-1, 0, 1)]
    x = np.concatenate([x, near])
    outputs = simulate(make.sign_threshold(thresholds, width), {"x": pack(x, width)}, len(x))
    bits = unpack(outputs["y"], channels, 1, False)
    assert np.array_equal(bits, golden(x, thresholds))
    assert bits[:, 0].all()  # the lowest threshold means always
    if channels > 1:
        assert not bits[:, -1].any()  # one above the highest x means never


@shapes
def test_output_holds_under_backpressure(channels, width, rtl, rng):
    thresholds = thresholds_of(channels, width)
    x = random_x(rng, 50, channels, width)
    result = rtl(make.sign_threshold(thresholds, width), {"x": pack(x, width)}, 50, {"y": 0.9})
    assert np.array_equal(unpack(result.outputs["y"], channels, 1, False), golden(x, thresholds))


@shapes
def test_cycle_contract(channels, width, rtl, rng):
    x = random_x(rng, 50, channels, width)
    instance = make.sign_threshold(thresholds_of(channels, width), width)
    result = rtl(instance, {"x": pack(x, width)}, 50)
    assert np.array_equal(result.in_cycles["x"], np.arange(50))
    assert np.array_equal(result.out_cycles["y"], np.arange(50) + 1)


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"thresholds 0..17 must lie in -16..16 for width=5"):
        make.sign_threshold(np.array([0, 17]), 5)
    with pytest.raises(KernelError, match=r"width=0 must be an integer >= 1"):
        make.sign_threshold(np.array([0]), 0)
    instance = make.sign_threshold(thresholds_of(3, 5), 5)
    assert "Channels=0 Width=5, both must be >= 1" in refused(instance, Channels=0)
