# SPDX-License-Identifier: MIT
"""Convolutions of every shape that has a kernel, and sentences for those that have none."""

import numpy as np
import pytest
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.hls.base.errors import FlowError
from tests.flow.nets import Net, kinds, lowered


@pytest.mark.parametrize("kernel", [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (7, 7), (1, 3), (5, 3)])
@pytest.mark.parametrize("stride", [1, 2])
def test_kernels_and_strides(kernel, stride):
    net = Net()
    pads = [kernel[0] // 2, kernel[1] // 2] * 2
    y = net.conv(net.x, 4, 5, kernel, strides=[stride] * 2, pads=pads)
    graph = lowered(net.network(net.quant(y)))
    assert ("Window" in kinds(graph)) == (kernel != (1, 1) or stride == 2)


@pytest.mark.parametrize("pads", [[0, 0, 0, 0], [1, 1, 1, 1], [2, 2, 2, 2], [0, 1, 2, 3]])
@pytest.mark.parametrize(("dilation", "stride"), [(1, 1), (1, 2), (2, 1), (3, 1), (2, 2)])
def test_borders_and_dilations(pads, dilation, stride):
    net = Net()
    y = net.conv(net.x, 4, 3, pads=pads, dilations=[dilation] * 2, strides=[stride] * 2)
    lowered(net.network(net.quant(y)))


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_groups(groups):
    net = Net()
    lowered(net.network(net.quant(net.conv(net.x, 4, 8, group=groups))))


def test_groups_of_bits_are_integers_with_zeros_between():
    net = Net(bits=None)
    signs = np.where(net.rng.random((4, 2, 3, 3)) < 0.5, -1, 1).astype(np.float32)
    bits = net.node("BipolarQuant", net.x, np.float32(1))
    y = net.node("Conv", bits, signs, kernel_shape=[3, 3], group=2)
    graph = lowered(net.network(net.quant(y), bits=6))
    assert [kind for kind in kinds(graph) if kind.endswith("Dot")] == ["IntDot"]


@pytest.mark.parametrize("bias", [[3.0, -2.0, 0.25, 8.0], [0.1, 0.2, 0.3, -0.4]])
def test_a_bias_is_in_the_dot_product_or_in_what_its_sums_stand_for(bias):
    """Whole steps of a sum are one, other numbers the quantizer's matter."""
    net = Net()
    y = net.conv(net.x, 4, 4, pads=[1] * 4)
    net._nodes[-1].input.append(net.constant(np.array(bias, np.float32)))
    graph = lowered(net.network(net.quant(y, 2.0)))
    [dot] = graph.get_nodes_by_op_type("TarsierIntDot")
    starts = graph.get_initializer(dot.input[2])
    assert starts.any() == (bias[2] == 0.25)
    assert kinds(graph)[-1] == ("Requant" if starts.any() else "AffineRequant")


def test_weights_with_a_scale_for_each_row():
    net = Net()
    weights = net.quant(
        net.rng.uniform(-1, 1, (4, 4, 3, 3)).astype(np.float32), 0.1, bits=4
    )  # one for all; below, one for each
    rows = net.constant_of([0.1, 0.3, 0.25, 0.7]).reshape(4, 1, 1, 1)
    net._nodes[-1].input[1] = net.constant(rows)
    y = net.node("Conv", net.x, weights, kernel_shape=[3, 3])
    lowered(net.network(net.quant(y, 2.0)))


def test_channels_of_several_scales_are_in_the_weights():
    """A Concat of a stream and of one four times as coarse, say."""
    net = Net()
    fine = net.quant(net.conv(net.x, 4, 4, pads=[1] * 4), 2.0)
    coarse = net.quant(net.conv(net.x, 4, 4, pads=[1] * 4), 8.0)
    both = net.node("Concat", fine, coarse, axis=1)
    graph = lowered(net.network(net.quant(net.conv(both, 8, 4), 16.0)))
    last = graph.get_nodes_by_op_type("TarsierIntDot")[-1]
    weights = graph.get_initializer(last.input[1]).reshape(4, 3, 3, 8)
    assert np.all(weights[..., 4:] % 4 == 0)
    assert np.any(weights[..., :4] % 4)


def test_bits_outside_the_frame_may_be_zero():
    """As in networks that pad behind the sign: a third value beside -1 and +1."""
    net = Net(bits=6)
    t = net.node("BipolarQuant", net.node("Sub", net.x, np.float32(30)), np.float32(1))
    signs = np.where(net.rng.random((4, 4, 3, 3)) < 0.5, -1, 1).astype(np.float32)
    y = net.node("Conv", t, signs, kernel_shape=[3, 3], pads=[1] * 4)
    graph = lowered(net.network(net.quant(y)))
    assert "XnorDot" not in kinds(graph)


def test_bits_whose_outside_is_a_bit_are_popcounts():
    net = Net(bits=6)
    t = net.node("Pad", net.node("Sub", net.x, np.float32(30)), np.array([0, 0, 1, 1] * 2))
    t = net.node("BipolarQuant", t, np.float32(1))
    signs = np.where(net.rng.random((4, 4, 3, 3)) < 0.5, -1, 1).astype(np.float32)
    y = net.quant(net.node("Conv", t, signs, kernel_shape=[3, 3]))
    graph = lowered(net.network(y))
    assert kinds(graph) == ["Widen", "SignThreshold", "Window", "XnorDot", "ActTable"]
    [window] = graph.get_nodes_by_op_type("TarsierWindow")
    assert graph.get_initializer(window.input[1]).tolist() == [1] * 4  # the sign of 0


def test_ternary_weights_on_bits():
    net = Net(bits=6)
    t = net.node("BipolarQuant", net.node("Sub", net.x, np.float32(30)), np.float32(1))
    weights = net.rng.choice([-1.0, 0.0, 1.0], (4, 4, 3, 3)).astype(np.float32)
    y = net.quant(net.node("Conv", t, weights, kernel_shape=[3, 3]))
    assert "IntDot" in kinds(lowered(net.network(y)))


@pytest.mark.parametrize("bias", [False, True])
def test_transposed_convolution_is_a_dot_product_and_a_shuffle(bias):
    net = Net(side=6)
    weights = (net.rng.integers(-7, 8, (4, 3, 2, 2)) / 4).astype(np.float32)
    others = [np.array([1.0, -2.0, 0.5], np.float32)] if bias else []
    y = net.node("ConvTranspose", net.x, weights, *others, kernel_shape=[2, 2], strides=[2, 2])
    graph = lowered(net.network(net.quant(y)))
    assert kinds(graph)[:2] == ["IntDot", "PixelShuffle"]
    assert getCustomOp(graph.graph.node[1]).frame_out() == (12, 12)


SHAPES = {
    "strides": (
        {"strides": [3, 3]},
        r"^Conv \S+: kernel \[3, 3\], strides \[3, 3\], dilations \[1, 1\]: strides must be \[1, 1",
    ),
    "uneven strides": ({"strides": [1, 2]}, r"strides \[1, 2\].*: strides must be \[1, 1\] or \["),
    "uneven dilations": ({"dilations": [1, 2]}, r"dilations \[1, 2\]: dilations must be the same"),
    "wide": ({"dilations": [8, 8]}, r"dilations \[8, 8\]: .* a window at most 16 pixels wide$"),
}


@pytest.mark.parametrize(("shape", "sentence"), SHAPES.values(), ids=SHAPES)
def test_shapes_without_a_kernel_are_refused(shape, sentence):
    net = Net(side=24)
    with pytest.raises(FlowError, match=sentence):
        lowered(net.network(net.quant(net.conv(net.x, 4, 4, **shape))))


@pytest.mark.parametrize(
    ("attributes", "size"), [({"strides": [1, 1]}, 2), ({"strides": [2, 2]}, 4)], ids=str
)
def test_other_transposed_convolutions_are_refused(attributes, size):
    net = Net(side=6)
    weights = np.ones((4, 3, size, size), np.float32)
    y = net.node("ConvTranspose", net.x, weights, kernel_shape=[size] * 2, **attributes)
    with pytest.raises(FlowError, match=r"^ConvTranspose \S+: a kernel of \[\d, \d\] with .* it"):
        lowered(net.network(net.quant(y)))


def test_float_weights_are_refused():
    net = Net()
    weights = net.rng.normal(0, 1, (4, 4, 3, 3)).astype(np.float32)
    y = net.node("Conv", net.x, weights, kernel_shape=[3, 3])
    with pytest.raises(FlowError, match=r"^Conv \S+: its weights are no integers times a scale"):
        lowered(net.network(net.quant(y)))


def test_weights_that_come_from_a_frame_are_refused():
    net = Net(channels=4)
    weights = net.input([4, 4, 3, 3])
    y = net.node("Conv", net.x, weights, kernel_shape=[3, 3])
    with pytest.raises(FlowError, match=r"^Conv \S+: x1 comes from a frame; weights and bias must"):
        lowered(net.network(net.quant(y)))


def test_scales_of_channels_that_have_nothing_in_common_are_refused():
    net = Net()
    a = net.quant(net.conv(net.x, 4, 4, pads=[1] * 4), 2.0)
    b = net.quant(net.conv(net.x, 4, 4, pads=[1] * 4), 2.7)
    y = net.conv(net.node("Concat", a, b, axis=1), 8, 4)
    sentence = r"^Conv \S+: its input's channels have scales 2, 2\.7; they must be whole multiples"
    with pytest.raises(FlowError, match=sentence):
        lowered(net.network(net.quant(y)))


def test_an_outside_that_is_no_integer_of_the_stream_is_refused():
    net = Net()
    t = net.node("Add", net.x, np.float32(0.5))
    sentence = (
        r"^Conv \S+: outside the frame stands 0, which is none of the values \[0\.5, 63\.5\] in"
    )
    with pytest.raises(FlowError, match=sentence):
        lowered(net.network(net.quant(net.conv(t, 4, 4, pads=[1] * 4))))
