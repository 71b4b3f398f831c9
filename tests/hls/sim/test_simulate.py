# SPDX-License-Identifier: MIT
"""Integers go into a kernel and integers come out, in the lanes and signs of its streams."""

import numpy as np
import pytest

from tarsier_fpga import hls
from tarsier_fpga.hls.base.errors import KernelError, SimError
from tarsier_fpga.hls.golden.residual_add import residual_add


def test_signed_lanes_of_two_inputs():
    rng = np.random.default_rng(0)
    x, d = rng.integers(-8, 8, (40, 3)), rng.integers(-4, 4, (40, 3))
    kernel = hls.residual_add(3, 4, True, 3, 5, -9, 10)
    y = kernel.simulate({"x": x, "d": d}, stalls={"x": 0.5, "y": 0.2})
    assert np.array_equal(y, residual_add(x, d, -9, 10))


def test_two_outputs_come_by_name_and_lanes_may_be_wider_than_a_word():
    wide = [1 << 99, 5, (1 << 100) - 1]
    found = hls.stream_fork(100).simulate(np.array(wide, object))
    assert list(found) == ["y0", "y1"]
    assert [int(value) for value in found["y1"].ravel()] == wide


def test_everything_that_comes_is_collected():
    """Many beats for one, and none where there is not enough for one."""
    adapter = hls.width_adapter(64, 1)
    assert adapter.simulate(np.ones((3, 64), int)).tolist() == [[1]] * 192
    assert hls.width_adapter(8, 64).simulate(range(7)).shape == (0, 8)


def test_no_beats_give_no_beats():
    assert hls.fifo(8, 2).simulate(np.zeros((0, 1), int)).shape == (0, 1)


@pytest.mark.parametrize(
    ("x", "sentence"),
    [
        ([[1, 2, 3]], r"stream x takes \(beats, 2\) integers, not an array of shape \(1, 3\)"),
        ([[0.5, 1]], r"stream x takes integers, not float64"),
        ([[1, 8]], r"stream x takes -8..7, not 1..8"),
        ({"z": [[1, 2]]}, r"integers for z were given, but its inputs are x"),
    ],
)
def test_what_does_not_fit_is_refused(x, sentence):
    with pytest.raises(KernelError, match=f"sign_threshold: {sentence}"):
        hls.sign_threshold(np.array([0, 3]), 4).simulate(x)


def test_a_stream_that_is_left_behind_is_named():
    with pytest.raises(SimError, match=r"a 1 of 2 beats, b 1 of 1 beats"):
        hls.stream_join(4, 4).simulate({"a": [1, 2], "b": [3]})


def test_an_unknown_kernel_is_no_attribute():
    assert not hasattr(hls, "softmax")
