# SPDX-License-Identifier: MIT
"""Lines in integers are the chain and its quantizer, at every integer that comes in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower.meaning import Integers, Value
from tarsier_fpga.flow.lower.quantize import target_of, whole
from tarsier_fpga.flow.lower.staircase import Lines, first_where, lines_of
from tests.flow.nets import Net

CHANNELS = 3


def stream(least: int, most: int, scale, offset=0.0) -> Integers:
    """Integers of CHANNELS channels."""
    scales, offsets = (np.full(CHANNELS, each, np.float64) for each in (scale, offset))
    return Integers("x", DataType["INT32"], least, most, scales, offsets)


def value_of(net: Net, x: Integers) -> tuple[Value, ModelWrapper]:
    """All nodes of `net` but its last, a quantizer, on `x`."""
    model = net.network(*[node.output[0] for node in net._nodes[-1:]])
    value = Value("x", (x,), model=model)
    for node in model.graph.node[:-1]:
        value = value.after(node)
    return value, model


def executed(net: Net, x: Integers) -> tuple[Lines | None, np.ndarray]:
    """The lines that are found, and (C, N) levels of each integer by execution."""
    value, model = value_of(net, x)
    last = model.graph.node[-1]
    target = target_of(model, last, CHANNELS)
    after = value.after(last)

    def levels(integers: np.ndarray) -> np.ndarray:
        return whole(after.within(integers), target.integers, last)

    every = np.broadcast_to(np.arange(x.least, x.most + 1), (CHANNELS, x.count))
    return lines_of(value, levels, target.integers, target.mode), levels(every)


def assert_equal_everywhere(net: Net, x: Integers) -> Lines:
    lines, wanted = executed(net, x)
    assert lines is not None
    every = np.broadcast_to(np.arange(x.least, x.most + 1), (CHANNELS, x.count))
    assert np.array_equal(lines.at(every), wanted)
    return lines


MODES = ("ROUND", "HALF_EVEN", "FLOOR", "CEIL", "HALF_UP", "HALF_DOWN")
factors = st.floats(0.01, 4).map(lambda v: float(np.float32(v)))
per_channel = st.lists(st.floats(-50, 50).map(np.float32), min_size=CHANNELS, max_size=CHANNELS)


@st.composite
def chains(draw) -> tuple[Net, Integers]:
    """What stands between two quantizers in other people's networks."""
    net = Net(channels=CHANNELS)
    t = net.x
    if draw(st.booleans()):
        signs = draw(st.lists(st.sampled_from([-1.0, 1.0]), min_size=CHANNELS, max_size=CHANNELS))
        sizes = draw(st.lists(factors, min_size=CHANNELS, max_size=CHANNELS))
        t = net.node("Mul", t, net.constant_of(np.array(signs) * sizes))
    if draw(st.booleans()):
        t = net.node("Add", t, net.constant_of(draw(per_channel)))
    match draw(st.sampled_from(["", "Relu", "LeakyRelu", "PRelu", "Clip"])):
        case "Relu":
            t = net.node("Relu", t)
        case "LeakyRelu":
            t = net.node("LeakyRelu", t, alpha=draw(st.sampled_from([0.25, 0.1, 0.0])))
        case "PRelu":
            slopes = draw(st.lists(st.floats(0, 1).map(np.float32), min_size=3, max_size=3))
            t = net.node("PRelu", t, np.array(slopes, np.float32).reshape(-1, 1, 1))
        case "Clip":
            t = net.node("Clip", t, np.float32(-3), np.float32(draw(st.integers(1, 90))))
    if draw(st.booleans()):
        t = net.node("Sub", t, np.float32(draw(st.integers(-9, 9))))
    signed, mode = draw(st.integers(0, 1)), draw(st.sampled_from(MODES))
    bits, scale = draw(st.integers(2, 8)), draw(st.one_of(factors, st.sampled_from([0.25, 2.0])))
    net.quant(t, scale, bits, signed, mode=mode, narrow=draw(st.integers(0, 1)))
    least = draw(st.integers(-600, 0))
    x = stream(least, draw(st.integers(1, 900)), draw(st.one_of(factors, st.just(0.125))))
    return net, x


