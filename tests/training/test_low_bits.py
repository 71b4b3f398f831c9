# SPDX-License-Identifier: MIT
"""Layers of a few bits: grids, what they learn of their range, the same in training and after."""

import pytest
import torch

from tarsier_fpga.training.networks.low_bits import LowBitConv, Ranged, set_ranges


@pytest.mark.parametrize(("bits", "signed", "ends"), [(6, True, (-32, 31)), (4, False, (0, 15))])
def test_values_are_whole_steps_and_saturate(rng, bits, signed, ends):
    layer = Ranged(bits, signed=signed)
    layer.log2_top.data.fill_(0.7)  # up to 2
    x = torch.from_numpy(rng.normal(0, 3, 4000)).float()
    step = 2.0 / 2 ** (bits - signed)
    codes = layer(x) / step
    assert torch.equal(codes, codes.round())
    assert (codes.min().item(), codes.max().item()) == ends
    trained = layer(x)
    assert torch.equal(layer.eval()(x), trained)


def test_a_range_is_pulled_up_by_what_clips_and_down_by_what_is_rounded():
    layer = Ranged(6)
    x = torch.full((10,), 1.5, requires_grad=True)
    layer(x).square().sum().backward()
    assert layer.log2_top.grad.item() > 0  # a square shrinks with the end that it clips to
    assert x.grad.eq(0).all()
    layer.log2_top.grad = None
    inside = torch.full((10,), 1 / 32 + 0.01, requires_grad=True)
    (layer(inside) - inside.detach()).square().sum().backward()
    # 1.32 steps become 1: a larger step would round further.
    assert layer.log2_top.grad.item() > 0
    assert not inside.grad.eq(0).any()


def test_calibration_sets_each_range_by_what_comes_in_of_the_ones_before(rng):
    net = torch.nn.Sequential(Ranged(6), Ranged(8))
    x = torch.from_numpy(rng.uniform(-4, 4, (1, 1, 50, 50))).float()
    set_ranges(net, x)
    assert [layer.exponent for layer in net] == [2 - 5, 2 - 7]


def test_weights_have_a_step_per_channel_that_holds_the_largest(rng):
    layer = LowBitConv(3, 4, 3, bits=6)
    with torch.no_grad():
        layer.weight.mul_(torch.tensor([1, 8, 100, 0.01]).view(4, 1, 1, 1))
    steps, weights = layer.steps(), layer.quantised()
    codes = weights / steps
    assert torch.equal(codes, codes.round()) and codes.abs().max().item() <= 31
    assert steps.log2().eq(steps.log2().round()).all()
    most = layer.weight.abs().amax(dim=(1, 2, 3), keepdim=True) / 31
    assert (steps >= most).all() and (steps < 2 * most).all()
    x = torch.from_numpy(rng.integers(-32, 32, (1, 3, 8, 8))).float()
    trained = layer.train()(x)
    assert torch.equal(layer.eval()(x), trained)
