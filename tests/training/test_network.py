# SPDX-License-Identifier: MIT
"""The numeric contract of the networks: grids, integers, borders, exactness in float32."""

import copy

import pytest
import torch
import torch.nn.functional as F

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.networks.network import build

SPEC = NetSpec("bbcu", channels=8, units=3, residual_exponent=-3)


@pytest.fixture
def net(rng):
    """A settled network whose every parameter was moved off its initial value."""
    torch.manual_seed(int(rng.integers(2**31)))
    net = build(SPEC)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.3)
    net.settle()
    return net.eval()


@pytest.fixture
def codes(rng):
    return torch.from_numpy(rng.integers(0, 1024, (2, 4, 24, 26))).float()


def is_multiple(x, exponent):
    return bool((x * 2.0**-exponent == (x * 2.0**-exponent).round()).all())


def test_parameters_are_on_their_grids(net):
    assert is_multiple(net.head.weight, -8) and net.head.weight.abs().max() <= 0.5
    assert is_multiple(net.tail.weight, -10) and net.tail.weight.abs().max() <= 0.125
    for unit in net.body:
        assert set(unit.conv.weight.unique().tolist()) == {-1, 1}
        assert is_multiple(unit.branch_scale(), -10)
        assert is_multiple(unit.slope, -6) and unit.slope.abs().max() <= 2
        for shift in (unit.threshold, unit.shift_in, unit.shift_out):
            assert is_multiple(shift, -8) and shift.abs().max() <= 32


def test_rprelu_fits_24_bits(net):
    # 9C inputs of +-1, scaled, shifted and sloped, in steps of 2^-16 below 2^8.
    for unit in net.body:
        reach = (
            9 * SPEC.channels * unit.branch_scale().abs().flatten() + unit.shift_in.abs().flatten()
        )
        sloped = reach * unit.slope.abs().clamp(min=1) + unit.shift_out.abs().flatten()
        assert sloped.max().item() < 2**8


@torch.no_grad()
def test_settling_changes_no_result(rng, codes):
    torch.manual_seed(int(rng.integers(2**31)))
    trained = build(SPEC)
    settled = copy.deepcopy(trained)
    settled.settle()
    assert torch.equal(trained.eval()(codes), settled.eval()(codes))


@torch.no_grad()
def test_codes_in_codes_out(net, codes):
    restored = net(codes)
    assert restored.shape == codes.shape
    assert torch.equal(restored, restored.round().clamp(0, 1023))
    assert not torch.equal(restored, codes)


@torch.no_grad()
def test_float32_is_exact_in_any_order(net, codes):
    # Were any sum inexact in float32, float64 or another memory order would differ somewhere.
    exact = copy.deepcopy(net).double()(codes.double())
    assert torch.equal(net(codes).double(), exact)
    shuffled = net.to(memory_format=torch.channels_last)(codes[:, :, :, :])
    assert torch.equal(shuffled.double(), exact)


@torch.no_grad()
def test_units_pad_before_the_sign(net):
    # A unit on a frame equals the same unit on that frame with a border of residual 0.
    unit = net.body[0]
    r = torch.randint(-128, 128, (1, SPEC.channels, 9, 9)).float() / 8
    outer = unit(F.pad(r, (1, 1, 1, 1)))
    assert torch.equal(unit(r), outer[:, :, 1:-1, 1:-1])


@torch.no_grad()
def test_reach_is_the_radius(net, codes):
    centre = 12
    touched = codes.clone()
    touched[:, :, centre, centre] = (touched[:, :, centre, centre] + 512) % 1024
    rows = (net(codes) != net(touched)).any(dim=(0, 1, 3)).nonzero().flatten()
    assert centre - SPEC.radius <= rows.min().item()
    assert rows.max().item() <= centre + SPEC.radius


def test_every_parameter_learns(rng, codes):
    torch.manual_seed(int(rng.integers(2**31)))
    net = build(SPEC)
    (net(codes) - codes).square().mean().backward()
    silent = [name for name, p in net.named_parameters() if p.grad is None or not p.grad.any()]
    assert silent == []


def test_parent_has_the_same_reach_and_no_grid(codes):
    parent = build(NetSpec("parent", channels=8, units=3)).eval()
    assert sum(isinstance(m, torch.nn.Conv2d) for m in parent.modules()) == 5
    assert parent(codes).shape == codes.shape


@pytest.mark.parametrize("kind", ["parent", "bbcu"])
def test_gradients_come_through_all_eighteen_units(kind):
    # With PyTorch's own initial weights the parent's head would see 1e-8 of its tail's.
    torch.manual_seed(1)
    net = build(NetSpec(kind, channels=32, units=18, task="rgb", form="float", head="relu"))
    codes = torch.randint(384, 640, (1, 3, 20, 20)).float()
    net.calibrate(codes)
    (net(codes) - 512).abs().mean().backward()
    head, tail = (layer.weight.grad.abs().mean() for layer in (net.head, net.tail))
    assert head > 1e-4 * tail


def test_a_shortcut_goes_around_every_layer_of_a_parent_and_is_for_no_other_net(codes):
    spec = NetSpec("parent", channels=8, units=3, shortcut=True)
    net = build(spec)
    with torch.no_grad():
        for layer in net.body:
            layer.weight.zero_()
            layer.bias.zero_()
        restored = net(codes)
        net.body = torch.nn.ModuleList()
        assert torch.equal(restored, net(codes))
        assert not torch.equal(restored, codes)
    with pytest.raises(TrainingError, match="shortcut = true is for a parent"):
        NetSpec("bbcu", channels=8, units=3, shortcut=True)