@settings(max_examples=60, deadline=None, derandomize=True)
@given(chains())
def test_lines_are_the_chain_at_every_integer(chain):
    """Where there are lines at all, which is nearly everywhere; never are they only near."""
    net, x = chain
    lines, wanted = executed(net, x)
    if lines is not None:
        every = np.broadcast_to(np.arange(x.least, x.most + 1), (CHANNELS, x.count))
        assert np.array_equal(lines.at(every), wanted)


def test_a_chain_of_powers_of_two_is_exact_and_needs_few_bits():
    net = Net(channels=CHANNELS)
    t = net.node("Add", net.node("Mul", net.x, np.float32(0.5)), np.float32(0.25))
    net.quant(net.node("LeakyRelu", t, alpha=0.25), 4.0, 8)
    lines = assert_equal_everywhere(net, stream(-1000, 1000, 1.0))
    assert lines.knot.tolist() == [0, 0, 0]
    assert (lines.below[0].max(), lines.above[0].max(), lines.shift) == (2, 8, 6)


def test_channels_have_their_own_knots_slopes_and_starts():
    net = Net(channels=CHANNELS)
    t = net.node("Mul", net.x, net.constant_of([0.3, -0.7, 1.1]))
    t = net.node("Add", t, net.constant_of([5.0, 6.0, -7.0]))
    net.quant(net.node("PRelu", t, np.array([[[0.1]], [[0.2]], [[0.3]]], np.float32)), 0.5, 8)
    lines = assert_equal_everywhere(net, stream(-300, 300, 1.0))
    assert lines.knot.tolist() == [-16, 9, 7]


@pytest.mark.parametrize("mode", MODES)
def test_every_way_of_rounding_is_exact_at_ties(mode):
    """Those of halves away from zero, or towards it, are lines where nothing is below zero."""
    net = Net(channels=CHANNELS)
    net.quant(net.x, 4.0, 6, signed=int(mode not in ("HALF_UP", "HALF_DOWN")), mode=mode)
    assert_equal_everywhere(net, stream(-100, 100, 1.0))


@pytest.mark.parametrize("mode", ["UP", "DOWN", "HALF_UP", "HALF_DOWN"])
def test_rounding_from_or_to_zero_is_no_line_on_both_sides_of_it(mode):
    net = Net(channels=CHANNELS)
    net.quant(net.x, 4.0, 6, mode=mode)
    assert executed(net, stream(-100, 100, 1.0))[0] is None


@pytest.mark.parametrize(
    ("curve", "others"), [("Sigmoid", []), ("Abs", []), ("Pow", [np.float32(2)])]
)
def test_curves_are_no_lines(curve, others):
    net = Net(channels=CHANNELS)
    net.quant(net.node(curve, net.x, *others), 1.0, 8)
    assert executed(net, stream(-100, 100, 1.0))[0] is None


def test_a_chain_whose_knots_end_in_the_clamp_is_a_line():
    net = Net(channels=CHANNELS)
    t = net.node("Clip", net.node("Relu", net.x), np.float32(20), np.float32(40))
    net.quant(net.node("Sub", t, np.float32(50)), 1.0, 8)
    lines = assert_equal_everywhere(net, stream(-100, 100, 1.0))
    assert (lines.floor, lines.ceiling) == (-30, -10)


def test_two_knots_are_no_line():
    net = Net(channels=CHANNELS)
    t = net.node("Sub", net.node("LeakyRelu", net.x, alpha=0.5), np.float32(20))
    net.quant(net.node("LeakyRelu", t, alpha=0.5), 1.0, 8)
    assert executed(net, stream(-100, 100, 1.0))[0] is None


def test_a_shift_alone_is_told(rng):
    net = Net(channels=CHANNELS)
    net.quant(net.node("Add", net.x, net.constant_of([1.0, 2.0, -3.0])), 16.0, 8)
    lines = assert_equal_everywhere(net, stream(-5000, 5000, 1.0))
    shift, added = lines.shift_alone
    assert (shift, added.tolist()) == (4, [1, 2, -3])
    net = Net(channels=CHANNELS)
    net.quant(net.node("Mul", net.x, np.float32(0.3)), 16.0, 8)
    assert assert_equal_everywhere(net, stream(-5000, 5000, 1.0)).shift_alone is None


def test_where_a_test_begins_to_hold():
    x = stream(-8, 7, 1.0)
    edges = np.array([-20, 3, 8])
    assert first_where(lambda i: i >= edges[:, None], x).tolist() == [-8, 3, 8]
