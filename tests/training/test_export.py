# SPDX-License-Identifier: MIT
"""The exported graph: its vocabulary, its bytes, and that it computes the same integers."""

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.deploy import export as exporter
from tarsier_fpga.training.deploy.export import VOCABULARY, export, export_untrained, standard_path
from tarsier_fpga.training.deploy.standard import run_standard, to_standard
from tarsier_fpga.training.facts.checkpoint import save_net
from tarsier_fpga.training.facts.recipe import read
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.networks.network import build, load

SPEC = NetSpec("bbcu", channels=4, units=2)
TINY = """
photographs = "-"
[net]
kind = "bbcu"
channels = 4
units = 2
[schedule]
iterations = 1
"""


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    torch.manual_seed(5)
    net = build(SPEC)
    net.calibrate(torch.randint(0, 1024, (1, 4, 32, 32)).float())
    path = tmp_path_factory.mktemp("net") / "tiny.safetensors"
    save_net(path, net, "tiny", SPEC)
    return path


@pytest.fixture(scope="module")
def exported(checkpoint):
    return export(checkpoint, checkpoint.parent / "first")


def test_scales_that_training_drove_to_their_limit_export(tmp_path):
    """64 / (9 * 4) is no multiple of 2^-10, and float32 holds no sums of anything else."""
    torch.manual_seed(5)
    net = build(SPEC)
    with torch.no_grad():
        net.body[0].scale.fill_(1000.0)
    save_net(tmp_path / "driven.safetensors", net, "driven", SPEC)
    assert export(tmp_path / "driven.safetensors", tmp_path).is_file()


def test_node_vocabulary(exported):
    nodes = Counter(node.op_type for node in onnx.load(exported).graph.node)
    assert set(nodes) <= VOCABULARY
    layers = SPEC.units + 2
    assert nodes["Conv"] == nodes["Pad"] == layers
    assert nodes["BipolarQuant"] == 2 * SPEC.units  # bits and weights
    assert nodes["Quant"] == 2 + 1 + 2 * SPEC.units + 2  # weights, head, units, tail and output


def test_convolutions_do_not_pad(exported):
    for node in onnx.load(exported).graph.node:
        if node.op_type == "Conv":
            pads = next(attribute for attribute in node.attribute if attribute.name == "pads")
            assert list(pads.ints) == [0, 0, 0, 0]


def test_metadata(exported):
    model = ModelWrapper(str(exported))
    facts = {"net": "tiny", "task": "raw", "kind": "bayer", "bits": "10"}
    facts |= {"black": "128", "white": "896", "radius": "4"}
    for key, value in facts.items():
        assert model.get_metadata_prop(f"tarsier.{key}") == value


def test_file_tells_nothing_of_the_machine(exported):
    found = exported.read_bytes()
    assert not [word for word in (b".py", b"site-packages", b"brevitas", b"/home") if word in found]
    assert str(Path.cwd()).encode() not in found


def test_golden_is_the_network(checkpoint, exported):
    golden = np.load(exported.with_suffix(".npz"))
    with torch.no_grad():
        y = load(checkpoint)(torch.from_numpy(golden["x"].astype(np.float32))).numpy()
    assert golden["x"].dtype == golden["y"].dtype == np.uint16
    assert np.array_equal(golden["y"], y)


def test_qonnx_execution_is_the_network(exported, rng):
    # Frames the exporter has not seen.
    x = rng.integers(0, 1024, (1, 4, 32, 32)).astype(np.float32)
    model = ModelWrapper(str(exported))
    got = execute_onnx(model, {model.graph.input[0].name: x})[model.graph.output[0].name]
    with torch.no_grad():
        y = load(exported.parent.parent / "tiny.safetensors")(torch.from_numpy(x)).numpy()
    assert np.array_equal(got, y)


def test_same_checkpoint_same_bytes(checkpoint, exported):
    again = export(checkpoint, checkpoint.parent / "again")
    assert again.read_bytes() == exported.read_bytes()
    assert standard_path(again).read_bytes() == standard_path(exported).read_bytes()
    assert again.with_suffix(".npz").read_bytes() == exported.with_suffix(".npz").read_bytes()


