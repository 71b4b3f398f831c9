# SPDX-License-Identifier: MIT
"""The ops that give a pixel for a whole frame, and that take one."""

import numpy as np
import pytest
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.sim.execute import run_graph
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.channel_stats import Statistic, channel_stats
from tarsier_fpga.hls.golden.frame_scale import frame_scale
from tests.flow.one_op import OneOp, works


@pytest.mark.parametrize(
    "statistic, datatype, fraction, pe, size",
    [
        (Statistic.MEAN, "INT5", 3, 2, (3, 5)),
        (Statistic.MAGNITUDE, "INT4", 0, 0, (4, 4)),
        (Statistic.SQUARE, "UINT3", 4, 1, (1, 1)),
    ],
)
def test_channel_stats(statistic, datatype, fraction, pe, size, rng, tmp_path):
    bits = int(datatype[-1])
    least = -(1 << (bits - 1)) if datatype[0] == "I" else 0
    x = rng.integers(least, least + (1 << bits), (*size, 4))
    op = OneOp(
        *("TarsierChannelStats", (x,), (datatype,), ()),
        {"PE": pe, "statistic": statistic, "fraction": fraction},
    )
    works(op, [channel_stats(x, statistic, fraction)[None, None]], tmp_path)


@pytest.mark.parametrize("pe, size", [(0, (3, 5)), (2, (2, 4)), (1, (1, 1))])
def test_frame_scale(pe, size, rng, tmp_path):
    x, k = rng.integers(-32, 32, (*size, 4)), rng.integers(0, 128, (1, 1, 4))
    op = OneOp(
        *("TarsierFrameScale", (x, k), ("INT6", "UINT7"), ()),
        {"PE": pe, "shift": 6, "floor": -16, "ceiling": 15, "outputDataType": "INT5"},
    )
    works(op, [frame_scale(x, k, 6, -16, 15)], tmp_path)


def test_factors_are_unsigned(rng):
    frames = rng.integers(0, 4, (3, 4, 2)), rng.integers(0, 4, (1, 1, 2))
    clamp = {"floor": 0, "ceiling": 15, "outputDataType": "UINT4"}
    op = OneOp("TarsierFrameScale", frames, ("UINT4", "INT4"), (), clamp)
    model = op.model()
    with pytest.raises(FlowError, match=r"node: factors of type INT4 must be unsigned"):
        getCustomOp(model.graph.node[0]).instance(model)


def test_means_are_of_the_whole_frame():
    x = np.arange(40).reshape(20, 2, 1)  # more rows than are computed at a time elsewhere
    op = OneOp("TarsierChannelStats", (x,), ("UINT6",), (), {})
    model = op.graph()
    assert run_graph(model, x).tolist() == [[[20]]]
