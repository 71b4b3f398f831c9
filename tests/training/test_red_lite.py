# SPDX-License-Identifier: MIT
"""RED in a few bits: its size, its shapes, its integers, and its export."""

import numpy as np
import pytest
import torch
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.sim.agree import check_agreement
from tarsier_fpga.hls.base.coding import BYTE, RAW, FrameKind
from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.deploy.export import export_untrained
from tarsier_fpga.training.facts import recipe
from tarsier_fpga.training.facts.paths import config_file
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.networks.network import build
from tarsier_fpga.training.networks.reorder import pixel_unshuffle

SMALL = NetSpec("red-lite", 16, 5, task="dark", residual_bits=6, weight_bits=6)


@pytest.fixture
def codes(rng):
    return torch.from_numpy(rng.integers(0, 1024, (2, 4, 32, 48))).float()


def test_weights_of_red_m():
    net = build(recipe.read(config_file("red-m")).net)
    weights = sum(p.numel() for name, p in net.named_parameters() if name.endswith("conv.weight"))
    assert weights == 560_272


@torch.no_grad()
def test_training_evaluation_and_what_settles_give_the_same_codes(codes):
    torch.manual_seed(2)
    net = build(SMALL)
    net.calibrate(codes)
    trained = net.train()(codes)
    assert trained.shape == (2, 3, 64, 96)
    assert torch.equal(trained, trained.round()) and 0 <= trained.min() < trained.max() <= 255
    assert torch.equal(net.eval()(codes), trained)
    net.settle()
    assert torch.equal(net.eval()(codes), trained)


def test_float_form_has_the_same_parameters_but_for_ranges(codes):
    exact = dict(build(SMALL).named_parameters())
    plain = dict(build(NetSpec("red-lite", 16, 5, task="dark", form="float")).named_parameters())
    assert plain.keys() == {name for name in exact if not name.endswith("log2_top")}


def test_its_shape_is_checked():
    with pytest.raises(TrainingError, match=r"net.channels = 20 and net.units = 5: a red-lite"):
        NetSpec("red-lite", 20, 5, task="dark")


def test_unshuffle_is_torchs(codes):
    assert torch.equal(pixel_unshuffle(codes, 4), torch.nn.functional.pixel_unshuffle(codes, 4))


@pytest.mark.slow
def test_it_is_exported_and_lowered_to_the_same_integers(tmp_path):
    """The small one; every kind of layer is in it."""
    config = tmp_path / "small.toml"
    lines = config_file("red-m").read_text().replace("channels = 64", "channels = 16")
    lines = lines.replace("units = 10", "units = 5").replace('parent = "red-m-parent"', "")
    config.write_text(lines)
    file = export_untrained(config, tmp_path / "small.onnx")
    kinds = {node.op_type for node in ModelWrapper(str(file)).graph.node}
    assert "SpaceToDepth" in kinds and not kinds & {"Reshape", "Transpose"}
    model = ingest(read_qonnx(file))
    graph = lower(model)
    check_agreement(model, graph)
    net = net_of(graph)
    (x,), (y,) = net.inputs, net.outputs
    assert (x.kind, x.coding, x.step) == (FrameKind.BAYER, RAW, (1, 1))
    assert (y.kind, y.coding, y.step) == (FrameKind.RGB, BYTE, (1, 2))
    golden = np.load(file.with_suffix(".npz"))
    assert golden["y"].shape == (4, 3, 64, 64)
