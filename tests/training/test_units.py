# SPDX-License-Identifier: MIT
"""Binary units: the paper's equations, every part's variant, and what sets the forms apart."""

import pytest
import torch
import torch.nn.functional as F

from tarsier_fpga.training.facts.spec import NetSpec, Version
from tarsier_fpga.training.networks.network import build
from tarsier_fpga.training.networks.units import BinaryHead, BinaryTail, BinaryUnit, BinaryUp

C = 6


def spec(**facts):
    return NetSpec("bbcu", channels=C, units=2, **{"task": "rgb", "form": "float", **facts})


def stirred(unit):
    """The unit with every parameter off its initial value."""
    torch.manual_seed(8)
    with torch.no_grad():
        for parameter in unit.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.3)
    return unit.eval()


def papers(unit, x, version):
    """A unit written out from the paper's equations 2 to 9."""
    bits = torch.where(x + unit.threshold >= 0, 1.0, -1.0)
    scale = unit.conv.weight.abs().mean((1, 2, 3), keepdim=True)
    y = F.conv2d(bits, torch.where(unit.conv.weight >= 0, scale, -scale), padding=1)

    def f(u):
        return F.prelu(u + unit.shift_in, unit.slope) + unit.shift_out

    match version:
        case Version.V1:
            return f(unit.norm(y) + x)
        case Version.V2 | Version.V3:
            return f(y + x)
        case Version.V4:
            return f(y) + x


@torch.no_grad()
@pytest.mark.parametrize("version", Version)
def test_float_units_are_the_paper_s(version):
    unit = stirred(BinaryUnit(spec(version=version)))
    x = torch.randn(2, C, 7, 9)
    assert torch.equal(unit(x), papers(unit, x, version))


def test_alignment_is_the_paper_s_or_none():
    span = 255
    assert span / spec().align == 130 * C / 64
    assert span / NetSpec("bbcu", 64, 18, task="rgb", form="float").align == 130
    assert spec(version="V1").align == spec(version="V2").align == span
    assert NetSpec("bbcu", 64, 18, task="rgb").align == 2.0  # k = 127.5
    assert NetSpec("bbcu", 16, 8).align == 32.0


@torch.no_grad()
def test_forms_differ_at_the_border_only():
    # Zeros around the bits are neither +1 nor -1; hardware's border has the bits of residual 0.
    x = torch.randn(1, C, 9, 9)
    plain, exact = (stirred(BinaryUnit(spec(form=form))) for form in ("float", "hardware"))
    exact.conv.weight.copy_(plain.conv.weight)
    exact.threshold.copy_(torch.round(plain.threshold * 4) / 4 + 0.125)
    plain.threshold.copy_(exact.threshold)
    scale = plain.conv.weight.abs().mean((1, 2, 3)).view(1, -1, 1, 1)
    sums = plain.product(x) / scale
    ours = exact.product(x) / exact.branch_scale()
    assert torch.allclose(sums[..., 1:-1, 1:-1], ours[..., 1:-1, 1:-1], atol=1e-4)
    assert not torch.allclose(sums[..., 0, :], ours[..., 0, :], atol=0.5)


@torch.no_grad()
@pytest.mark.parametrize("form", ["float", "hardware"])
def test_shortcuts_of_the_parts(form):
    facts = spec(form=form, task="sr", scale=2)
    frame, r = (
        torch.randint(0, 64, (1, 3, 4, 5)).float(),
        torch.randint(-9, 9, (1, C, 4, 5)).float(),
    )
    head, up, tail = BinaryHead(facts), BinaryUp(facts), BinaryTail(facts)
    for unit in (head, up, tail):
        unit.eval().shift_out.zero_()
        unit.slope.zero_()
        unit.shift_in.fill_(-32)  # f is 0 everywhere: only the shortcut is left
        if form == "hardware":
            unit.scale.fill_(0)
        else:
            unit.conv.weight.zero_()
    reach = 31.75 if form == "hardware" else 64  # of an 8-bit residual in quarters
    assert torch.equal(head(frame), frame.repeat(1, 2, 1, 1).clamp(max=reach))
    assert torch.equal(up(r), F.interpolate(r, scale_factor=2, mode="nearest"))
    assert torch.equal(tail(r), torch.zeros(1, 3, 4, 5))


