# SPDX-License-Identifier: MIT
"""Networks come in unchanged, or with a sentence that names what is wrong."""

import numpy as np
import pytest
from onnx import helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.util.basic import get_by_name

from tarsier_fpga.flow.lower.ingest import NetFacts, ingest, net_facts, read_qonnx
from tarsier_fpga.hls.base.coding import BYTE, RAW, Coding, FrameKind
from tarsier_fpga.hls.base.errors import FlowError
from tests.flow.conftest import NetWriter


def test_ingest_keeps_the_function(random_net, codes, run_qonnx, run_onnx_nhwc):
    model, frame = random_net(), codes(11, 9)
    want = run_qonnx(model, frame)
    prepared = ingest(model)
    assert {node.op_type for node in prepared.graph.node}.isdisjoint({"Conv", "Transpose"})
    assert np.array_equal(run_onnx_nhwc(prepared, frame), want)


def test_facts_survive_a_file(random_net, tmp_path):
    path = tmp_path / "net.onnx"
    random_net(units=3).save(str(path))
    assert net_facts(read_qonnx(path)) == NetFacts("random", FrameKind.BAYER, RAW, radius=5)


def test_a_network_says_what_its_frames_are(random_net):
    told = random_net(colours=3, coding=BYTE, told={"kind": "rgb", "bits": 8})
    assert net_facts(told) == NetFacts("random", FrameKind.RGB, BYTE, radius=4)
    prepared = ingest(told)
    assert net_facts(prepared) == net_facts(told)
    assert prepared.get_tensor_datatype(prepared.graph.input[0].name) == "UINT8"


@pytest.mark.parametrize("kind", FrameKind)
def test_frames_are_known_by_their_channels_where_nothing_is_said(random_net, kind):
    model = random_net(colours=kind.channels)
    want = NetFacts("random", kind, RAW, radius=4)
    assert net_facts(model) == want == net_facts(ingest(model))


@pytest.mark.parametrize(
    ("twist", "sentence"),
    [
        (
            {"colours": 2},
            r"^the network takes \[\[1, 2, 11, 9\]\]; it must be one frame .* bayer of 4, rgb of 3",
        ),
        (
            {"told": {"kind": "cmyk"}},
            r"tarsier\.kind is 'cmyk'; kinds of frames are bayer of 4, rgb",
        ),
        (
            {"told": {"kind": "rgb"}},
            r"random: frames of 4 channels go in and of 4 come out; both mu",
        ),
        ({"told": {"bits": "ten"}}, r"metadata tarsier\.bits is 'ten'"),
        (
            {"told": {"bits": 9}},
            r"bits 9, black 128 and white 896: codes have 1 to 16 bits, and bl",
        ),
        ({"coding": Coding(128, 100, 10)}, r"black 128 and white 100: .* black is below white"),
    ],
    ids=str,
)
def test_frames_that_cannot_be_are_refused(random_net, twist, sentence):
    with pytest.raises(FlowError, match=sentence):
        ingest(random_net(**twist))


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(FlowError, match=r"net\.onnx: no such file; a QONNX network is needed"):
        read_qonnx(tmp_path / "net.onnx")


def test_foreign_file_is_refused(tmp_path):
    path = tmp_path / "net.onnx"
    path.write_text("no network")
    with pytest.raises(FlowError, match=r"net\.onnx: cannot be read as ONNX"):
        read_qonnx(path)


def test_network_without_facts_is_refused(random_net):
    model = random_net()
    del model.graph.metadata_props[:]
    with pytest.raises(FlowError, match=r"metadata tarsier\.net is None; only networks from"):
        net_facts(model)


def test_unknown_node_is_refused(random_net):
    with pytest.raises(FlowError, match=r"Sigmoid Sigmoid_0: not among Add, BipolarQuant, Conv"):
        ingest(random_net(extra="Sigmoid"))


def test_batches_are_refused(random_net):
    model = random_net()
    for tensor in (model.graph.input[0], model.graph.output[0]):
        tensor.type.tensor_type.shape.dim[0].dim_value = 2
    del model.graph.value_info[:]
    with pytest.raises(FlowError, match=r"it must be one frame \(1, C, H, W\) each"):
        ingest(model)


def test_strided_convolution_is_refused(random_net):
    model = random_net()
    conv = model.get_nodes_by_op_type("Conv")[1]
    get_by_name(conv.attribute, "strides").ints[:] = [2, 2]
    with pytest.raises(FlowError, match=r"Conv Conv_1: strides \[2, 2\] must be \[1, 1\]"):
        ingest(model)


@pytest.mark.parametrize(("attribute", "ints"), [("kernel_shape", [4, 4]), ("dilations", [1, 2])])
def test_convolution_of_another_shape_is_refused(random_net, attribute, ints):
    model = random_net()
    conv = model.get_nodes_by_op_type("Conv")[1]
    get_by_name(conv.attribute, attribute).ints[:] = ints
    with pytest.raises(FlowError, match=r"Conv Conv_1: kernel_shape \[\d, \d\] must be square"):
        ingest(model)


def elementwise(rng, op_type: str, *others, x="x") -> ModelWrapper:
    """A network that begins with a node of its own."""
    net = NetWriter()
    y = net.node(op_type, x if isinstance(x, str) else net.constant(x), *others)
    weights = net.quant(net.constant(rng.integers(-90, 90, (4, 4, 3, 3)) / 2.0**8), 2.0**-8, 8)
    y = net.quant(net.conv(net.pad(y), weights), 1.0, 10, signed=0)
    facts = {"net": "random", "black": 128, "white": 896, "radius": 1}
    return net.model(y, (1, 4, 9, 8), facts)


def test_a_constant_less_a_stream_is_refused(rng):
    with pytest.raises(FlowError, match=r"^Sub \w+: its first input is a constant; only a stream"):
        ingest(elementwise(rng, "Sub", "x", x=np.array([[[[1.0]]]])))


@pytest.mark.parametrize("shape", [(1, 4, 9, 8), (9, 8), (8,), (1, 1, 1, 8)])
def test_a_constant_that_differs_along_rows_or_columns_is_refused(rng, shape):
    net = elementwise(rng, "Add", rng.integers(1, 9, shape).astype(np.float64))
    with pytest.raises(FlowError, match=r"a constant of shape \[.*8\] differs along rows or colu"):
        ingest(net)


def test_a_zero_point_of_weights_is_refused(random_net):
    net = random_net()
    quant = net.get_nodes_by_op_type("Quant")[0]
    net.set_initializer(quant.input[2], np.float32(3))
    with pytest.raises(FlowError, match=r"^Quant \w+: zero point 3\.0 of weights must be 0$"):
        ingest(net)


def test_an_old_opset_is_refused(random_net):
    net = random_net()
    net.model.opset_import[0].version = 9
    with pytest.raises(FlowError, match="is of ONNX opset 9; 11 to 21 are read"):
        ingest(net)


def test_weights_of_two_convolutions_are_refused(random_net):
    net = random_net(units=2)
    first, second = net.get_nodes_by_op_type("Conv")[1:3]
    scale = net.get_nodes_by_op_type("BipolarQuant")[0].input[1]
    bits = helper.make_node(
        "BipolarQuant", [first.input[1], scale], ["bits"], domain="qonnx.custom_op.general"
    )
    net.graph.node.insert(0, bits)
    first.input[1] = second.input[1] = "bits"
    with pytest.raises(FlowError, match=r"^BipolarQuant \w+: its weights are read by Conv \w+"):
        ingest(net)
