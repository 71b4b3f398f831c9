# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from hls import make
from hls.beats import pack
from hls.errors import KernelError

WIDTHS = [128, 5]
widths = pytest.mark.parametrize("width", WIDTHS)


def random_beats(rng, count, width):
    return pack(rng.integers(0, 2, (count, width)), 1)


@widths
def test_matches_golden(width, simulate, rng):
    x = random_beats(rng, 200, width)
    outputs = simulate(make.stream_fork(width), {"x": x}, 200)
    assert np.array_equal(outputs["y0"], x)
    assert np.array_equal(outputs["y1"], x)


@widths
def test_extremes(width, simulate):
    x = pack(np.array([[0] * width, [1] * width, [1] * width, [0] * width]), 1)
    outputs = simulate(make.stream_fork(width), {"x": x}, 4)
    assert np.array_equal(outputs["y0"], x)
    assert np.array_equal(outputs["y1"], x)


@widths
@pytest.mark.parametrize("pauses", [{"y0": 0.9}, {"y1": 0.9}, {"y0": 0.5, "y1": 0.5}], ids=str)
def test_output_holds_under_backpressure(width, pauses, rtl, rng):
    x = random_beats(rng, 100, width)
    result = rtl(make.stream_fork(width), {"x": x}, 100, pauses)
    assert np.array_equal(result.outputs["y0"], x)
    assert np.array_equal(result.outputs["y1"], x)


@widths
def test_cycle_contract(width, rtl, rng):
    x = random_beats(rng, 100, width)
    result = rtl(make.stream_fork(width), {"x": x}, 100)
    for cycles in (result.in_cycles["x"], result.out_cycles["y0"], result.out_cycles["y1"]):
        assert np.array_equal(cycles, np.arange(100))
    # x leaves with the slower reader, who is one beat behind at most
    paused = rtl(make.stream_fork(width), {"x": x}, 100, {"y0": 0.5, "y1": 0.5})
    readers = np.array([paused.out_cycles["y0"], paused.out_cycles["y1"]])
    assert np.array_equal(paused.in_cycles["x"], readers.max(axis=0))
    assert (readers.min(axis=0)[1:] > readers.max(axis=0)[:-1]).all()


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"stream_fork: width=0 must be an integer >= 1"):
        make.stream_fork(0)
    assert "stream_fork: Width=0 must be >= 1" in refused(make.stream_fork(5), Width=0)
