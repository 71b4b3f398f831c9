# SPDX-License-Identifier: MIT
"""The hardware graph computes what the network computes, bit for bit."""

import numpy as np
import pytest
from qonnx.core.onnx_exec import execute_onnx
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.sim.execute import run_graph
from tarsier_fpga.hls.base.errors import FlowError
from tests.flow.nets import kinds, lowered


@pytest.mark.parametrize(
    ("channels", "units", "height", "width", "bits"),
    [(4, 2, 11, 9, 8), (4, 1, 7, 13, 6), (8, 3, 12, 11, 10), (3, 0, 5, 5, 8)],
)
def test_lowering_keeps_the_function(
    random_net, codes, run_qonnx, run_onnx_nhwc, channels, units, height, width, bits
):
    model = random_net(channels, units, height, width, bits)
    graph = lower(ingest(model))
    shape = (height, width, 4)
    for frame in (codes(height, width), np.full(shape, 1023), np.zeros(shape)):
        want = run_qonnx(model, frame)
        assert np.array_equal(run_onnx_nhwc(graph, frame), want)
        assert np.array_equal(run_graph(graph, frame.astype(np.uint16)), want)


@pytest.mark.parametrize(("kernel", "dilation"), [(5, 1), (7, 1), (3, 2), (5, 3)])
def test_wider_convolutions_keep_the_function(
    random_net, codes, run_qonnx, run_onnx_nhwc, kernel, dilation
):
    model, frame = random_net(kernel=kernel, dilation=dilation, height=14, width=15), codes(14, 15)
    graph, want = lower(ingest(model)), run_qonnx(model, frame)
    assert np.array_equal(run_onnx_nhwc(graph, frame), want)
    window = getCustomOp(graph.get_nodes_by_op_type("TarsierWindow")[1]).instance(graph)
    assert (window.params["Kernel"], window.params["Dilation"]) == (kernel, dilation)


def test_a_head_without_relu_gives_signed_residuals(random_net, codes, run_qonnx):
    model, frame = random_net(rectified=False), codes(11, 9)
    graph = lower(ingest(model))
    head = getCustomOp(graph.get_nodes_by_op_type("TarsierRequant")[0])
    assert head.get_nodeattr("floor") == -128
    assert np.array_equal(run_graph(graph, frame), run_qonnx(model, frame))


def test_residuals_saturate_on_the_way(random_net, codes):
    """Else the tests above would not see a residual that wraps around."""
    graph = lower(ingest(random_net(channels=12, units=3, bits=6)))
    feed = {graph.graph.input[0].name: codes(11, 9)[None].astype(np.float32)}
    tensors = execute_onnx(graph, feed, return_full_exec_context=True)
    nodes = graph.get_nodes_by_op_type("TarsierResidualAdd")[:-1]
    sums = np.stack([tensors[node.input[0]] + tensors[node.input[1]] for node in nodes])
    results = np.stack([tensors[node.output[0]] for node in nodes])
    assert sums.min() < -32
    assert sums.max() > 31
    assert np.array_equal(results, np.clip(sums, -32, 31))


def test_units_become_five_kernels_and_a_fork(random_net):
    graph = lower(ingest(random_net()))
    unit = ["Fork", "SignThreshold", "Window", "XnorDot", "ActTable", "ResidualAdd"]
    convolution = ["Window", "IntDot", "Requant"]
    assert kinds(graph) == ["Fork", *convolution, *unit, *unit, *convolution, "ResidualAdd"]


def test_every_stream_has_one_reader(random_net):
    graph = lower(ingest(random_net(units=3)))
    constants = {tensor.name for tensor in graph.graph.initializer}
    read = [name for node in graph.graph.node for name in node.input if name not in constants]
    written = [name for node in graph.graph.node for name in node.output]
    assert sorted([*read, "global_out"]) == sorted([*written, "global_in"])


def test_skip_connections_come_first(random_net):
    """x of a residual add is the stream that waits, d the branch that was computed meanwhile."""
    graph = lower(ingest(random_net()))
    for node in graph.get_nodes_by_op_type("TarsierResidualAdd"):
        x, d = (graph.find_producer(name).op_type for name in node.input)
        assert x == "TarsierFork"
        assert d in ("TarsierActTable", "TarsierRequant")


