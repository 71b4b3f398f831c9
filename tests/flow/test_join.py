# SPDX-License-Identifier: MIT
"""Elementwise nodes, borders and joins; quantizers and the kernel that each becomes."""

import numpy as np
import pytest

from tarsier_fpga.hls.base.errors import FlowError
from tests.flow.nets import Net, kinds, lowered

SLOPES = np.array([0.1, 0.2, 0.3, 0.5], np.float32).reshape(4, 1, 1)
NORMS = [[1, 2, 0.5, -1], [0, 1, 2, 3], [3, 2, 1, 0], [1, 1, 1, 1]]  # scale, shift, mean, var
PADS = np.array([0, 0, 1, 2, 0, 0, 3, 0])


def sums(net: Net) -> str:
    """Integers of more bits than a table has."""
    return net.conv(net.x, 4, 4, pads=[1] * 4)


@pytest.mark.parametrize(
    ("bits", "expected"), [(6, "ActTable"), (10, "ActTable"), (11, "AffineRequant")]
)
def test_few_integers_are_a_table_and_many_are_lines(bits, expected):
    net = Net(bits=bits)
    t = net.node("LeakyRelu", net.node("Sub", net.x, np.float32(20)), alpha=0.25)
    assert kinds(lowered(net.network(net.quant(t, 4.0)))) == [expected]


