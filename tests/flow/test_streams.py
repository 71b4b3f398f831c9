# SPDX-License-Identifier: MIT
"""FINN's own transformations work on our ops, and change no result."""

import copy

import numpy as np
import pytest
from finn.analysis.fpgadataflow.exp_cycles_per_layer import exp_cycles_per_layer
from finn.transformation.fpgadataflow.prepare_ip import PrepareIP
from finn.util.fpgadataflow import is_hls_node, is_rtl_node
from finn.util.settings import get_settings
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.flow.sim.execute import run_ports
from tarsier_fpga.flow.size.widths import adapt_widths, insert_fifos, specialize
from tarsier_fpga.hls.netlist.rtl_top import rtl_top
from tarsier_fpga.hls.sim.toolchain import run_tool, verilator
from tests.flow.hls_op import as_hls
from tests.flow.nets import Net, lowered
from tests.flow.paced import folded
from tests.flow.small_design import write_design
from tests.flow.unequal import enlarging, hardware, two_each_way

PART = "xczu7ev-ffvc1156-2-e"
CONVERTER = "StreamingDataWidthConverter_rtl"


@pytest.fixture
def built(random_net):
    """built(budget, depth): (network, graph with width converters and a FIFO on every skip)."""

    def build(budget=4, depth=50):
        network = random_net(channels=4, units=2)
        graph = folded(lower(ingest(network)), budget)
        graph = adapt_widths(specialize(graph, PART), PART)
        skips = [node.output[1] for node in graph.get_nodes_by_op_type("TarsierFork_rtl")]
        return network, insert_fifos(graph, dict.fromkeys(skips, depth), PART)

    return build


@pytest.mark.parametrize("budget", [1, 2, 4, 9])
def test_results_stay_the_same(built, codes, run_qonnx, run_onnx_nhwc, budget):
    network, graph = built(budget)
    frame = codes(11, 9)
    want = run_qonnx(network, frame)
    assert np.array_equal(run_onnx_nhwc(graph, frame), want)


def test_every_node_is_one_finn_knows_as_rtl(built):
    _, graph = built()
    assert all(is_rtl_node(node) for node in graph.graph.node)


def widths(graph, tensor: str) -> tuple[int, int]:
    """Of the stream `tensor`, as its kernel gives it and as the next one takes it."""
    maker, [taker] = graph.find_producer(tensor), graph.find_consumers(tensor)
    given = getCustomOp(maker).get_outstream_width(list(maker.output).index(tensor))
    return given, getCustomOp(taker).get_instream_width(list(taker.input).index(tensor))


@pytest.mark.parametrize("budget", [1, 4, 9])
def test_converters_stand_only_where_lanes_differ(built, budget):
    _, graph = built(budget)
    converters = graph.get_nodes_by_op_type(CONVERTER)
    assert bool(converters) == (budget > 1)
    for node in converters:
        assert getCustomOp(node).get_instream_width() != getCustomOp(node).get_outstream_width()
    made = [name for node in graph.graph.node for name in node.output]
    for tensor in made[:-1]:  # the last one leaves the graph
        given, taken = widths(graph, tensor)
        assert given == taken


@pytest.mark.parametrize("net", [enlarging, two_each_way])
@pytest.mark.parametrize("cycles", [1, 8])
def test_outside_a_beat_is_a_pixel(rng, net, cycles):
    board = load_board("zcu104")
    graph = hardware(net(), board, 12, 16, cycles)
    netlist, ports = stitch(graph), net_of(graph)
    for streams, side in ((netlist.inputs, ports.inputs), (netlist.outputs, ports.outputs)):
        assert [stream.width for stream in streams] == [port.width for port in side]
    frames = {
        port.name: rng.integers(0, 1 << port.bits, port.shape(12, 16)) for port in ports.inputs
    }
    made, wanted = run_ports(graph, frames), run_ports(lowered(net()), frames)
    assert all(np.array_equal(made[name], wanted[name]) for name in wanted)


