# SPDX-License-Identifier: MIT
"""Levers of binary units: what they learn by, and that what is deployed is the same function."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tarsier_fpga.flow.build_steps import lowered_for
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.deploy.export import golden_inputs, to_qonnx
from tarsier_fpga.training.facts.checkpoint import read_net, save_net
from tarsier_fpga.training.facts.recipe import CropRule, Recipe, Schedule
from tarsier_fpga.training.facts.spec import LEVERS, NetSpec
from tarsier_fpga.training.loop.train import train
from tarsier_fpga.training.networks.network import build, rebuild
from tarsier_fpga.training.networks.quant_layers import TernaryConv, sign

PLAIN = NetSpec("bbcu", channels=4, units=2)
PULLED = {"zeros": 0.5, "sign_scale": True, "learned_window": True, "dilation": 3}


def trained(spec, rng, folder, steps=6):
    photos = [rng.integers(0, 256, (64, 72, 3), np.uint8) for _ in range(3)]
    schedule = Schedule(iterations=steps, warmup=1, rate=0.05)
    plan = Recipe("tiny", spec, schedule, "-", crop=CropRule(batch=2, size=16))
    return train(plan, photos, folder)


def frames(spec):
    return torch.from_numpy(golden_inputs(spec).astype(np.float32))


@pytest.mark.parametrize("lever", LEVERS)
def test_what_is_deployed_is_what_was_trained(lever, rng, tmp_path):
    spec = replace(PLAIN, **{lever: PULLED[lever]})
    net = trained(spec, rng, tmp_path).eval()
    if lever == "sign_scale":  # bits that fall as the residual climbs
        with torch.no_grad():
            net.body[0].gain[0, ::2] *= -1
            net.body[1].gain[0, 1] = 0
    save_net(tmp_path / "net.safetensors", net, "net", spec)
    saved = read_net(tmp_path / "net.safetensors")
    assert saved.spec == spec.deployed
    plain = build(PLAIN).state_dict().keys()
    assert saved.tensors.keys() == plain  # nothing more is deployed
    with torch.no_grad():
        assert torch.equal(rebuild(saved)(frames(spec)), net(frames(spec)))


@pytest.mark.parametrize("lever", LEVERS)
def test_a_run_with_a_lever_resumes_to_the_bit(lever, rng, tmp_path):
    spec = replace(PLAIN, **{lever: PULLED[lever]})
    photos = [rng.integers(0, 256, (64, 72, 3), np.uint8) for _ in range(3)]
    plan = Recipe("a", spec, Schedule(iterations=4, warmup=1), "-", crop=CropRule(2, 16))
    straight = train(plan, photos, tmp_path / "straight").state_dict()
    train(plan, photos, tmp_path / "stages", steps=2)
    staged = train(plan, photos, tmp_path / "stages").state_dict()
    assert straight.keys() == staged.keys()
    assert all(torch.equal(staged[name], straight[name]) for name in straight)


@pytest.mark.slow
@pytest.mark.parametrize("lever", ["zeros", "dilation"])
def test_hardware_gives_the_same_integers(lever, rng, tmp_path):
    spec = replace(PLAIN, **{lever: PULLED[lever]})
    net = trained(spec, rng, tmp_path)
    net.settle()
    prepare_finn()
    # Raises unless the graph in NumPy gives what the exported file gives.
    graph = lowered_for(ingest(to_qonnx(net.eval(), "tiny", spec)), (64, 48))
    kinds = [node.op_type for node in graph.graph.node]
    dots = kinds.count("TarsierXnorDot"), kinds.count("TarsierIntDot")
    assert dots == ((0, 4) if lever == "zeros" else (2, 2))


@pytest.mark.parametrize("zeros", [0.25, 0.5, 2 / 3])
def test_as_many_weights_are_zero_as_asked(zeros):
    conv = TernaryConv(8, 4, zeros)
    weight = conv.quant_weight().value
    assert int((weight == 0).sum()) == int(zeros * weight.numel())
    assert set(weight.unique().tolist()) == {-1, 0, 1}
    kept = conv.weight.abs()[weight != 0].min()
    assert kept >= conv.weight.abs()[weight == 0].max()
    with torch.no_grad():
        conv.weight.copy_(weight)
    assert torch.equal(conv.quant_weight().value, weight)


def test_the_windows_gradient_is_that_of_what_stands_for_the_sign():
    quantiser = sign(1.5, learned=True).train()
    x = torch.tensor([-2.0, -1.0, -0.25, 0.5, 1.2], requires_grad=True)
    weight = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])
    (quantiser(x) * weight).sum().backward()
    window = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
    u = (x.detach().double() / window).clamp(-1, 1)
    ((2 * u - u * u.abs()) * weight).sum().backward()
    assert round(quantiser.learned.grad.item(), 5) == round(window.grad.item(), 5) != 0
    fixed = sign(1.5).train()
    y = x.detach().clone().requires_grad_()
    (fixed(y) * weight).sum().backward()
    assert [round(g, 4) for g in x.grad.tolist()] == [round(g, 4) for g in y.grad.tolist()]


def test_levers_learn(rng, tmp_path):
    spec = replace(PLAIN, sign_scale=True, learned_window=True)
    net = trained(spec, rng, tmp_path)
    for unit in net.body:
        assert not torch.equal(unit.gain, torch.ones_like(unit.gain))
        assert unit.sign.learned.item() != spec.sign_window


def test_dilation_reaches_further():
    assert replace(PLAIN, units=4, dilation=3).radius == PLAIN.radius + 2 + 2 * 2
    net = build(replace(PLAIN, units=2, dilation=3)).eval()
    x = torch.full((1, 4, 33, 33), 500.0)
    seen = x.clone()
    seen[..., 16, 16] = 900
    with torch.no_grad():
        changed = (net(seen) != net(x)).nonzero()[:, 2:] - 16
    assert changed.abs().max() <= replace(PLAIN, dilation=3).radius


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"kind": "parent", "zeros": 0.5}, "net.zeros is of binary units, which a parent has not"),
        ({"form": "float", "zeros": 0.5}, "net.zeros = 0.5 exists in the hardware form only"),
        ({"units": 1, "dilation": 2}, "net.dilation = 2 is of every second unit"),
    ],
)
def test_levers_that_do_not_go_are_refused(facts, message):
    with pytest.raises(TrainingError, match=message):
        replace(PLAIN, **facts)
