# SPDX-License-Identifier: MIT
"""The quantised layers: grids, ties, saturation and gradients."""

import pytest
import torch

from tarsier_fpga.training.networks.quant_layers import (
    BinaryConv,
    FixedPointConv,
    XnorConv,
    fixed_point,
    on_grid,
    settle,
    sign,
)


def test_sign_of_zero_is_plus_one():
    assert sign(1.0)(torch.tensor([-0.25, -0.0, 0.0, 0.25])).tolist() == [-1, 1, 1, 1]


def test_binary_weight_of_zero_is_plus_one():
    conv = BinaryConv(2, 2)
    torch.nn.init.zeros_(conv.weight)
    assert torch.equal(conv.quant_weight().value, torch.ones_like(conv.weight))


def test_xnor_weights_have_the_mean_magnitude_of_their_output():
    conv = XnorConv(2, 2)
    with torch.no_grad():
        conv.weight.copy_(torch.tensor([-0.5, 1.0]).repeat(18).view(2, 2, 3, 3))
        conv.weight[1] *= 4
    assert conv.quant_weight().value.flatten().tolist() == [-0.75, 0.75] * 9 + [-3.0, 3.0] * 9


@pytest.mark.parametrize("layer", [BinaryConv, XnorConv])
def test_weight_gradient_is_that_of_the_clip(layer):
    # The scale is a constant to the gradient, and does not multiply it either.
    conv = layer(1, 1).train()
    with torch.no_grad():
        conv.weight.copy_(torch.linspace(-2, 2, 9).view(1, 1, 3, 3))
    conv(torch.ones(1, 1, 3, 3)).sum().backward()
    assert conv.weight.grad.flatten().tolist() == [0, 0, 1, 1, 1, 1, 1, 0, 0]


@torch.no_grad()
@pytest.mark.parametrize("conv", [BinaryConv(4, 4), XnorConv(4, 4), FixedPointConv(4, 4, -8)])
def test_training_computes_what_brevitas_does(conv):
    x = torch.randint(-8, 8, (2, 4, 6, 6)).float()
    assert torch.equal(conv.train()(x), conv.eval()(x))


def test_sign_gradient_is_piecewise_quadratic():
    x = torch.tensor([-3.0, -1.0, 0.0, 1.0, 3.0], requires_grad=True)
    sign(2.0)(x).sum().backward()
    assert x.grad.tolist() == [0, 1, 2, 1, 0]


def test_rounds_half_to_even():
    assert fixed_point(8, 0)(torch.tensor([0.5, 1.5, 2.5, -0.5, -1.5])).tolist() == [0, 2, 2, 0, -2]


@pytest.mark.parametrize(
    ("bits", "exponent", "signed", "low", "high"),
    [(8, -3, True, -16, 15.875), (8, -2, True, -32, 31.75), (10, 0, False, 0, 1023)],
)
def test_saturates(bits, exponent, signed, low, high):
    quantise = fixed_point(bits, exponent, signed=signed)
    assert quantise(torch.tensor([-5000.0, 5000.0])).tolist() == [low, high]


def test_gradient_stops_where_it_saturates():
    x = torch.tensor([-200.0, 1.3, 200.0], requires_grad=True)
    fixed_point(8, 0)(x).sum().backward()
    assert x.grad.tolist() == [0, 1, 0]


def test_on_grid_rounds_and_clips():
    assert on_grid(torch.tensor([0.3, -9.0]), -2, 2.0).tolist() == [0.25, -2]


def test_a_limit_between_two_steps_is_the_one_below():
    x = torch.tensor([0.6, 0.7, -0.7], requires_grad=True)
    held = on_grid(x, -2, 2 / 3)
    assert held.tolist() == [0.5, 0.5, -0.5]


@pytest.mark.parametrize(
    "conv", [BinaryConv(4, 4), FixedPointConv(4, 4, -8)], ids=["sign", "fixed"]
)
def test_settled_weights_quantise_to_themselves(conv):
    before = conv.quant_weight().value.clone()
    settle(conv)
    assert torch.equal(conv.weight, before)
    assert torch.equal(conv.quant_weight().value, before)
