# SPDX-License-Identifier: MIT
"""The ops that gather pixels of a frame, and that put a border around it."""

import pytest

from tarsier_fpga.hls.golden.pad import pad
from tarsier_fpga.hls.golden.window import window
from tests.flow.one_op import OneOp, works

WINDOWS = [
    {},
    {"kernel": 5, "stride": 2, "padding": 1},
    {"kernel": 3, "dilation": 2, "pixels": 2},
    {"kernel": 4, "stride": 2, "padding": 3, "pixels": 4},
    {"kernel": 2, "padding": 1},
    {"kernel": 1, "stride": 2, "padding": 0},
]


@pytest.mark.parametrize("attributes", WINDOWS, ids=str)
def test_window(attributes, rng, tmp_path):
    x, outside = rng.integers(-4, 4, (7, 8, 2)), rng.integers(-4, 4, 2)
    geometry = {name: value for name, value in attributes.items() if name != "pixels"}
    op = OneOp("TarsierWindow", (x,), ("INT3",), (outside,), attributes)
    works(op, [window(x, outside, **geometry)], tmp_path)


@pytest.mark.parametrize("border", [(1, 1, 1, 1), (0, 2, 3, 0)], ids=str)
@pytest.mark.parametrize("replicate", [False, True])
def test_pad(border, replicate, rng, tmp_path):
    x = rng.integers(-4, 4, (5, 6, 2))
    constants = () if replicate else (rng.integers(-4, 4, 2),)
    op = OneOp("TarsierPad", (x,), ("INT3",), constants, {"border": border})
    works(op, [pad(x, *border, *constants)], tmp_path)


FOLDED = [
    {"SIMD": 2},
    {"SIMD": 1, "groups": 2, "passes": 3},
    {"SIMD": 4, "kernel": 2, "stride": 2, "padding": 1, "passes": 2},
    {"SIMD": 2, "kernel": 1, "stride": 2, "padding": 0},
]


@pytest.mark.parametrize("attributes", FOLDED, ids=str)
def test_window_fold(attributes, rng, tmp_path):
    x, outside = rng.integers(-4, 4, (4, 5, 4)), rng.integers(-4, 4, 4)
    geometry = {n: v for n, v in attributes.items() if n in ("kernel", "stride", "padding")}
    op = OneOp("TarsierWindowFold", (x,), ("INT3",), (outside,), attributes)
    works(op, [window(x, outside, **geometry)], tmp_path)
