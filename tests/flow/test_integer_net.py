# SPDX-License-Identifier: MIT
"""PyTorch modules of the kernels against the NumPy goldens, bit for bit."""

import numpy as np
import pytest
import torch

from tarsier_fpga.flow.sim.execute import run_graph
from tarsier_fpga.flow.sim.integer_net import IntegerNet
from tests.flow.nets import Net, kinds, lowered


def signed_table(net: Net) -> str:
    t = net.quant(net.conv(net.x, 4, 4, pads=[1] * 4), 4.0, 5)
    return net.quant(net.node("LeakyRelu", t, alpha=0.25), 8.0, 5)


def scaled_sum(net: Net) -> str:
    t = net.quant(net.conv(net.x, 4, 4, pads=[1] * 4), 0.3, 8)
    t = net.node("Add", net.node("Add", net.x, t), net.constant_of([1.5, -2.0, 0.25, 3.0]))
    return net.quant(t, 0.7, 8)


def lines(net: Net) -> str:
    t = net.node("PRelu", net.conv(net.x, 4, 4), net.constant_of([0.1, 0.2, 0.3, 0.4])[0])
    return net.quant(t, 2.0, 8)


def two_scales(net: Net) -> str:
    low = net.quant(net.conv(net.x, 4, 6, pads=[1] * 4, strides=[2, 2]), 4.0, 6)
    scales = np.array([1, 1, 2, 2], np.float32)
    high = net.node("Resize", low, "", scales, mode="linear")
    both = net.node("Concat", net.x, net.quant(high, 2.0, 7), axis=1)
    return net.quant(net.conv(both, 10, 2, (1, 1)), 16.0)


@pytest.mark.parametrize(
    ("make", "kernel"),
    [
        (signed_table, "ActTable"),
        (scaled_sum, "ScaledAdd"),
        (lines, "AffineRequant"),
        (two_scales, "UpsampleBilinear"),
    ],
)
def test_modules_give_what_the_goldens_give(make, kernel, rng):
    net = Net()
    graph = lowered(net.network(make(net)))
    assert kernel in kinds(graph)
    frames = rng.integers(0, 64, (2, 12, 12, 4))
    got = IntegerNet(graph)(torch.from_numpy(frames)).numpy()
    assert np.array_equal(got, [run_graph(graph, frame) for frame in frames])
