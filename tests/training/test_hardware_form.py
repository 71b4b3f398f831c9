# SPDX-License-Identifier: MIT
"""From the paper's form to hardware's: the same function on grids."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.checkpoint import save_net
from tarsier_fpga.training.facts.recipe import Recipe, Schedule
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.loop.start import start_network
from tarsier_fpga.training.networks.hardware_form import fit_hardware, to_hardware
from tarsier_fpga.training.networks.network import build
from tarsier_fpga.training.networks.units import SCALE_UNIT

SPEC = NetSpec("bbcu", 8, 3, task="rgb", form="float", head="relu")


def trained(spec, codes):
    torch.manual_seed(4)
    net = build(spec)
    net.calibrate(codes)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if "threshold" not in name:
                parameter.add_(0.05 * torch.randn_like(parameter))
    return net.eval()


@pytest.fixture
def codes(rng):
    return torch.from_numpy(rng.integers(384, 640, (2, 3, 24, 24))).float()


@torch.no_grad()
@pytest.mark.parametrize("task", ["rgb", "jpeg", "raw"])
def test_more_bits_come_closer(task, rng):
    spec = replace(SPEC, task=task)
    coding = spec.coding
    shape = (2, spec.colours, 24, 24)
    quarter = coding.span // 4  # away from the ends, where whole codes are clipped
    middle = rng.integers(coding.black + quarter, coding.white - quarter, shape)
    codes = torch.from_numpy(middle).float()
    net = trained(spec, codes)
    inner = (..., slice(4, -4), slice(4, -4))  # borders are padded otherwise, by design
    wanted = (net(codes) - codes)[inner]
    errors = []
    for bits in (4, 6, 8, 12):
        hardware = fit_hardware(net, spec, codes, bits)
        module = to_hardware(net, spec, hardware)
        module.settle()
        got = (module.eval()(codes) - codes)[inner]
        errors.append(((got - wanted).square().mean() / wanted.square().mean()).item())
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.05


@torch.no_grad()
@pytest.mark.parametrize(("scale", "binary"), [(2, "B"), (2, "BU"), (2, "HBUT"), (4, "BU")])
def test_super_resolution_converts_too(scale, binary, rng):
    spec = replace(SPEC, task="sr", scale=scale, head="leaky", binary=binary)
    small = torch.from_numpy(rng.integers(64, 192, (1, 3, 6, 6))).float()
    # Smooth, as pictures are: enlarging twice by two is not quite enlarging by four.
    codes = F.interpolate(small, scale_factor=4, mode="bicubic").round()
    net = trained(spec, codes)
    module = to_hardware(net, spec, fit_hardware(net, spec, codes, 12))
    module.settle()
    inner = (..., slice(12, -12), slice(12, -12))
    wanted, got = net(codes)[inner], module.eval()(codes)[inner]
    assert (got - wanted).abs().mean().item() < 2  # of 255 grey levels


@torch.no_grad()
def test_the_converted_net_is_whole_and_exact(codes):
    net = trained(SPEC, codes)
    module = to_hardware(net, SPEC, fit_hardware(net, SPEC, codes, 8))
    module.settle()
    y = module.eval()(codes)
    assert torch.equal(y, y.round().clamp(0, 1023))
    assert torch.equal(module.double()(codes.double()), y.double())


def test_weights_use_their_eight_bits(codes):
    net = trained(SPEC, codes)
    spec = fit_hardware(net, SPEC, codes, 8)
    module = to_hardware(net, SPEC, spec)
    for conv, exponent in ((module.head, spec.head_exponent), (module.tail, spec.tail_exponent)):
        top = (conv.weight.abs().max() / 2.0**exponent).item()
        assert 63 < top <= 127


def plan(spec, start):
    return Recipe("next", spec, Schedule(iterations=1), "-", start=str(start))


@torch.no_grad()
def test_a_run_starts_from_a_trained_net_of_either_form(tmp_path, codes):
    net = trained(SPEC, codes)
    file = tmp_path / "first.safetensors"
    save_net(file, net, "first", SPEC)
    same = start_network(plan(SPEC, file), lambda: codes).eval()
    assert torch.equal(same(codes), net(codes))
    hardware = fit_hardware(net, SPEC, codes, 8)
    converted = start_network(plan(hardware, file), lambda: codes)
    assert converted.training
    ratio = hardware.align / SPEC.align
    assert torch.equal(converted.head.weight, net.head.weight * ratio)
    assert torch.equal(converted.tail.weight, net.tail.weight * (1 / ratio))
    for ours, theirs in zip(converted.body, net.body, strict=True):
        magnitude = theirs.conv.weight.abs().mean(dim=(1, 2, 3)).view(1, -1, 1, 1)
        assert torch.equal(ours.scale, magnitude / SCALE_UNIT)
        for name in ("conv.weight", "threshold", "shift_in", "slope", "shift_out"):
            assert torch.equal(ours.get_parameter(name), theirs.get_parameter(name))


def test_a_run_does_not_start_from_another_net(tmp_path, codes):
    file = tmp_path / "first.safetensors"
    save_net(file, trained(SPEC, codes), "first", SPEC)
    with pytest.raises(TrainingError, match=r"next cannot start from first: its net.units is 3, n"):
        start_network(plan(replace(SPEC, units=4), file), lambda: codes)


def test_what_has_no_hardware_form_is_named(codes):
    for facts in ({"kind": "parent"}, {"form": "hardware"}, {"version": "V2"}):
        spec = replace(SPEC, **facts)
        with pytest.raises(TrainingError, match="has no hardware form to find"):
            fit_hardware(build(spec), spec, codes, 8)


def test_a_run_starts_from_orthogonal_weights_where_asked(codes):
    plan = Recipe("r", SPEC, Schedule(iterations=1), "-", orthogonal=0.2)
    for layer in start_network(plan, lambda: codes).modules():
        if isinstance(layer, torch.nn.Conv2d):
            rows = layer.weight.flatten(1)
            square = rows @ rows.T if len(rows) <= rows.shape[1] else rows.T @ rows
            assert torch.allclose(square, 0.04 * torch.eye(len(square)), atol=1e-6)