@pytest.mark.slow
def test_a_network_that_ends_folded_gives_whole_pixels(rng, tmp_path):
    """Its last kernel gives one channel of seven a cycle."""
    net, board = Net(channels=3, bits=8), load_board("zcu104")
    network = net.network(net.quant(net.conv(net.x, 3, 7, pads=[1] * 4), 8.0, 5))
    design = write_design(hardware(network, board, 6, 9, 8), board, "folded", tmp_path / "design")
    assert any(layer.name.startswith("width_adapter") for layer in design.layers)
    frames = rng.integers(0, 256, (2, 6, 9, 3)).astype(np.uint16)
    built = BuiltDesign(tmp_path / "design", design)
    made = built.simulate(frames, stalls=0.3).frames
    wanted = np.stack([built.graph.reference(frame) for frame in frames])
    assert np.array_equal(made, wanted)


def test_fifos_stand_where_they_were_asked_for(built):
    _, graph = built(depth=50)
    fifos = graph.get_nodes_by_op_type("StreamingFIFO_rtl")
    assert [getCustomOp(node).get_nodeattr("depth") for node in fifos] == [50] * 3
    for node in fifos:
        assert graph.find_producer(node.input[0]).op_type == "TarsierFork_rtl"
        reader = graph.find_consumer(node.output[0])
        if reader.op_type == CONVERTER:  # narrow streams are delayed before they are widened
            reader = graph.find_consumer(reader.output[0])
        assert reader.op_type == "TarsierResidualAdd_rtl"


def test_streams_have_the_widths_of_their_kernels(built):
    _, graph = built()
    for node in graph.graph.node:
        if node.op_type.startswith("Tarsier"):
            op = getCustomOp(node)
            kernel = op.instance(graph)
            ins = [op.get_instream_width(ind) for ind, _ in enumerate(kernel.inputs)]
            outs = [op.get_outstream_width(ind) for ind, _ in enumerate(kernel.outputs)]
            assert ins == [stream.width for stream in kernel.inputs]
            assert outs == [stream.width for stream in kernel.outputs]


def test_finn_counts_our_cycles(built):
    _, graph = built(budget=4)
    cycles = graph.analysis(exp_cycles_per_layer)
    by_kind = {name.rsplit("_rtl")[0]: count for name, count in cycles.items()}
    assert by_kind["TarsierXnorDot"] == 4 * 11 * 9
    assert by_kind["TarsierWindow"] == 11 * 9
    assert by_kind["TarsierRequant"] == 4 * 11 * 9
    assert by_kind["TarsierActTable"] == 11 * 9  # whole pixels


def test_generated_shells_are_clean_verilog(built, tmp_path):
    """One of each kernel, behind FINN's port names, passes Verilator's lint."""
    _, graph = built(budget=4)
    get_settings().finn_build_dir = tmp_path
    graph = graph.transform(PrepareIP(PART, 4.0))
    ours = [node for node in graph.graph.node if node.op_type.startswith("Tarsier")]
    ops = {node.op_type: getCustomOp(node) for node in ours}
    assert len(ops) == 8
    for op in ops.values():
        sources = op.get_rtl_file_list(abspath=True)
        top = op.get_verilog_top_module_name()
        text = (tmp_path / op.get_nodeattr("code_gen_dir_ipgen") / f"{top}.v").read_text()
        axis = op.get_verilog_top_module_intf_names()
        for name, width in axis["s_axis"] + axis["m_axis"]:
            assert f"[{width - 1}:0] {name}_TDATA" in text
        # The padding bits of an input are meant to be unused; unnamed blocks: hls/waivers.vlt.
        flags = ["--lint-only", "-Wall", "-Wno-UNUSEDSIGNAL", "-Wno-GENUNNAMED"]
        run_tool([verilator(), *flags, "--top-module", top, *sources], tmp_path)


def test_hls_variants_are_stitched_as_their_rtl(random_net):
    graph = lower(ingest(random_net()))
    as_rtl, hls = specialize(copy.deepcopy(graph), PART), as_hls(graph, PART)
    assert all(is_hls_node(node) for node in hls.graph.node)
    assert rtl_top(stitch(hls)) == rtl_top(stitch(as_rtl))


def test_the_same_network_gives_the_same_bytes(random_net):
    model = random_net()

    def make():
        graph = adapt_widths(specialize(folded(lower(ingest(model)), 4), PART), PART)
        return insert_fifos(graph, {graph.graph.node[0].output[1]: 9}, PART)

    first, second = (make().model.SerializeToString(deterministic=True) for _ in range(2))
    assert first == second
