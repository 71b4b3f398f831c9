# SPDX-License-Identifier: MIT
"""RED: its parameters, its shapes, and its weights with the normalisation folded in."""

import pytest
import torch

from tarsier_fpga.training.networks.families.red import Red, fold


@pytest.fixture
def net():
    torch.manual_seed(3)
    return Red().eval()


def parameters(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_parameters_are_the_published_ones(net):
    blocks = {name: parameters(block) for name, block in net.named_children()}
    assert blocks == {"lse": 1224, "mse": 73984, "hse": 637376, "fb1": 64960, "fb2": 7224}
    assert parameters(net) == 784768


@torch.no_grad()
def test_a_mosaic_becomes_a_picture_of_its_size(net):
    picture = net(torch.rand(1, 1, 64, 96))
    assert picture.shape == (1, 3, 64, 96)
    assert picture.min().item() >= 0 and picture.max().item() <= 1


@torch.no_grad()
def test_folding_changes_no_result(net):
    x = torch.rand(1, 1, 32, 64)
    assert torch.equal(fold(net)(x), net(x))
    assert parameters(fold(net)) < parameters(net)