@pytest.mark.parametrize(
    ("node", "others", "attributes", "expected"),
    [
        ("Relu", [], {}, "Requant"),
        ("Identity", [], {}, "Requant"),
        ("LeakyRelu", [], {"alpha": 0.25}, "AffineRequant"),
        (
            "PRelu",
            [np.array([0.1, 0.2, 0.3, 0.5], np.float32).reshape(4, 1, 1)],
            {},
            "AffineRequant",
        ),
        ("Clip", [np.float32(-20), np.float32(30)], {}, "AffineRequant"),
        ("Mul", [SLOPES], {}, "AffineRequant"),
        ("Mul", [np.float32(-0.5)], {}, "AffineRequant"),
        ("Neg", [], {}, "AffineRequant"),
        ("Sub", [np.float32(8)], {}, "Requant"),
        ("Add", [np.array([1, 2, -3, 4], np.float32).reshape(4, 1, 1)], {}, "Requant"),
        ("Div", [np.float32(3.7)], {}, "AffineRequant"),
        (
            "BatchNormalization",
            [
                np.array(v, np.float32)
                for v in ([1, 2, 0.5, -1], [0, 1, 2, 3], [3, 2, 1, 0], [1] * 4)
            ],
            {},
            "AffineRequant",
        ),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_nodes_between_a_convolution_and_its_quantizer(node, others, attributes, expected):
    net = Net()
    t = net.node(node, sums(net), *others, **attributes)
    assert kinds(lowered(net.network(net.quant(t, 4.0))))[-1] == expected


def test_a_constant_less_a_stream():
    net = Net()
    t = net.node("Sub", np.full((1, 1, 1, 1), 33, np.float32), sums(net))
    lowered(net.network(net.quant(t, 4.0)))


@pytest.mark.parametrize(
    "curve", ["Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Elu", "Abs", "Softplus", "Floor"]
)
def test_any_curve_of_few_integers_is_a_table(curve):
    net = Net()
    t = net.node("Mul", net.node("Sub", net.x, np.float32(30)), np.float32(0.125))
    assert kinds(lowered(net.network(net.quant(net.node(curve, t), 2.0**-4)))) == ["ActTable"]


@pytest.mark.parametrize("signed", [0, 1])
def test_one_bit_is_a_threshold(signed):
    net = Net()
    t = net.node("Add", sums(net), net.constant_of([-3.0, 0.3, 7.0, 900.0]))
    graph = lowered(net.network(net.quant(t, 1.0, bits=1, signed=signed)))
    assert kinds(graph)[-1] == "SignThreshold"


def test_a_falling_threshold_turns_the_bit():
    net = Net(bits=6)
    t = net.node("Mul", sums(net), net.constant_of([-1.0, 2.0, -0.3, 1.0]))
    t = net.node("BipolarQuant", net.node("Add", t, np.float32(5)), np.float32(1))
    weights = np.where(net.rng.random((4, 4, 3, 3)) < 0.5, -1, 1).astype(np.float32)
    y = net.quant(net.node("Conv", t, weights, kernel_shape=[3, 3]))
    assert "SignThreshold" in kinds(lowered(net.network(y)))


def test_a_quantizer_that_changes_nothing_is_no_kernel():
    net = Net(bits=6)
    t = net.quant(net.x, 1.0, 8)
    assert kinds(lowered(net.network(net.quant(net.conv(t, 4, 4), 2.0)))) == [
        *("Window", "IntDot", "Requant")
    ]


@pytest.mark.parametrize("mode", ["constant", "edge"])
def test_borders_of_their_own_are_pads(mode):
    net = Net()
    t = net.node("Pad", net.x, PADS, *([np.float32(9)] if mode == "constant" else []), mode=mode)
    graph = lowered(net.network(net.quant(t, 1.0, 6, 0)))
    assert kinds(graph) == ["Pad"]


@pytest.mark.parametrize("mode", ["constant", "edge"])
def test_borders_before_a_convolution(mode):
    net = Net()
    t = net.node("Pad", net.x, np.array([0, 0, 1, 1] * 2), mode=mode)
    graph = lowered(net.network(net.quant(net.conv(t, 4, 4))))
    assert ("Pad" in kinds(graph)) == (mode == "edge")  # zeros are the window's own


def test_two_borders_one_after_the_other():
    net = Net()
    t = net.node("Pad", net.x, PADS, np.float32(3), mode="constant")
    t = net.node("Pad", t, PADS, np.float32(5), mode="constant")
    lowered(net.network(net.quant(net.conv(t, 4, 4))))


def test_what_is_between_a_border_and_a_convolution_is_done_to_the_border_too():
    net = Net(bits=6)
    t = net.node("Pad", net.node("Sub", net.x, np.float32(30)), np.array([0, 0, 1, 1] * 2))
    t = net.node("Mul", net.node("Add", t, np.float32(4)), np.float32(3))
    lowered(net.network(net.quant(net.conv(t, 4, 4), 8.0)))


def test_concatenated_streams_keep_their_own_scales_and_get_lanes_of_one_type():
    net = Net(bits=6)
    a, b = net.quant(sums(net), 2.0, 5), net.quant(sums(net), 0.3, 8)
    both = net.node("Concat", a, b, net.x, axis=1)
    graph = lowered(net.network(net.quant(net.conv(net.quant(both, 0.5), 12, 4))))
    assert kinds(graph).count("Concat") == 2
    assert kinds(graph).count("Widen") == 2  # x, of no sign, is widened by itself


REFUSED = {
    "rows": (
        lambda net: net.node("Add", net.x, np.ones((1, 1, 12, 1), np.float32)),
        r"^Add \S+: a constant of shape \[1, 1, 12, 1\] differs along rows or columns; it must be",
    ),
    "channels": (
        lambda net: net.node("Mul", net.conv(net.x, 4, 1), np.ones((1, 4, 1, 1), np.float32)),
        r"^Mul \S+: a constant of shape \[1, 4, 1, 1\] does not fit 1 channels$",
    ),
    "two streams": (
        lambda net: net.node("Mul", net.x, net.x),
        r"^Mul \S+: frames of \(12, 12, 4\) and \(12, 12, 4\) .* meet; one must have a single",
    ),
    "reflect": (
        lambda net: net.node("Pad", net.x, PADS, mode="reflect"),
        r"^Pad \S+: mode reflect must be constant or edge, by constant amounts$",
    ),
    "channel pad": (
        lambda net: net.node("Pad", net.x, np.array([0, 1, 0, 0] * 2)),
        r"^Pad \S+: pads \[0, 1, 0, 0, 0, 1, 0, 0\] must add rows and columns alone$",
    ),
    "negative pad": (
        lambda net: net.node("Pad", net.x, np.array([0, 0, -1, 0] * 2)),
        r"^Pad \S+: pads \[0, 0, -1, 0, 0, 0, -1, 0\] must add rows and columns alone$",
    ),
    "border": (
        lambda net: net.node("Pad", net.x, PADS, np.float32(0.5)),
        r"^Pad \S+: outside the frame stands 0\.5, which is none of the integers of its input$",
    ),
    "rows concatenated": (
        lambda net: net.node("Concat", net.x, net.x, axis=2),
        r"^Concat \S+: it must join streams along axis 1, channels$",
    ),
    "curve": (
        lambda net: net.quant(net.node("Sigmoid", sums(net))),
        r"^Sigmoid \S+ -> Quant \S+: no kernel computes this on integers -\d+ to \d+; it must be l",
    ),
    "curve without end": (
        lambda net: net.quant(net.conv(net.node("Sigmoid", net.x), 4, 4)),
        r"^Sigmoid \S+ before Conv \S+: its results are no integers; a Quant must stand before",
    ),
    "nothing": (
        lambda net: net.conv(net.node("Mul", net.x, np.float32(0)), 4, 4),
        r"^Mul \S+: it scales by 0$",
    ),
    "scale": (
        lambda net: net.quant(net.x, -1.0),
        r"^Quant \S+: scale -1 must be above 0$",
    ),
    "bits": (
        lambda net: net.quant(net.x, 1.0, 25),
        r"^Quant \S+: 25 bits must be the same for all, 1 to 24$",
    ),
    "half a zero point": (
        lambda net: net.quant(net.x, 1.0, zero=0.5),
        r"^Quant \S+: zero point 0\.5 must be an integer$",
    ),
    "free scale": (
        lambda net: net.node("Quant", net.x, net.x, np.float32(0), np.float32(8)),
        r"^Quant \S+: its scale, zero point and bits must be fixed$",
    ),
}


@pytest.mark.parametrize(("make", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_what_would_do(make, sentence):
    net = Net()
    with pytest.raises(FlowError, match=sentence):
        lowered(net.network(make(net)))


def test_an_output_that_is_an_input_or_another_output_has_a_stream_of_its_own():
    net = Net()
    y = net.quant(sums(net), 2.0)
    graph = lowered(net.network(net.quant(net.x, 1.0, 8), y, net.node("Identity", y)))
    assert sorted(kinds(graph)) == sorted(
        [*("Fork", "Fork", "Widen", "Widen"), *("Window", "IntDot", "Requant")]
    )