def test_an_inexact_graph_is_not_written(checkpoint, exported, tmp_path, monkeypatch):
    wrong = ModelWrapper(str(exported))
    scale = next(node for node in wrong.graph.node if node.op_type == "Mul").input[1]
    wrong.set_initializer(scale, wrong.get_initializer(scale) * 2)
    monkeypatch.setattr(exporter, "to_qonnx", lambda *_: wrong)
    with pytest.raises(TrainingError, match="QONNX execution differs from the network in"):
        export(checkpoint, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_inexact_standard_form_is_not_written(checkpoint, tmp_path, monkeypatch):
    def rounding_down(model):
        standard = to_standard(model)
        for node in standard.graph.node:
            if node.op_type == "Round":
                node.op_type = "Floor"
        return standard

    monkeypatch.setattr(exporter, "to_standard", rounding_down)
    with pytest.raises(
        TrainingError, match=r"ONNX Runtime's execution .* differs .* in \d+ values"
    ):
        export(checkpoint, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_standard_form_has_standard_operators_and_the_same_metadata(exported):
    qonnx, standard = onnx.load(exported), onnx.load(standard_path(exported))
    assert {node.domain for node in standard.graph.node} == {""}
    assert [each.domain for each in standard.opset_import] == [""]
    assert list(standard.metadata_props) == list(qonnx.metadata_props)
    # Weights keep their codes.
    nodes = Counter(node.op_type for node in standard.graph.node)
    assert nodes["DequantizeLinear"] == nodes["Conv"] == SPEC.units + 2
    held = {each.name: numpy_helper.to_array(each) for each in standard.graph.initializer}
    codes = [held[n.input[0]] for n in standard.graph.node if n.op_type == "DequantizeLinear"]
    assert {each.dtype for each in codes} == {np.dtype(np.int8)}
    assert [each for each in codes if set(np.unique(each)) == {-1, 1}]


@pytest.mark.parametrize("shape", [(1, 4, 32, 32), (3, 4, 20, 36), (2, 4, 7, 5)])
def test_the_standard_form_is_the_network_at_any_batch_and_size(exported, rng, shape):
    x = rng.integers(0, 1024, shape).astype(np.float32)
    model = onnx.load(standard_path(exported))
    (got,) = run_standard(model, {model.graph.input[0].name: x}).values()
    with torch.no_grad():
        y = load(exported.parent.parent / "tiny.safetensors")(torch.from_numpy(x)).numpy()
    assert np.array_equal(got, y)


def test_a_parent_does_not_export(tmp_path):
    spec = NetSpec("parent", channels=4, units=1)
    path = tmp_path / "parent.safetensors"
    save_net(path, build(spec), "parent", spec)
    with pytest.raises(TrainingError, match="full-precision parent; only nets of integers export"):
        export(path, tmp_path)


def test_a_net_in_the_paper_s_form_does_not_export(tmp_path):
    spec = NetSpec("bbcu", channels=4, units=1, form="float")
    path = tmp_path / "float.safetensors"
    save_net(path, build(spec), "float", spec)
    with pytest.raises(TrainingError, match=r"paper's form; `tarsier convert` it first"):
        export(path, tmp_path)


def test_a_colour_net_exports(tmp_path):
    (tmp_path / "rgb.toml").write_text(TINY.replace("units", 'task = "rgb"\nhead = "relu"\nunits'))
    path = export_untrained(tmp_path / "rgb.toml", tmp_path / "net.onnx")
    model = ModelWrapper(str(path))
    assert np.load(path.with_suffix(".npz"))["x"].shape == (4, 3, 32, 32)
    assert model.get_metadata_prop("tarsier.white") == "639"
    assert model.get_metadata_prop("tarsier.kind") == "rgb"
    assert "Relu" in {node.op_type for node in model.graph.node}


PICTURES = {
    "jpeg": ('task = "jpeg"', {}),
    "leaky": ('task = "rgb"\nhead = "leaky"', {"LeakyRelu": 1}),
    "binary head": ('task = "rgb"\nbinary = "HB"', {"Gather": 1}),
    "binary tail": ('task = "jpeg"\nbinary = "BT"', {}),
    "x2": ('task = "sr"\nscale = 2\nbinary = "BU"', {"Resize": 2, "DepthToSpace": 1}),
    "x4": ('task = "sr"\nscale = 4\nbinary = "BU"', {"Resize": 4, "DepthToSpace": 2}),
    "x2, full U": (
        'task = "sr"\nscale = 2\nhead = "leaky"',
        {"Resize": 1, "DepthToSpace": 1, "LeakyRelu": 3},
    ),
    "x4, all binary": (
        'task = "sr"\nscale = 4\nbinary = "HBUT"',
        {"Resize": 4, "DepthToSpace": 2, "Gather": 1},
    ),
}
MOVED = ("LeakyRelu", "Gather", "Resize", "DepthToSpace")
QUICK = ("jpeg", "x2, full U")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in QUICK else pytest.mark.slow) for n in PICTURES]
)
def test_pictures_of_every_task_and_part_export_at_any_size(tmp_path, name):
    facts, nodes = PICTURES[name]
    config = tmp_path / "tiny.toml"
    config.write_text(TINY.replace("units", f"{facts}\nunits"))
    path = export_untrained(config, tmp_path / "net.onnx")
    model = ModelWrapper(str(path))
    found = Counter(node.op_type for node in model.graph.node)
    assert {op: found[op] for op in MOVED if found[op]} == nodes
    plan = read(config)
    scale = plan.net.scale
    assert model.get_metadata_prop("tarsier.scale") == (str(scale) if scale > 1 else None)
    golden = np.load(path.with_suffix(".npz"))
    assert golden["y"].shape == (4, plan.net.colours, 32 * scale, 32 * scale)

    torch.manual_seed(plan.seed)
    net = build(plan.net)
    net.calibrate(torch.from_numpy(golden["x"].astype(np.float32)))
    net.settle()
    x = np.random.default_rng(3).integers(0, plan.net.coding.top + 1, (1, plan.net.colours, 12, 20))
    x = x.astype(np.float32)
    source, sink = model.graph.input[0].name, model.graph.output[0].name
    for value in list(model.graph.value_info):
        model.graph.value_info.remove(value)
    model.set_tensor_shape(source, x.shape)
    model.set_tensor_shape(sink, (1, plan.net.colours, 12 * scale, 20 * scale))
    got = execute_onnx(model.transform(InferShapes()), {source: x})[sink]
    with torch.no_grad():
        wanted = net.eval()(torch.from_numpy(x)).numpy()
    assert np.array_equal(got, wanted)
    standard = onnx.load(standard_path(path))
    assert np.array_equal(run_standard(standard, {source: x})[sink], wanted)


