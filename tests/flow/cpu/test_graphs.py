# SPDX-License-Identifier: MIT
"""Compiled graphs against NumPy, bit for bit."""

import platform

import numpy as np
import pytest
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.cpu import execute
from tarsier_fpga.flow.cpu.execute import CpuGraph
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.sim.execute import run_graph
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.widths import adapt_widths, specialize
from tarsier_fpga.hls.base.errors import SimError
from tarsier_fpga.hls.golden.scaled_add import scaled_add
from tests.flow.one_op import PART, OneOp
from tests.flow.paced import folded


@pytest.fixture
def graph(random_net):
    return lower(ingest(random_net()))


def test_frames_of_any_size(graph, codes):
    engine = CpuGraph(graph)
    assert engine.by_golden == ()
    for height, width in ((1, 1), (2, 70), (9, 11), (33, 64), (20, 513), (41, 1030)):
        frame = codes(height, width)
        expected = run_graph(graph, frame)
        for threads in (1, 2, 5):
            assert np.array_equal(engine(frame, threads), expected)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="flags of x86")
@pytest.mark.parametrize("target", ["-msse2", "-mavx2"])
def test_narrower_vectors(graph, codes, target):
    frame = codes(23, 300)
    assert np.array_equal(CpuGraph(graph, [target])(frame), run_graph(graph, frame))


def test_extremes(graph):
    engine = CpuGraph(graph)
    for level in (0, 128, 1023):
        frame = np.full((12, 13, 4), level, np.uint16)
        frame[::3, ::2] = 1023 - level
        assert np.array_equal(engine(frame), run_graph(graph, frame))


@pytest.mark.parametrize(
    "twist",
    [
        {"kernel": 5},
        {"kernel": 3, "dilation": 2},
        {"bits": 9, "channels": 6, "units": 3},
        {"rectified": False},
    ],
    ids=str,
)
def test_other_networks(random_net, codes, twist):
    graph = lower(ingest(random_net(**twist)))
    frame = codes(21, 37)
    assert np.array_equal(CpuGraph(graph)(frame, 2), run_graph(graph, frame))


def test_a_folded_graph_with_width_converters(random_net, codes):
    graph = folded(lower(ingest(random_net())), 4)
    graph = set_frame(adapt_widths(specialize(graph, PART), PART), 10, 13)
    frame = codes(10, 13)
    assert np.array_equal(CpuGraph(graph)(frame), run_graph(graph, frame))


def test_codes_that_are_no_codes(graph):
    frame = np.full((5, 6, 4), 1023, np.uint16)
    engine = CpuGraph(graph)
    frame[4, 5, 3] = 1024
    with pytest.raises(SimError, match=r"5 x 6 holds values outside of: .* 0\.\.1023"):
        engine(frame)
    with pytest.raises(SimError):
        engine(np.full((5, 6, 4), 1 << 20))
    with pytest.raises(SimError):
        engine(np.full((5, 6, 4), -1))


SCALED = {"x_scale": 3, "d_scale": -16, "shift": 4, "floor": -100, "ceiling": 120}
SMALL = {"shift": 3, "floor": -20, "ceiling": 50}


@pytest.mark.parametrize(
    ("op", "types", "constants", "attributes"),
    [
        ("TarsierSignThreshold", "INT9", [[-300, -5, 0, 7, 256]], {}),
        ("TarsierRequant", "INT12", [], SMALL),
        ("TarsierChannelScale", "INT8", [[3, -7, 0, 1, 100]], {}),
        ("TarsierChannelScale", "INT20", [[3, -7, 0, 1, 100]], {}),
        ("TarsierChannelShuffle", "INT8", [[4, 2, 0, 1, 3]], {}),
        ("TarsierChannelShuffle", "INT8", [[4, 2, 2]], {"count": 3}),
        ("TarsierWiden", "UINT4", [], {"outputDataType": "INT5"}),
        ("TarsierChannelSlice", "UINT5", [], {"first": 1, "count": 3}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_kernel_alone(rng, op, types, constants, attributes):
    bits, signed = int(types.lstrip("UINT")), types.startswith("I")
    ends = (-(1 << bits - 1), 1 << bits - 1) if signed else (0, 1 << bits)
    frame = rng.integers(*ends, (6, 75, 5))
    one = OneOp(op, (frame,), (types,), tuple(map(np.array, constants)), attributes)
    if op == "TarsierRequant":
        one = OneOp(op, (frame,), (types,), (), attributes | {"outputDataType": "INT7"})
    model = one.model()
    engine = CpuGraph(model)
    assert engine.by_golden == ()
    node = getCustomOp(model.graph.node[0])
    (expected,) = node.compute([frame], node.constants(model))
    assert np.array_equal(engine(frame), expected)


@pytest.mark.parametrize("op", ["TarsierResidualAdd", "TarsierScaledAdd", "TarsierConcat"])
def test_kernels_of_two_streams(rng, op):
    frames = [rng.integers(-128, 128, (5, 40, 3)) for _ in range(2)]
    attributes = {
        "TarsierResidualAdd": {"floor": -100, "ceiling": 120, "outputDataType": "INT8"},
        "TarsierScaledAdd": SCALED | {"outputDataType": "INT8"},
        "TarsierConcat": {"b_channels": 3},
    }[op]
    offset = np.array([7, -300, 0])
    constants = (offset,) if op == "TarsierScaledAdd" else ()
    graph = OneOp(op, tuple(frames), ("INT8", "INT8"), constants, attributes).graph()
    result = CpuGraph(graph).ports({"x0": frames[0], "x1": frames[1]}, 2)["y"]
    if op == "TarsierConcat":
        assert np.array_equal(result, np.concatenate(frames, axis=-1))
    elif op == "TarsierScaledAdd":
        assert np.array_equal(result, scaled_add(*frames, 3, -16, offset, 4, -100, 120))
    else:
        assert np.array_equal(result, (frames[0] + frames[1]).clip(-100, 120))


def test_what_has_no_logic_is_left_to_numpy(random_net, codes, monkeypatch):
    graph = lower(ingest(random_net(units=1)))

    def has_logic(node):
        return "Table" not in node.op_type and node.name != middle

    middle = [n for n in graph.graph.node if "Window" in n.op_type][1].name
    monkeypatch.setattr(execute, "has_logic", has_logic)
    engine = CpuGraph(graph)
    assert engine.by_golden == ("TarsierWindow", "TarsierActTable")
    frame = codes(17, 29)
    assert np.array_equal(engine(frame, 3), run_graph(graph, frame))
