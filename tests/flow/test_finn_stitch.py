# SPDX-License-Identifier: MIT
"""Graphs of FINN's operators and of ours, stitched and sized by FINN without Vivado."""

import json

import numpy as np
import pytest
from finn.builder.build_dataflow_config import DataflowBuildConfig, DataflowOutputType
from finn.core.onnx_exec import execute_onnx
from finn.core.rtlsim_exec import rtlsim_exec
from finn.transformation.fpgadataflow.create_stitched_ip import CreateStitchedIP
from finn.transformation.fpgadataflow.insert_dwc import InsertDWC
from finn.transformation.fpgadataflow.insert_fifo import InsertFIFO
from finn.transformation.fpgadataflow.prepare_ip import PrepareIP
from finn.transformation.fpgadataflow.prepare_rtlsim import PrepareRTLSim
from finn.transformation.fpgadataflow.set_exec_mode import SetExecMode
from finn.transformation.fpgadataflow.specialize_layers import SpecializeLayers
from qonnx.custom_op.registry import getCustomOp
from qonnx.transformation.general import GiveReadableTensorNames, GiveUniqueNodeNames

from tarsier_fpga.flow import finn_xsi
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.sim.execute import run_graph
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.widths import adapt_widths, specialize
from tests.flow.finn_nodes import CLK_NS, PART, as_rtl, conv_layer, threshold_layer, values
from tests.flow.paced import folded

pytestmark = pytest.mark.slow
FIFO = "StreamingFIFO_rtl"


@pytest.fixture(autouse=True, scope="module")
def installed():
    finn_xsi.install()


def _prepared(model):
    for step in (
        SpecializeLayers(PART),
        InsertDWC(),
        InsertFIFO(create_shallow_fifos=True),
        SpecializeLayers(PART),
        GiveUniqueNodeNames(),
        GiveReadableTensorNames(),
        PrepareIP(PART, CLK_NS),
    ):
        model = model.transform(step)
    return model


@pytest.mark.parametrize("pumped", [0, 1])
def test_python_node_by_node_and_stitched_agree(pumped, rng):
    model = conv_layer(rng, pumped=pumped)
    frame = values(model)
    (expected,) = execute_onnx(model, {model.graph.input[0].name: frame}).values()
    model = _prepared(model)
    feed = {model.graph.input[0].name: frame}

    nodes = model.transform(PrepareRTLSim()).transform(SetExecMode("rtlsim"))
    (got,) = execute_onnx(nodes, feed).values()
    assert np.array_equal(got, expected)

    stitched = model.transform(CreateStitchedIP(PART, CLK_NS))
    stitched.set_metadata_prop("exec_mode", "rtlsim")
    (got,) = execute_onnx(stitched, feed).values()
    assert np.array_equal(got, expected)


def _sized(model, folder):
    """With FIFOs of the depths that FINN's own step finds."""
    # This module cannot be imported before install().
    from finn.builder.build_dataflow_steps import step_set_fifo_depths

    config = DataflowBuildConfig(
        fpga_part=PART, synth_clk_period_ns=CLK_NS, output_dir=str(folder), generate_outputs=[]
    )
    model = step_set_fifo_depths(model, config)
    model = model.transform(PrepareIP(PART, CLK_NS)).transform(CreateStitchedIP(PART, CLK_NS))
    model.set_metadata_prop("exec_mode", "rtlsim")
    return model


@pytest.mark.parametrize("pumped", [0, 1])
def test_finns_step_sizes_the_fifos_of_its_graphs(pumped, rng, tmp_path):
    model = conv_layer(rng, pumped=pumped)
    frame = values(model)
    (expected,) = execute_onnx(model, {"t0": frame}).values()
    model = _sized(as_rtl(model), tmp_path)
    depths = [getCustomOp(n).get_nodeattr("depth") for n in model.get_nodes_by_op_type(FIFO)]
    assert len(depths) == len(model.graph.node) - len(depths) + 1
    assert set(depths[1:]) == {32}  # the least that FINN's search tries
    (got,) = execute_onnx(model, {model.graph.input[0].name: frame}).values()
    assert np.array_equal(got, expected)


def test_finn_measures_the_performance_of_its_graphs(rng, tmp_path):
    # This module cannot be imported before install().
    from finn.builder.build_dataflow_steps import step_measure_rtlsim_performance

    model = _sized(as_rtl(conv_layer(rng)), tmp_path)
    config = DataflowBuildConfig(
        fpga_part=PART,
        synth_clk_period_ns=CLK_NS,
        output_dir=str(tmp_path),
        generate_outputs=[DataflowOutputType.RTLSIM_PERFORMANCE],
    )
    step_measure_rtlsim_performance(model, config)
    (last,) = json.loads((tmp_path / "report" / "rtlsim_performance.json").read_text())
    slowest = max(getCustomOp(node).get_exp_cycles() for node in model.graph.node)
    assert last["intervals"][0] == pytest.approx(slowest, abs=20)
    assert last["samples"] >= 5


def test_our_ops_are_sized_and_stitched_by_finn(random_net, codes, tmp_path):
    height, width = 7, 13
    graph = set_frame(lower(ingest(random_net(4, 1, height, width, 6))), height, width)
    frame = codes(height, width)
    model = adapt_widths(specialize(folded(graph, 1, constant=False), PART), PART)
    expected = run_graph(model, frame)
    model = _sized(model, tmp_path)
    feed = {model.graph.input[0].name: frame[None].astype(np.float32)}
    (got,) = execute_onnx(model, feed).values()
    assert np.array_equal(got[0], expected)
    # The residual waits for the window beside it, one row and a bit.
    depths = [getCustomOp(n).get_nodeattr("depth") for n in model.get_nodes_by_op_type(FIFO)]
    assert max(depths) >= 32


def test_thresholds_are_written_and_read_through_axi_lite(rng, tmp_path):
    model = threshold_layer(rng, writable=1)
    steps = np.sort(rng.integers(-128, 128, (6, 15)), axis=1).astype(np.float32)
    frame, before = values(model), model.get_initializer("thresholds")
    model.set_initializer("thresholds", steps)
    (expected,) = execute_onnx(model, {"t0": frame}).values()
    op = getCustomOp(as_rtl(model).graph.node[0])
    op.make_weight_file(steps, "decoupled_runtime", str(tmp_path / "words"))
    words = (tmp_path / "words").read_text().split()

    model.set_initializer("thresholds", before)
    model = _prepared(model).transform(CreateStitchedIP(PART, CLK_NS))
    read = {}

    def write(sim):
        sim.write_axilite("s_axilite_0", iter([(4 * n, word) for n, word in enumerate(words)]))
        sim.run()

    def read_back(sim):
        read["replies"] = sim.read_axilite("s_axilite_0", iter(range(0, 4 * len(words), 4)))
        sim.run()

    context = {"global_in": frame}
    rtlsim_exec(model, context, pre_hook=write, post_hook=read_back)
    assert np.array_equal(context["global_out"], expected)
    replies = [int(read["replies"][4 * n], 16) for n in range(len(words))]
    assert replies == [int(word, 16) for word in words]