@torch.no_grad()
@pytest.mark.parametrize("form", ["float", "hardware"])
def test_upsampling_is_the_paper_s_unit_shuffled(form):
    up = stirred(BinaryUp(spec(form=form, task="sr", scale=2)))
    r = torch.randint(-100, 100, (1, C, 5, 6)).float() / 4
    repeated = r.repeat_interleave(4, dim=1)
    wanted = up.residual(repeated + up.branch(up.rprelu(up.product(r))))
    assert torch.equal(up(r), F.pixel_shuffle(wanted, 2))


@torch.no_grad()
def test_what_is_enlarged_four_times_is_enlarged_twice_with_codes_in_between():
    net = build(spec(form="hardware", task="sr", scale=4, binary="BU", head="leaky")).eval()
    net.tail.weight.zero_()
    x = torch.randint(0, 256, (1, 3, 6, 7)).float()
    twice = F.interpolate(x, scale_factor=2, mode="bilinear").round()
    assert torch.equal(net(x), F.interpolate(twice, scale_factor=2, mode="bilinear").round())


@torch.no_grad()
def test_biases_are_in_steps_of_the_sums_they_join():
    net = stirred(build(spec(form="hardware", task="jpeg")))
    net.settle()
    # Luma is C / 64 * 130 units of residual: a code a sixteenth; weights are of 2^-8 and 2^-10.
    assert net.align == 16
    for bias, exponent in ((net.head_bias, -12), (net.tail_bias, -12)):
        steps = bias.shift * 2.0**-exponent
        assert torch.equal(steps, steps.round())
        assert not torch.equal(steps / 2, (steps / 2).round())


@torch.no_grad()
@pytest.mark.parametrize("scale", [2, 4])
def test_reach_of_super_resolution_is_its_radius(scale):
    facts = spec(form="hardware", task="sr", scale=scale, binary="BU", head="leaky")
    torch.manual_seed(2)
    net = build(facts).eval()
    x = torch.randint(0, 256, (1, 3, 21, 21)).float()
    net.calibrate(x)
    touched = x.clone()
    touched[..., 10, :] = 255 - touched[..., 10, :]
    changed = (net(x) != net(touched)).any(dim=(0, 1, 3)).nonzero().flatten() // scale
    assert 10 - facts.radius <= changed.min().item() and changed.max().item() <= 10 + facts.radius


@torch.no_grad()
@pytest.mark.parametrize("binary", ["B", "BU", "HBUT"])
@pytest.mark.parametrize("scale", [2, 4])
def test_hardware_super_resolution_is_exact_and_whole(scale, binary):
    facts = spec(form="hardware", task="sr", scale=scale, binary=binary, head="leaky")
    net = stirred(build(facts))
    net.settle()
    x = torch.randint(0, 256, (1, 3, 10, 12)).float()
    y = net(x)
    assert y.shape == (1, 3, 10 * scale, 12 * scale)
    assert torch.equal(y, y.round().clamp(0, 255))
    assert torch.equal(net.double()(x.double()), y.double())


def test_every_parameter_of_every_version_learns():
    for version in Version:
        net = build(spec(version=version, head="relu"))
        codes = torch.rand(2, 3, 16, 16) * 255 + 384
        net.calibrate(codes)
        (net(codes) - codes).abs().mean().backward()
        silent = [name for name, p in net.named_parameters() if p.grad is None or not p.grad.any()]
        assert silent == []


@pytest.mark.slow
@pytest.mark.parametrize("form", ["float", "hardware"])
def test_training_compiles_to_one_graph(form):
    # Brevitas' bookkeeping would break it into many.
    net = build(spec(form=form, head="relu")).train()
    codes = torch.rand(1, 3, 12, 12) * 255 + 384
    compiled = torch.compile(net, backend="aot_eager", fullgraph=True)
    assert torch.equal(compiled(codes), net(codes))
