# SPDX-License-Identifier: MIT
"""Networks whose ports are unequal: in channels, bits, sign, frame size and number."""

import numpy as np
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.widths import adapt_widths, specialize
from tests.flow.nets import Net, lowered
from tests.flow.paced import folded

__all__ = ["enlarging", "hardware", "two_each_way"]


def enlarging() -> ModelWrapper:
    """3 channels of 8 bits to one of 7 signed bits, twice as many pixels each way."""
    net = Net(channels=3, bits=8)
    t = net.quant(net.node("Relu", net.conv(net.x, 3, 5, pads=[1] * 4)), 8.0, 5, signed=0)
    t = net.quant(net.conv(t, 5, 4, pads=[1] * 4), 2.0, 7)
    t = net.node("DepthToSpace", t, blocksize=2, mode="CRD")
    return net.network(t, kind="rgb")


def two_each_way() -> ModelWrapper:
    """A frame and a smaller one of other bits, to a frame of full size and one of half.

    x0 has 3 channels of 8 bits, x1 2 of 6 and half as many pixels each way; y0 has 4 channels of
    6 signed bits, y1 5 of 4 bits and half as many pixels.
    """
    net = Net(channels=3, bits=8)
    small = net.quant(net.input([1, 2, 6, 6]), 1.0, 6, signed=0)
    fine = net.quant(net.conv(net.x, 3, 4, pads=[1] * 4), 16.0, 6)
    coarse = net.quant(net.conv(fine, 4, 3, pads=[1] * 4, strides=[2, 2]), 16.0, 6)
    both = net.node("Concat", coarse, small, axis=1)
    up = net.node(
        "Resize",
        net.quant(net.conv(both, 5, 4, (1, 1)), 8.0, 6),
        "",
        np.array([1, 1, 2, 2], np.float32),
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )
    y0 = net.quant(net.node("Add", fine, up), 16.0, 6)
    y1 = net.quant(net.node("Relu", net.conv(both, 5, 5, (1, 1))), 8.0, 4, signed=0)
    return net.network(y0, y1, **{"x0.bits": 8, "x1.bits": 6})


def hardware(
    network: ModelWrapper, board: Board, height: int, width: int, cycles: int = 8
) -> ModelWrapper:
    """The hardware graph of `network` for such frames of its first input, `cycles` a pixel."""
    prepare_finn()
    graph = folded(set_frame(lowered(network), height, width), cycles, constant=False)
    return adapt_widths(specialize(graph, board.part), board.part)
