# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from hls import make
from hls.beats import pack, unpack
from hls.errors import KernelError
from hls.golden.requant import requant as golden

# lanes, x_width, shift, y_width, y_min, y_max: a head, a tail to unsigned pixels, no shift, a
# shift that leaves only the sign
SHAPES = [
    (16, 19, 6, 8, -128, 127),
    (4, 12, 3, 10, 0, 1000),
    (3, 6, 0, 4, -5, 6),
    (1, 4, 7, 2, -1, 1),
]
shapes = pytest.mark.parametrize("lanes, x_width, shift, y_width, y_min, y_max", SHAPES)


def random_x(rng, count, lanes, x_width):
    """Half of it near the clamp's middle, where rounding shows."""
    half = 1 << (x_width - 1)
    x = rng.integers(-half, half, (count, lanes))
    return np.where(rng.random((count, lanes)) < 0.5, x, x // 8)


def values(outputs, lanes, y_width, y_min):
    return unpack(outputs["y"], lanes, y_width, signed=y_min < 0)


@shapes
def test_matches_golden(lanes, x_width, shift, y_width, y_min, y_max, simulate, rng):
    x = random_x(rng, 300, lanes, x_width)
    instance = make.requant(lanes, x_width, shift, y_width, y_min, y_max)
    outputs = simulate(instance, {"x": pack(x, x_width)}, 300)
    expected = golden(x, shift, y_min, y_max)
    assert np.array_equal(values(outputs, lanes, y_width, y_min), expected)


@shapes
def test_extremes(lanes, x_width, shift, y_width, y_min, y_max, simulate):
    half = 1 << (x_width - 1)
    ties = np.arange(-9, 10, 2) * (1 << shift) // 2  # exact halves of an output step
    around = [ties - 1, ties, ties + 1, [-half, half - 1, 0]]
    x = np.clip(np.concatenate(around), -half, half - 1)
    x = np.repeat(x[:, None], lanes, axis=1)
    instance = make.requant(lanes, x_width, shift, y_width, y_min, y_max)
    outputs = simulate(instance, {"x": pack(x, x_width)}, len(x))
    # NumPy's rint on exact binary fractions is an independent statement of the rounding
    expected = np.clip(np.rint(x / 2.0**shift).astype(int), y_min, y_max)
    assert np.array_equal(values(outputs, lanes, y_width, y_min), expected)
    assert np.array_equal(golden(x, shift, y_min, y_max), expected)


@shapes
def test_output_holds_under_backpressure(lanes, x_width, shift, y_width, y_min, y_max, rtl, rng):
    x = random_x(rng, 50, lanes, x_width)
    instance = make.requant(lanes, x_width, shift, y_width, y_min, y_max)
    result = rtl(instance, {"x": pack(x, x_width)}, 50, {"y": 0.9})
    expected = golden(x, shift, y_min, y_max)
    assert np.array_equal(values(result.outputs, lanes, y_width, y_min), expected)


@shapes
def test_cycle_contract(lanes, x_width, shift, y_width, y_min, y_max, rtl, rng):
    x = random_x(rng, 50, lanes, x_width)
    instance = make.requant(lanes, x_width, shift, y_width, y_min, y_max)
    result = rtl(instance, {"x": pack(x, x_width)}, 50)
    assert np.array_equal(result.in_cycles["x"], np.arange(50))
    assert np.array_equal(result.out_cycles["y"], np.arange(50) + 1)


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"shift=-1 must be an integer >= 0"):
        make.requant(4, 12, -1, 8, 0, 255)
    with pytest.raises(KernelError, match=r"y_min=3 must be <= y_max=2"):
        make.requant(4, 12, 3, 8, 3, 2)
    with pytest.raises(KernelError, match=r"y_width=8 must be >= 9 to carry -1..255"):
        make.requant(4, 12, 3, 8, -1, 255)
    instance = make.requant(4, 12, 3, 10, 0, 1000)
    assert "requant: YMin=1001 must be <= YMax=1000" in refused(instance, YMin=1001)
    assert "requant: YWidth=9 must carry YMin=0 .. YMax=1000" in refused(instance, YWidth=9)
