# SPDX-License-Identifier: MIT
"""tarsier eval of the integers on an accelerator: the scores of the network that they came from."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tarsier_fpga.cli.app import app
from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.training.deploy.export import export, golden_inputs
from tarsier_fpga.training.facts.checkpoint import save_net
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.networks.network import build

SPECS = {
    "rgb": NetSpec("bbcu", 8, 2, task=Task.RGB),
    "jpeg": NetSpec("bbcu", 8, 2, task=Task.JPEG),
    "sr": NetSpec("bbcu", 8, 2, task=Task.SR, scale=2, binary="BU"),
}


def tarsier(*arguments) -> int:
    return guarded(lambda: app([*map(str, arguments)], standalone_mode=False))


def exported(task: str, folder: Path) -> Path:
    """The QONNX file of a small network of random weights; its checkpoint lies beside it."""
    spec = SPECS[task]
    torch.manual_seed(0)
    net = build(spec)
    net.calibrate(torch.from_numpy(golden_inputs(spec).astype(np.float32)))
    save_net(folder / "net.safetensors", net, "net", spec)
    return export(folder / "net.safetensors", folder)


@pytest.fixture
def images(tmp_path, rng):
    folder = tmp_path / "images"
    folder.mkdir()
    for index, (height, width) in enumerate([(37, 44), (40, 52)]):
        smooth = rng.integers(0, 256, (height // 4 + 1, width // 4 + 1, 3)).astype(np.uint8)
        Image.fromarray(smooth).resize((width, height)).save(folder / f"{index}.png")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("task", SPECS)
def test_the_integers_score_as_the_network(tmp_path, images, task):
    onnx, out = exported(task, tmp_path), tmp_path / "scores.json"
    checkpoint = onnx.with_suffix(".safetensors")
    found = []
    for what, *how in ((checkpoint,), (checkpoint, "--accel", "cpu"), (onnx,)):
        assert tarsier("eval", what, "--set", images, "--json", out, *how) == 0
        found.append(json.loads(out.read_text()))
    trained, *integers = (each["results"] for each in found)
    assert integers == [trained, trained]
    assert len(trained) == {"rgb": 3, "jpeg": 4, "sr": 1}[task]
    assert [each.get("accel") for each in found] == [None, "cpu", "cpu"]


def test_a_simulation_needs_its_design(capsys):
    assert tarsier("eval", "bbcu-raw-16x8", "--accel", "sim") == 2
    assert "sim: name with --design what it runs" in capsys.readouterr().err
