# SPDX-License-Identifier: MIT
"""Quantizers in operators of standard ONNX are those of QONNX: the same hardware, node by node."""

import warnings
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.doubles import Doubles
from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
from tarsier_fpga.flow.sim.agree import check_agreement
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.training.deploy.standard import to_standard
from tarsier_fpga.training.facts.paths import NETS
from tests.flow.nets import Net, kinds, lowered
from tests.networks.choose import chosen
from tests.networks.strategy import networks
from tests.networks.unet import unet
from tests.networks.write import write


def standard_of(network: ModelWrapper) -> ModelWrapper:
    """`network` without operators of QONNX, for frames of the same size."""
    standard = ModelWrapper(to_standard(network))
    assert {node.domain for node in standard.graph.node} <= {"", "ai.onnx"}
    for free, fixed in zip(standard.graph.input, network.graph.input, strict=True):
        free.CopyFrom(fixed)
    return standard


def assert_same(network: ModelWrapper) -> None:
    one, other = (
        lower(ingest(each)).model.SerializeToString(deterministic=True)
        for each in (standard_of(network), network)
    )
    assert one == other


@pytest.mark.parametrize("net", ["bbcu-raw-16x8", "bbcu-raw-32x18"])
def test_a_shipped_net(net):
    assert_same(read_qonnx(NETS / f"{net}.onnx"))


def test_a_u_net():
    assert_same(ModelWrapper(unet()))


def test_random_networks():
    """Where nodes are others, qonnx puts them into another order, so names differ."""
    for network in chosen(networks(opsets=range(13, 22)), 6, 3):  # scales per channel since 13
        model = ModelWrapper(write(network).model)
        standard = lower(ingest(standard_of(model)))
        prepared = ingest(model)
        assert sorted(kinds(standard)) == sorted(kinds(lower(prepared)))
        check_agreement(prepared, standard)


def qcdq(net: Net, t: str, scale, zero=0, kind=TensorProto.INT8, ends=None, **attributes) -> str:
    """`t` through QuantizeLinear, a Clip if there are `ends`, and DequantizeLinear."""
    numbers = [np.asarray(scale, np.float32)]
    if zero is not None:
        numbers.append(typed(net, zero, kind))
    t = net.node("QuantizeLinear", t, *numbers, **attributes)
    if ends is not None:
        t = net.node("Clip", t, *(typed(net, end, kind) for end in ends))
    return net.node("DequantizeLinear", t, *numbers, **attributes)


def typed(net: Net, value: int, kind: int) -> str:
    name = f"typed{len(net._constants)}"
    net._constants.append(helper.make_tensor(name, kind, (), [value]))
    return name


FORMS = {
    "8 bits": ({"scale": 4}, (-128, 127)),
    "4 bits": ({"scale": 16, "ends": (-8, 7)}, (-8, 7)),
    "narrow": ({"scale": 16, "ends": (-7, 7)}, (-7, 7)),
    "unsigned in a signed type": ({"scale": 16, "ends": (0, 15)}, (0, 15)),
    "neither": ({"scale": 16, "ends": (-3, 10)}, (-3, 10)),
    "no zero point": ({"scale": 4, "zero": None}, (0, 255)),
    "even zero point": ({"scale": 4, "zero": 100, "kind": TensorProto.UINT8}, (-100, 155)),
    "odd zero point": ({"scale": 4, "zero": 3, "kind": TensorProto.UINT8}, (-3, 252)),
    "middle": ({"scale": 4, "zero": 128, "kind": TensorProto.UINT8}, (-128, 127)),
    "16 bits": ({"scale": 0.25, "kind": TensorProto.INT16}, (-(1 << 15), (1 << 15) - 1)),
    "scales": ({"scale": [2, 4, 8, 16], "axis": 1, "zero": [0] * 4}, (-128, 127)),
}


@pytest.mark.parametrize(("how", "ends"), FORMS.values(), ids=FORMS)
def test_integers_and_ties_are_those_of_the_operators(how, ends):
    """Codes 0 to 63 less 32, times 16: every other one is a tie at some scale."""
    net = Net(channels=4, side=8)
    t = net.node("Mul", net.node("Sub", net.x, np.float32(31)), net.constant_of([2, 6, 18, 50]))
    if isinstance(how.get("zero"), list):
        zeros = helper.make_tensor("zeros", TensorProto.INT8, (4,), how["zero"])
        net._constants.append(zeros)
        scale = np.array(how["scale"], np.float32)
        t = net.node("QuantizeLinear", t, scale, "zeros", axis=1)
        network = net.network(net.node("DequantizeLinear", t, scale, "zeros", axis=1))
    else:
        network = net.network(qcdq(net, t, **how))
    frame = np.random.default_rng(0).integers(0, 64, (1, 4, 8, 8)).astype(np.float64)
    (wanted,) = Doubles(network.model).run({"x": frame}).values()
    prepared = ingest(network)
    assert prepared.graph.node[-1].op_type == "Quant"
    (got,) = Doubles(prepared.model).run({"x": frame}).values()
    assert np.array_equal(got, wanted)
    steps = wanted / np.reshape(how["scale"], (1, -1, 1, 1))
    assert ends[0] <= steps.min() and steps.max() <= ends[1]
    if not isinstance(how["scale"], list):
        check_agreement(prepared, lower(prepared))