def test_padding_is_the_sign_of_the_shift(random_net):
    """Outside the frame the residual is 0, so a bit there is the sign of what is added to it."""
    model = random_net(units=1)
    shift = model.get_initializer(model.get_nodes_by_op_type("Add")[0].input[1]).ravel()
    window = lower(ingest(model)).get_nodes_by_op_type("TarsierWindow")[1]
    graph = lower(ingest(model))
    assert np.array_equal(graph.get_initializer(window.input[1]), shift >= 0)


def test_padding_that_changes_the_size_is_a_kernel_of_its_own(random_net, codes, run_qonnx):
    model = random_net()
    pads = model.get_nodes_by_op_type("Pad")[-1].input[1]
    model.set_initializer(pads, np.array([0, 0, 2, 1, 0, 0, 0, 1]))  # above and below: 2 and 0
    graph = lower(ingest(model))
    [pad] = graph.get_nodes_by_op_type("TarsierPad")
    assert getCustomOp(pad).get_nodeattr("border") == [2, 0, 1, 1]
    frame = codes(11, 9)
    assert np.array_equal(run_graph(graph, frame), run_qonnx(model, frame))


def test_head_pads_with_black(random_net):
    graph = lower(ingest(random_net()))
    pad = graph.get_nodes_by_op_type("TarsierWindow")[0].input[1]
    assert graph.get_initializer(pad).tolist() == [128] * 4


def test_tables_have_an_entry_for_every_popcount(random_net):
    graph = lower(ingest(random_net(channels=4)))
    for node in graph.get_nodes_by_op_type("TarsierActTable"):
        assert graph.get_initializer(node.input[1]).shape == (4, 37)


def test_types_are_the_narrowest_that_fit(random_net):
    graph = lower(ingest(random_net(channels=4)))
    ops = [getCustomOp(node) for node in graph.graph.node]
    types = {op.onnx_node.op_type: op.get_output_datatype().name for op in ops}
    assert types["TarsierWindow"] == "INT8"  # the last one, of the tail
    assert types["TarsierSignThreshold"] == "BINARY"
    assert types["TarsierXnorDot"] == "UINT6"
    assert types["TarsierResidualAdd"] == "UINT10"


def test_lowering_twice_gives_the_same_bytes(random_net):
    model = random_net()
    twice = [lower(ingest(model)).model.SerializeToString(deterministic=True) for _ in range(2)]
    assert twice[0] == twice[1]


@pytest.mark.parametrize(
    ("twist", "kernels"),
    [
        (
            {"noise_scale": 0.3},
            ["ScaledAdd", "AffineRequant"],
        ),  # no power of two: factors that give the same steps
        ({"gain": 0.3}, ["AffineRequant"]),
        ({"head_scale": 0.5}, ["ScaledAdd"]),  # twice the step of the branch that joins
        ({"zero": 3.0}, ["ScaledAdd"]),
        ({"mode": "FLOOR"}, ["AffineRequant"]),
        ({"signed": 0}, ["Widen"]),  # bits of unsigned lanes
        ({"branch_signed": 0}, ["ScaledAdd"]),
        ({"out_bits": 9}, []),
    ],
    ids=str,
)
def test_what_is_unlike_our_own_export_is_built(random_net, twist, kernels):
    graph = lowered(random_net(**twist))
    usual = ["Fork", "Window", "IntDot", "Requant", "SignThreshold", "XnorDot"]
    usual += ["ActTable", "ResidualAdd"]
    assert [kind for kind in kernels if kind not in kinds(graph)] == []
    assert {*kinds(graph)} - {*kernels} <= {*usual}


@pytest.mark.parametrize("extra", ["Relu", "Sigmoid"])
def test_what_no_quantizer_and_no_table_ends_is_refused(random_net, extra):
    """Of 11 bits, which are more than a table has entries for."""
    sentence = rf"^{extra} \S+ before Add \S+: its results are no integers; a Quant must stand befo"
    with pytest.raises(FlowError, match=sentence):
        lowered(random_net(extra=extra))
