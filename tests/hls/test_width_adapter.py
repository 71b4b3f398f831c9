# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from hls import make
from hls.beats import pack
from hls.errors import KernelError
from hls.golden.width_adapter import width_adapter as golden

# x_width, y_width: gather, cut, pass
WIDTHS = [(5, 15), (64, 8), (16, 16)]
widths = pytest.mark.parametrize("x_width, y_width", WIDTHS)
BITS = 64 * 15 * 4  # a whole number of beats in all of them


@widths
def test_matches_golden(x_width, y_width, simulate, rng):
    x = rng.integers(0, 2, (BITS // x_width, x_width))
    outputs = simulate(make.width_adapter(x_width, y_width), {"x": pack(x, 1)}, BITS // y_width)
    assert np.array_equal(outputs["y"], pack(golden(x, y_width), 1))


@widths
def test_extremes(x_width, y_width, simulate):
    x = np.repeat([0, 1, 1, 0], BITS // 4).reshape(-1, x_width)
    outputs = simulate(make.width_adapter(x_width, y_width), {"x": pack(x, 1)}, BITS // y_width)
    assert np.array_equal(outputs["y"], pack(golden(x, y_width), 1))


@widths
def test_output_holds_under_backpressure(x_width, y_width, rtl, rng):
    x = rng.integers(0, 2, (BITS // x_width, x_width))
    instance = make.width_adapter(x_width, y_width)
    result = rtl(instance, {"x": pack(x, 1)}, BITS // y_width, {"y": 0.9})
    assert np.array_equal(result.outputs["y"], pack(golden(x, y_width), 1))


@widths
def test_cycle_contract(x_width, y_width, rtl, rng):
    x = rng.integers(0, 2, (BITS // x_width, x_width))
    result = rtl(make.width_adapter(x_width, y_width), {"x": pack(x, 1)}, BITS // y_width)
    words = max(x_width, y_width) // min(x_width, y_width)
    narrow = np.arange(BITS // min(x_width, y_width))
    last_words = narrow[words - 1 :: words]
    if x_width < y_width:
        assert np.array_equal(result.in_cycles["x"], narrow)
        assert np.array_equal(result.out_cycles["y"], last_words + 1)
    else:
        assert np.array_equal(result.in_cycles["x"], last_words)
        assert np.array_equal(result.out_cycles["y"], narrow)


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"of x_width=6 and y_width=8 one must divide the other"):
        make.width_adapter(6, 8)
    instance = make.width_adapter(5, 15)
    assert "of XWidth=5 and YWidth=14 one must divide the other" in refused(instance, YWidth=14)
    assert "XWidth=0 YWidth=15, both must be >= 1" in refused(instance, XWidth=0)
