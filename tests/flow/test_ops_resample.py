# SPDX-License-Identifier: MIT
"""The ops whose frames come out larger or smaller than they went in."""

import numpy as np
import pytest
from qonnx.core.datatype import DataType
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.avg_pool import avg_pool
from tarsier_fpga.hls.golden.max_pool import max_pool
from tarsier_fpga.hls.golden.pixel_shuffle import pixel_shuffle
from tarsier_fpga.hls.golden.pixel_unshuffle import pixel_unshuffle
from tarsier_fpga.hls.golden.upsample_bilinear import upsample_bilinear
from tarsier_fpga.hls.golden.upsample_nearest import upsample_nearest
from tests.flow.one_op import OneOp, works


def one(op_type, x, datatype, **attributes) -> OneOp:
    return OneOp(op_type, (x,), (datatype,), (), attributes)


def cycles(op: OneOp) -> int:
    return getCustomOp(op.model().graph.node[0]).get_exp_cycles()


def frame(rng, datatype, *shape) -> np.ndarray:
    """Random integers of a type, each end of it among them where there is room."""
    ends = [int(end) for end in (DataType[datatype].min(), DataType[datatype].max())]
    x = rng.integers(*ends, shape, endpoint=True)
    x[0, 0, :2] = ends
    return x


def grown(op: OneOp) -> str:
    """The type of its output."""
    return getCustomOp(op.model().graph.node[0]).get_output_datatype().name


pools = pytest.mark.parametrize(
    "datatype, height, width", [("INT4", 4, 6), ("UINT4", 5, 7), ("BINARY", 3, 2)]
)


@pytest.mark.parametrize("factor, datatype", [(2, "UINT3"), (3, "BINARY")])
def test_pixel_shuffle(factor, datatype, rng, tmp_path):
    x = rng.integers(0, 2, (3, 4, 2 * factor**2))
    op = one("TarsierPixelShuffle", x, datatype, factor=factor)
    works(op, [pixel_shuffle(x, factor)], tmp_path)
    assert cycles(op) == 3 * 4 * factor**2


@pytest.mark.parametrize("factor, channels, pe", [(2, 1, 0), (2, 3, 12), (4, 2, 4), (8, 1, 16)])
def test_pixel_unshuffle(factor, channels, pe, rng, tmp_path):
    x = rng.integers(0, 32, (2 * factor, 3 * factor, channels))
    op = one("TarsierPixelUnshuffle", x, "UINT5", factor=factor, PE=pe)
    works(op, [pixel_unshuffle(x, factor)], tmp_path)
    assert cycles(op) == 6 * factor**2


@pytest.mark.parametrize("factor", [2, 3])
def test_upsample_nearest(factor, rng, tmp_path):
    x = rng.integers(-8, 8, (3, 4, 5))
    op = one("TarsierUpsampleNearest", x, "INT4", factor=factor)
    works(op, [upsample_nearest(x, factor)], tmp_path)
    assert cycles(op) == 3 * 4 * factor**2


@pytest.mark.parametrize(
    "datatype, height, width", [("INT4", 3, 4), ("UINT4", 1, 5), ("BINARY", 4, 1)]
)
def test_upsample_bilinear(datatype, height, width, rng, tmp_path):
    x = frame(rng, datatype, height, width, 3)
    op = one("TarsierUpsampleBilinear", x, datatype)
    works(op, [upsample_bilinear(x)], tmp_path)
    assert cycles(op) == 4 * height * width
    assert grown(op) == {"INT4": "INT8", "UINT4": "UINT8", "BINARY": "UINT5"}[datatype]


@pools
def test_avg_pool(datatype, height, width, rng, tmp_path):
    x = frame(rng, datatype, height, width, 3)
    op = one("TarsierAvgPool", x, datatype)
    works(op, [avg_pool(x)], tmp_path)
    assert cycles(op) == height * width
    assert grown(op) == {"INT4": "INT6", "UINT4": "UINT6", "BINARY": "UINT3"}[datatype]


@pools
def test_max_pool(datatype, height, width, rng, tmp_path):
    x = frame(rng, datatype, height, width, 3)
    op = one("TarsierMaxPool", x, datatype)
    works(op, [max_pool(x)], tmp_path)
    assert cycles(op) == height * width
    assert grown(op) == datatype


def test_frames_and_channels_that_do_not_divide_are_refused():
    x = np.zeros((4, 6, 6), int)
    with pytest.raises(FlowError, match=r"node: channels=6 must be a multiple of 4, the square of"):
        one("TarsierPixelShuffle", x, "UINT2", factor=2).model()
    with pytest.raises(FlowError, match=r"height 4 and width 6 must be multiples of factor=4"):
        one("TarsierPixelUnshuffle", x, "UINT2", factor=4).model()
