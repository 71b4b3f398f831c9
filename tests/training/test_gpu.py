# SPDX-License-Identifier: MIT
"""Training on a GPU: compiled, in mixed precision, resumed, and the same network afterwards."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tarsier_fpga.training.facts.accelerator import Accelerator
from tarsier_fpga.training.facts.recipe import CropRule, Recipe, Schedule
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.loop.launch import launch, set_up_torch
from tarsier_fpga.training.loop.train import train
from tarsier_fpga.training.networks.network import load

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU"),
]

FLOAT = NetSpec("bbcu", channels=8, units=3, task="rgb", form="float", head="relu")
NETS = {
    "float": FLOAT,
    "hardware": replace(FLOAT, form="hardware"),
    "parent": NetSpec("parent", channels=8, units=3, task="rgb"),
}


def plan(name):
    precision = "bf16-mixed" if name == "parent" else "32-true"
    schedule = Schedule(iterations=60, warmup=1, ema=0.9, precision=precision, compile=True)
    return Recipe(name, NETS[name], schedule, "-", crop=CropRule(batch=4, size=16))


@pytest.mark.parametrize("name", NETS)
def test_a_compiled_run_stops_resumes_and_gives_a_net(tmp_path, rng, capfd, name):
    photos = [rng.integers(0, 256, (32, 40, 3), np.uint8) for _ in range(3)]
    recipe = plan(name)
    set_up_torch(Accelerator.CUDA)
    fabric = launch(recipe.schedule, Accelerator.CUDA)
    train(recipe, photos, tmp_path, fabric, minutes=1e-9)
    assert "out of time at step 1 of 60" in capfd.readouterr().err
    trained = train(recipe, photos, tmp_path, fabric).eval()
    assert {parameter.device.type for parameter in trained.parameters()} == {"cuda"}
    deployed = load(tmp_path / f"{name}.safetensors")
    codes = torch.randint(384, 640, (1, 3, 16, 16)).float()
    with torch.no_grad():
        here, there = deployed(codes), trained(codes.cuda()).cpu()
    # Integers are exact on both; else a bit of TF32 may turn a sign.
    assert torch.equal(here, there) if name == "hardware" else (here - there).abs().mean() < 1
