# SPDX-License-Identifier: MIT
"""Networks come in unchanged, or with a sentence that names what is wrong."""

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx

from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
from tarsier_fpga.flow.lower.tidy import SIDE
from tarsier_fpga.hls.base.errors import FlowError
from tests.flow.nets import Net, lowered


def test_ingest_keeps_the_function_and_the_names(random_net, codes, run_qonnx):
    model, frame = random_net(), codes(11, 9)
    for node in model.graph.node:
        node.name = f"my {node.op_type} {node.output[0]}"
    named = {node.name for node in model.graph.node}
    want = run_qonnx(model, frame)
    prepared = ingest(model)
    assert {node.name for node in prepared.graph.node} <= named
    assert np.array_equal(run_qonnx(prepared, frame), want)


def test_nodes_without_a_name_get_their_type_and_number(random_net):
    names = [node.name for node in ingest(random_net(units=1)).graph.node]
    assert len(set(names)) == len(names)
    assert names[:3] == ["Sub_0", "Quant_1", "Quant_2"]


def test_a_network_without_a_name_gets_that_of_its_file(random_net, tmp_path):
    model = random_net()
    kept = [entry for entry in model.graph.metadata_props if entry.key != "tarsier.net"]
    del model.graph.metadata_props[:]
    model.graph.metadata_props.extend(kept)
    model.save(str(tmp_path / "mine.onnx"))
    assert read_qonnx(tmp_path / "mine.onnx").get_metadata_prop("tarsier.net") == "mine"


def test_metadata_of_the_model_count_as_those_of_the_graph(random_net, tmp_path):
    """qonnx writes the latter, most other tools the former."""
    model = random_net(told={"bits": 9})
    entries = {entry.key: entry.value for entry in model.graph.metadata_props}
    del model.graph.metadata_props[:]
    helper.set_model_props(model.model, entries)
    model.save(str(tmp_path / "net.onnx"))
    assert read_qonnx(tmp_path / "net.onnx").get_metadata_prop("tarsier.bits") == "9"


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(FlowError, match=r"net\.onnx: no such file; a QONNX network is needed"):
        read_qonnx(tmp_path / "net.onnx")


def test_foreign_file_is_refused(tmp_path):
    path = tmp_path / "net.onnx"
    path.write_text("no network")
    with pytest.raises(FlowError, match=r"net\.onnx: cannot be read as ONNX"):
        read_qonnx(path)


def shaped(random_net, *sides: object) -> ModelWrapper:
    """A network whose input has these axes, whatever its nodes were made for."""
    model = random_net(height=16, width=16)
    shape = model.graph.input[0].type.tensor_type.shape
    del shape.dim[:], model.graph.value_info[:]
    for side in sides:
        axis = shape.dim.add()
        if isinstance(side, int):
            axis.dim_value = side
        else:
            axis.dim_param = str(side)
    return model


def test_a_batch_becomes_one_frame(random_net):
    prepared = ingest(shaped(random_net, 4, 4, 16, 16))
    assert prepared.get_tensor_shape("x") == [1, 4, 16, 16]


def test_a_free_batch_and_free_sides_are_chosen(random_net):
    prepared = ingest(shaped(random_net, "batch", 4, "height", "width"))
    assert prepared.get_tensor_shape("x") == [1, 4, SIDE, SIDE]
    last = prepared.graph.output[0].name
    assert prepared.get_tensor_shape(last) == [1, 4, SIDE, SIDE]


@pytest.mark.parametrize(
    ("sides", "sentence"),
    [
        ((4, 16, 16), r"^the network's input x has 3 axes; it must be frames \(1, C, H, W\)$"),
        ((1, "colours", 16, 16), r"^the network's input x leaves its channels free$"),
    ],
)
def test_inputs_that_are_no_frames_are_refused(random_net, sides, sentence):
    with pytest.raises(FlowError, match=sentence):
        ingest(shaped(random_net, *sides))


@pytest.mark.parametrize(
    ("op_type", "advice"),
    [
        ("Flatten", "frames of frames, not classifiers"),
        ("Softmax", "frames of frames, not classifiers"),
        ("Erf", "no kernel computes it"),
    ],
)
def test_unknown_node_is_refused(random_net, op_type, advice):
    with pytest.raises(
        FlowError, match=rf"^{op_type} {op_type}_\d+: .*{advice}.*; hardware is made of "
    ):
        ingest(random_net(extra=op_type))


@pytest.mark.parametrize("opset", [9, 10, 24])
def test_an_opset_that_is_not_read_is_refused(random_net, opset):
    net = random_net()
    net.model.opset_import[0].version = opset
    with pytest.raises(FlowError, match=rf"^the network is of ONNX opset {opset}; 11 to 23 are re"):
        ingest(net)


@pytest.mark.parametrize("opset", [11, 13, 21])
def test_opsets_give_the_same_hardware(opset):
    graphs = []
    for version in (18, opset):
        net = Net(opset=version)
        y = net.quant(net.conv(net.x, 4, 4, pads=[1] * 4), 2.0)
        graphs.append(lowered(net.network(y)).model.SerializeToString(deterministic=True))
    assert graphs[0] == graphs[1]


@pytest.mark.parametrize("told", ["SAME_UPPER", "SAME_LOWER", "VALID"])
@pytest.mark.parametrize("stride", [1, 2])
def test_auto_pad_is_what_onnx_says(told, stride):
    net = Net(side=12)
    y = net.conv(net.x, 4, 4, (2 + stride,) * 2, strides=[stride] * 2, auto_pad=told)
    network = net.network(net.quant(y))
    frame = net.rng.integers(0, 64, (1, 4, 12, 12)).astype(np.float32)
    (want,) = execute_onnx(network, {"x": frame}).values()
    (got,) = execute_onnx(ingest(network), {"x": frame}).values()
    assert np.array_equal(got, want)
    lowered(network)


def test_auto_pad_that_depends_on_the_frame_is_refused():
    net = Net(side=13)
    y = net.conv(net.x, 4, 4, strides=[2, 2], auto_pad="SAME_UPPER")
    sentence = r"^Conv \S+: auto_pad SAME_UPPER of a frame of 13x13 pixels at strides \[2, 2\] depe"
    with pytest.raises(FlowError, match=sentence):
        ingest(net.network(net.quant(y)))


def test_initializers_that_are_listed_as_inputs_are_none(random_net):
    """Files before IR version 4 list them, PyTorch's exporter does at times."""
    model = random_net()
    for tensor in list(model.graph.initializer):
        shape = list(tensor.dims)
        model.graph.input.append(helper.make_tensor_value_info(tensor.name, 1, shape))
    assert [tensor.name for tensor in ingest(model).graph.input] == ["x"]


def test_qcdq_is_read_as_quantizers():
    """QuantizeLinear and DequantizeLinear together are a Quant."""
    net = Net()
    y = net.conv(net.x, 4, 4, pads=[1] * 4)
    scale, zero = np.float32(4), np.int64(0)
    y = net.node("QuantizeLinear", y, scale, zero)
    y = net.node("DequantizeLinear", y, scale, zero)
    network = net.network(y)
    for tensor in network.graph.initializer:
        if tensor.data_type == TensorProto.INT64 and not tensor.dims:
            tensor.CopyFrom(numpy_helper.from_array(np.int8(0), tensor.name))
    prepared = ingest(network)
    assert [node.op_type for node in prepared.graph.node] == ["Conv", "Quant"]
    lowered(network)
