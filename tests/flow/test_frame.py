# SPDX-License-Identifier: MIT
"""One graph, any frame size."""

import numpy as np
import pytest
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.sim.execute import reference, run_graph
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.widths import adapt_widths, specialize
from tarsier_fpga.hls.base.errors import FlowError
from tests.flow.paced import folded

PART = "xczu7ev-ffvc1156-2-e"


def test_size_changes_shapes_and_nothing_else(random_net, codes, run_onnx_nhwc):
    graph = set_frame(lower(ingest(random_net(height=11, width=9))), 14, 23)
    for node in graph.graph.node:
        op = getCustomOp(node)
        assert tuple(op.get_normal_output_shape()[:3]) == (1, 14, 23)
        for name in node.output:
            assert graph.get_tensor_shape(name) == list(op.get_normal_output_shape())
    frame = codes(14, 23)
    assert np.array_equal(run_onnx_nhwc(graph, frame), run_graph(graph, frame))


def test_width_converters_follow(random_net, codes, run_onnx_nhwc):
    graph = folded(lower(ingest(random_net())), 4)
    graph = set_frame(adapt_widths(specialize(graph, PART), PART), 10, 13)
    frame = codes(10, 13)
    assert np.array_equal(run_onnx_nhwc(graph, frame), run_graph(graph, frame))


def test_window_learns_the_frame(random_net):
    graph = set_frame(lower(ingest(random_net())), 14, 23)
    window = getCustomOp(graph.get_nodes_by_op_type("TarsierWindow")[0]).instance(graph)
    assert (window.params["FrameH"], window.params["FrameW"]) == (14, 23)


@pytest.mark.parametrize(("kernel", "height", "width"), [(3, 1, 20), (3, 20, 1), (7, 8, 2)])
def test_what_kernels_cannot_work_on_is_refused(random_net, kernel, height, width):
    graph = lower(ingest(random_net(kernel=kernel, height=16, width=16)))
    with pytest.raises(FlowError, match=rf": frames of {width}x{height} pixels do not fit: window"):
        set_frame(graph, height, width)


def test_a_frame_may_be_smaller_than_a_result_sees(random_net, codes, run_qonnx):
    """Every window of it hangs over the border."""
    network, frame = random_net(units=3, height=3, width=2), codes(3, 2)
    graph = set_frame(lower(ingest(network)), 3, 2)
    assert np.array_equal(run_graph(graph, frame), run_qonnx(network, frame))


def test_reference_runs_the_graph_of_a_design(random_net, codes, tmp_path):
    graph = lower(ingest(random_net()))
    graph.save(str(tmp_path / "graph.onnx"))
    frame = codes(20, 17)
    assert np.array_equal(reference(tmp_path, frame), run_graph(graph, frame))


def test_reference_needs_a_design(codes, tmp_path):
    with pytest.raises(FlowError, match=r"holds no design: there is no graph\.onnx in it"):
        reference(tmp_path, codes(20, 17))
    (tmp_path / "graph.onnx").write_bytes(b"half a graph")
    with pytest.raises(FlowError, match=r"graph\.onnx is damaged; delete .* and build"):
        reference(tmp_path, codes(20, 17))


def test_execution_in_stripes_sees_no_seams(random_net, codes, run_qonnx):
    """Taller than the rows that are computed at a time."""
    model, frame = random_net(units=1, height=37, width=7), codes(37, 7)
    assert np.array_equal(run_graph(lower(ingest(model)), frame), run_qonnx(model, frame))
