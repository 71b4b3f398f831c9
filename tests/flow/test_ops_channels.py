# SPDX-License-Identifier: MIT
"""The ops that bring together, choose, reorder, scale and shift channels."""

import numpy as np
import pytest
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.hls.base.errors import FlowError, KernelError
from tarsier_fpga.hls.golden.channel_scale import channel_scale
from tarsier_fpga.hls.golden.channel_shuffle import channel_shuffle
from tarsier_fpga.hls.golden.channel_slice import channel_slice
from tarsier_fpga.hls.golden.concat import concat
from tarsier_fpga.hls.golden.spatial_shift import spatial_shift
from tarsier_fpga.hls.kernels.channel_shuffle import group_shuffle
from tests.flow.one_op import OneOp, works

HEIGHT, WIDTH = 3, 4


def one(op_type, frames, datatype, constants=(), **attributes) -> OneOp:
    return OneOp(op_type, frames, (datatype,) * len(frames), constants, attributes)


@pytest.mark.parametrize("datatype, least, most", [("INT4", -8, 7), ("BINARY", 0, 1)])
@pytest.mark.parametrize("a_channels, b_channels, pe", [(4, 6, 2), (3, 5, 0), (8, 4, 4), (1, 1, 1)])
def test_concat(a_channels, b_channels, pe, datatype, least, most, rng, tmp_path):
    sizes = [(HEIGHT, WIDTH, n) for n in (a_channels, b_channels)]
    a, b = (rng.integers(least, most, size, endpoint=True) for size in sizes)
    op = one("TarsierConcat", (a, b), datatype, PE=pe, b_channels=b_channels)
    works(op, [concat(a, b)], tmp_path)


def test_concat_of_two_types_is_refused(rng):
    frames = tuple(rng.integers(0, 2, (HEIGHT, WIDTH, n)) for n in (2, 3))
    op = OneOp("TarsierConcat", frames, ("UINT4", "INT4"), (), {"b_channels": 3})
    with pytest.raises(FlowError, match=r"node: inputs of UINT4 and INT4 must be of one type"):
        op.model()


@pytest.mark.parametrize("first, count, pe", [(2, 4, 2), (1, 5, 0), (4, 4, 4), (0, 8, 8)])
def test_channel_slice(first, count, pe, rng, tmp_path):
    x = rng.integers(0, 32, (HEIGHT, WIDTH, 8))
    op = one("TarsierChannelSlice", (x,), "UINT5", PE=pe, first=first, count=count)
    works(op, [channel_slice(x, first, count)], tmp_path)


@pytest.mark.parametrize(
    "source, channels, datatype",
    [
        (group_shuffle(8, 2), 8, "INT4"),
        (np.roll(np.arange(6), 3), 6, "INT4"),
        (np.array([4, 0, 4]), 5, "BINARY"),
        (np.array([1, 1, 0, 2, 1]), 3, "UINT4"),
    ],
    ids=str,
)
def test_channel_shuffle_of_whole_pixels(source, channels, datatype, rng, tmp_path):
    least, most = {"INT4": (-8, 7), "UINT4": (0, 15), "BINARY": (0, 1)}[datatype]
    x = rng.integers(least, most, (HEIGHT, WIDTH, channels), endpoint=True)
    op = one("TarsierChannelShuffle", (x,), datatype, (source,), PE=2, count=source.size)
    works(op, [channel_shuffle(x, source)], tmp_path)


def test_a_count_that_is_not_that_of_the_source_is_refused(rng):
    x = rng.integers(0, 2, (HEIGHT, WIDTH, 6))
    model = one("TarsierChannelShuffle", (x,), "BINARY", (np.array([5, 0]),)).model()
    with pytest.raises(FlowError, match=r"node: count=6 must be 2, as many as source has entries"):
        getCustomOp(model.graph.node[0]).instance(model)


@pytest.mark.parametrize("datatype, pe", [("INT4", 0), ("UINT4", 2), ("BINARY", 3)])
def test_channel_scale(datatype, pe, rng, tmp_path):
    least, most = {"INT4": (-8, 7), "UINT4": (0, 15), "BINARY": (0, 1)}[datatype]
    x = rng.integers(least, most, (HEIGHT, WIDTH, 6), endpoint=True)
    scale = rng.integers(-100, 100, 6)
    works(
        one("TarsierChannelScale", (x,), datatype, (scale,), PE=pe),
        [channel_scale(x, scale)],
        tmp_path,
    )


def test_a_fold_that_does_not_divide_is_refused(rng):
    x = rng.integers(0, 2, (HEIGHT, WIDTH, 6))
    op = one("TarsierChannelScale", (x,), "BINARY", (np.arange(6),), PE=4)
    with pytest.raises(KernelError, match=r"channel_scale: lanes=4 must divide channels=6"):
        op.model()


@pytest.mark.parametrize("datatype, channels", [("INT4", 5), ("BINARY", 9)])
def test_spatial_shift(datatype, channels, rng, tmp_path):
    least, most = {"INT4": (-8, 7), "BINARY": (0, 1)}[datatype]
    x = rng.integers(least, most, (HEIGHT, WIDTH, channels), endpoint=True)
    shifts, fill = rng.integers(-2, 3, (channels, 2)), rng.integers(least, most, channels)
    op = one("TarsierSpatialShift", (x,), datatype, (fill,), shifts=shifts.ravel().tolist())
    works(op, [spatial_shift(x, shifts, fill)], tmp_path)
