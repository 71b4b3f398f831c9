# SPDX-License-Identifier: MIT
"""Kernels that look around or change the frame's size, compiled, against NumPy, bit for bit."""

import platform

import numpy as np
import pytest
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.cpu.execute import CpuGraph
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.sim.execute import run_graph
from tarsier_fpga.hls.base.errors import FlowError
from tests.flow.one_op import OneOp
from tests.networks.unet import unet

FILL = np.array([3, -8, 0])
SHIFTS = [0, 0, -2, 70, 3, -1]
KERNELS = {
    "nearest by 2": ("TarsierUpsampleNearest", (), {"factor": 2}),
    "nearest by 3": ("TarsierUpsampleNearest", (), {"factor": 3}),
    "bilinear": ("TarsierUpsampleBilinear", (), {}),
    "average": ("TarsierAvgPool", (), {}),
    "greatest": ("TarsierMaxPool", (), {}),
    "unshuffled by 2": ("TarsierPixelUnshuffle", (), {"factor": 2}),
    "unshuffled by 3": ("TarsierPixelUnshuffle", (), {"factor": 3}),
    "window of stride 2": ("TarsierWindow", (FILL,), {"stride": 2}),
    "window without padding": ("TarsierWindow", (FILL,), {"padding": 0}),
    "window of 2 of stride 2": ("TarsierWindow", (FILL,), {"kernel": 2, "stride": 2, "padding": 0}),
    "wide padding": ("TarsierWindow", (FILL,), {"dilation": 3, "stride": 2, "padding": 7}),
    "shift": ("TarsierSpatialShift", (FILL,), {"shifts": SHIFTS}),
    "border": ("TarsierPad", (FILL,), {"border": [1, 0, 70, 2]}),
    "repeated border": ("TarsierPad", (), {"border": [0, 2, 1, 67]}),
}
SIZES = ((12, 78), (18, 132), (6, 606), (36, 72))  # whole multiples of what any of them needs
ODD = ((7, 75), (13, 131), (5, 601), (37, 73))


@pytest.mark.parametrize("name", KERNELS)
def test_each_kernel_alone(rng, name):
    op, constants, attributes = KERNELS[name]
    sizes = SIZES if "unshuffled" in name else SIZES + ODD
    frames = [rng.integers(-8, 8, (*size, 3)) for size in sizes]
    model = OneOp(op, (frames[0],), ("INT4",), constants, attributes).model()
    engine = CpuGraph(model)
    assert engine.by_golden == ()
    node = getCustomOp(model.graph.node[0])
    for frame in frames:
        (expected,) = node.compute([frame], node.constants(model))
        for threads in (1, 3):
            assert np.array_equal(engine(frame, threads), expected)


def test_channels_become_pixels(rng):
    for factor, channels in ((2, 8), (3, 9), (4, 16)):
        frame = rng.integers(0, 4, (9, 77, channels))
        one = OneOp("TarsierPixelShuffle", (frame,), ("UINT2",), (), {"factor": factor})
        model = one.model()
        node = getCustomOp(model.graph.node[0])
        (expected,) = node.compute([frame], [])
        assert np.array_equal(CpuGraph(model)(frame, 2), expected)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="flags of x86")
@pytest.mark.parametrize("target", ["-msse2", "-mavx2"])
def test_narrower_vectors(rng, target):
    frame = rng.integers(-8, 8, (10, 300, 3))
    for name in ("nearest by 3", "window of stride 2", "repeated border"):
        op, constants, attributes = KERNELS[name]
        model = OneOp(op, (frame,), ("INT4",), constants, attributes).model()
        node = getCustomOp(model.graph.node[0])
        (expected,) = node.compute([frame], node.constants(model))
        assert np.array_equal(CpuGraph(model, [target])(frame), expected)


@pytest.fixture(scope="module")
def small_unet():
    return lower(ingest(ModelWrapper(unet((4, 8, 8), units=1))))


def test_a_unet_is_one_piece_on_frames_of_any_size(small_unet, codes):
    engine = CpuGraph(small_unet)
    assert engine.by_golden == ()
    for height, width in ((4, 4), (8, 140), (40, 36), (100, 68)):
        frame = codes(height, width)
        expected = run_graph(small_unet, frame)
        for threads in (1, 2, 5):
            assert np.array_equal(engine(frame, threads), expected)


def test_sizes_that_do_not_meet_are_refused(small_unet, codes):
    with pytest.raises(FlowError, match=r"frames of 19x5 and 20x6 pixels meet"):
        CpuGraph(small_unet)(codes(9, 38))


def test_nothing_left_of_a_frame_is_refused(rng):
    frame = rng.integers(0, 2, (4, 4, 3))
    model = OneOp("TarsierMaxPool", (frame,), ("UINT1",), (), {}).model()
    with pytest.raises(FlowError, match=r"node: a frame of 4x1 pixels is too small for it"):
        CpuGraph(model)(frame[:1])
