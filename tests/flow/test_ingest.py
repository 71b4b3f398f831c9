# SPDX-License-Identifier: MIT
"""Networks come in unchanged, or with a sentence that names what is wrong."""

import numpy as np
import pytest
from qonnx.util.basic import get_by_name

from tarsier_fpga.flow.lower.ingest import NetFacts, ingest, net_facts, read_qonnx
from tarsier_fpga.hls.base.errors import FlowError


def test_ingest_keeps_the_function(random_net, codes, run_qonnx, run_onnx_nhwc):
    model, frame = random_net(), codes(11, 9)
    want = run_qonnx(model, frame)
    prepared = ingest(model)
    assert {node.op_type for node in prepared.graph.node}.isdisjoint({"Conv", "Transpose"})
    assert np.array_equal(run_onnx_nhwc(prepared, frame), want)


def test_facts_survive_a_file(random_net, tmp_path):
    path = tmp_path / "net.onnx"
    random_net(units=3).save(str(path))
    assert net_facts(read_qonnx(path)) == NetFacts("random", black=128, white=896, radius=5)


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