def test_weights_of_few_bits_at_opset_21():
    net = Net(channels=4, opset=21)
    codes = net.rng.integers(-8, 8, (4, 4, 3, 3))
    net._constants.append(helper.make_tensor("codes", TensorProto.INT4, codes.shape, codes.ravel()))
    scales = np.array([0.5, 1, 2, 4], np.float32)
    weights = net.node("DequantizeLinear", "codes", scales, axis=0)
    t = net.node("Conv", net.x, weights, kernel_shape=[3, 3])
    prepared = ingest(net.network(qcdq(net, t, 32)))
    graph = lower(prepared)
    check_agreement(prepared, graph)
    rows = graph.get_initializer(graph.get_nodes_by_op_type("TarsierIntDot")[0].input[1])
    assert np.array_equal(np.sort(rows.ravel()), np.sort(codes.ravel()))


def test_what_only_looks_like_a_quantizer_is_none():
    """Its product is by another number than its division."""
    net = Net(channels=1)
    t = net.node("Div", net.x, np.float32(4))
    t = net.node("Round", net.node("Clip", t, np.float32(0), np.float32(7)))
    prepared = ingest(net.network(net.quant(net.node("Mul", t, np.float32(2)), 2.0)))
    assert [n.op_type for n in prepared.graph.node] == ["Div", "Clip", "Round", "Mul", "Quant"]


def test_half_a_quantizer_is_refused():
    net = Net(channels=1)
    t = net.node("QuantizeLinear", net.x, np.float32(4), typed(net, 0, TensorProto.UINT8))
    t = net.node("DequantizeLinear", t, np.float32(2), typed(net, 0, TensorProto.UINT8))
    sentence = r"^QuantizeLinear \S+: a QuantizeLinear and its DequantizeLinear must stand together"
    with pytest.raises(FlowError, match=sentence):
        ingest(net.network(t))


class Frames(CalibrationDataReader):
    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self._frames = iter([{"x": rng.random((1, 3, 16, 16), np.float32)} for _ in range(3)])

    def get_next(self):
        return next(self._frames, None)


@pytest.mark.parametrize(
    ("codes", "weights", "per_channel"),
    [
        (QuantType.QUInt8, QuantType.QInt8, False),
        (QuantType.QInt8, QuantType.QInt8, True),
        (QuantType.QUInt8, QuantType.QUInt8, False),
    ],
)
def test_what_onnx_runtime_quantizes(codes, weights, per_channel, tmp_path):
    torch.manual_seed(0)
    layers = torch.nn.Conv2d(3, 4, 3, padding=1), torch.nn.LeakyReLU(0.1), torch.nn.Conv2d(4, 3, 3)
    plain, made = tmp_path / "plain.onnx", tmp_path / "quantized.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            torch.nn.Sequential(*layers).eval(),
            (torch.rand(1, 3, 16, 16),),
            plain,
            opset_version=17,
            dynamo=False,
            input_names=["x"],
        )
    quantize_static(
        plain,
        made,
        Frames(),
        quant_format=QuantFormat.QDQ,
        activation_type=codes,
        weight_type=weights,
        per_channel=per_channel,
    )
    assert "QuantizeLinear" in {node.op_type for node in onnx.load(made).graph.node}
    graph = lowered(read_qonnx(made))
    assert kinds(graph).count("IntDot") == 2


@pytest.mark.slow
@pytest.mark.parametrize("model", ["quant_espcn_x2_w4a4_base", "quant_espcn_x2_w8a8_base"])
def test_both_exports_of_brevitas(model, tmp_path):
    from brevitas.export import export_onnx_qcdq, export_qonnx
    from brevitas_examples.super_resolution.models import get_model_by_name

    torch.manual_seed(0)
    net, graphs = get_model_by_name(model).eval(), []
    for export in (export_qonnx, export_onnx_qcdq):
        path = Path(tmp_path / f"{export.__name__}.onnx")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            export(net, torch.rand(1, 3, 24, 24), str(path), opset_version=17, dynamo=False)
        graphs.append(lower(ingest(read_qonnx(path))))
    # Its exporter names tensors by numbers that differ.
    one, other = ([node.SerializeToString() for node in graph.graph.node] for graph in graphs)
    assert one == other
    for tensor in graphs[0].graph.initializer:
        assert np.array_equal(*(graph.get_initializer(tensor.name) for graph in graphs))
