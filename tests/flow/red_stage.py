# SPDX-License-Identifier: MIT
"""A stage of an encoder as RED has it, in 6 bits: a step down, and a block of convolutions."""

import numpy as np
from qonnx.core.modelwrapper import ModelWrapper

from tests.flow.nets import Net

__all__ = ["red_stage"]


def red_stage(channels: int, side: int = 16, groups: int = 4) -> ModelWrapper:
    """Packed raw pixels to `channels` at half the size, and a block of two convolutions."""
    net = Net(channels=4, bits=6, side=side)
    t = net.quant(net.x, 1.0, bits=6, signed=0)
    down = _activation(net, _conv(net, t, 4, channels, strides=[2, 2]))
    t = _activation(net, _conv(net, down, channels, channels, group=groups))
    t = net.quant(_conv(net, t, channels, channels), 2.0**8, bits=6)
    t = net.node("Add", down, t)
    return net.network(net.quant(t, 2.0**8, bits=6, signed=0))


def _conv(net: Net, t: str, inputs: int, outputs: int, group: int = 1, **attributes) -> str:
    """A convolution of drawn weights of 6 bits."""
    weights = net.rng.integers(-31, 32, (outputs, inputs // group, 3, 3)).astype(np.float32)
    facts = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "group": group} | attributes
    return net.node("Conv", t, weights, **facts)


def _activation(net: Net, t: str) -> str:
    return net.quant(net.node("Relu", t), 2.0**8, bits=6, signed=0)