def test_sums_that_float32_might_not_hold_are_refused(tmp_path):
    spec = NetSpec("bbcu", channels=64, units=1, residual_bits=12)
    net = build(spec)
    with torch.no_grad():
        net.tail.weight.fill_(0.124)
    save_net(tmp_path / "wide.safetensors", net, "wide", spec)
    with pytest.raises(TrainingError, match=r"12 bits the sums of Conv Conv_2 reach \d{8}, more"):
        export(tmp_path / "wide.safetensors", tmp_path)


def test_unknown_nets_list_the_known_ones(tmp_path):
    with pytest.raises(TrainingError, match=r"no net 'bbcu-raw-9x9': .* one of .*bbcu-raw-16x8"):
        export("bbcu-raw-9x9", tmp_path)


def test_a_foreign_safetensors_file_is_named(tmp_path):
    path = tmp_path / "foreign.safetensors"
    path.write_bytes(b"junk")
    with pytest.raises(TrainingError, match=r"foreign\.safetensors is no safetensors file"):
        export(path, tmp_path)


def test_untrained_nets_export_and_their_bits_move(tmp_path):
    (tmp_path / "tiny.toml").write_text(TINY)
    path = export_untrained(tmp_path / "tiny.toml", tmp_path / "deep" / "net.onnx")
    golden = np.load(path.with_suffix(".npz"))
    assert ModelWrapper(str(path)).get_metadata_prop("tarsier.net") == "tiny"
    assert all((y != x).any() for x, y in zip(golden["x"], golden["y"], strict=True))


def test_an_eight_bit_net_says_so(tmp_path):
    (tmp_path / "luma.toml").write_text(TINY.replace("units", 'task = "jpeg"\nunits'))
    model = ModelWrapper(str(export_untrained(tmp_path / "luma.toml", tmp_path / "net.onnx")))
    found = {key: model.get_metadata_prop(f"tarsier.{key}") for key in ("kind", "bits", "white")}
    assert found == {"kind": "luma", "bits": "8", "white": "255"}
