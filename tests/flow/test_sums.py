# SPDX-License-Identifier: MIT
"""Two streams meet in integers, and every pair of them gives what the network's doubles give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.doubles import Doubles
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.sim.execute import run_ports
from tarsier_fpga.hls.base.errors import FlowError
from tests.flow.nets import Net, kinds, lowered

BITS = 6  # of both streams: 64 x 64 pairs, one a pixel


def meeting(scales, out, op="Add", chain=(), bits=8, signed=1, channels=1, signs=(0, 0), wide=BITS):
    """x times its scale and another times its own; their sum, a chain, and a quantizer."""
    net = Net(channels=channels, bits=None, side=1 << wide)
    other = net.input([1, channels, 1 << wide, 1 << wide])
    a, b = (
        net.quant(tensor, scale, wide, sign)
        for tensor, scale, sign in zip((net.x, other), scales, signs, strict=True)
    )
    t = net.node(op, a, b)
    for kind, *others in chain:
        t = net.node(kind, t, *others)
    return net.network(net.quant(t, out, bits, signed))


def assert_all_pairs(network, wide: int = BITS) -> list[str]:
    """The kernels, which give for every pair of integers what the nodes give in doubles."""
    prepared = ingest(network)
    graph = lower(prepared)
    nets = [t.name for t in prepared.graph.input]
    channels = prepared.get_tensor_shape(nets[0])[1]
    i, j = np.meshgrid(np.arange(1 << wide), np.arange(1 << wide), indexing="ij")
    frames = [np.repeat(each[:, :, None], channels, axis=2) for each in (i, j)]
    facts = net_of(graph)
    codes = [
        frame - (1 << (wide - 1)) * port.signed
        for frame, port in zip(frames, facts.inputs, strict=True)
    ]
    fed = {
        port.tensor: (port.scale * each + port.offset).transpose(2, 0, 1)[None]
        for port, each in zip(facts.inputs, codes, strict=True)
    }
    (wanted,) = Doubles(prepared.model).run(fed).values()
    named = {port.name: each for port, each in zip(facts.inputs, codes, strict=True)}
    (got,) = run_ports(graph, named).values()
    [y] = facts.outputs
    assert np.array_equal(got, np.rint((wanted[0].transpose(1, 2, 0) - y.offset) / y.scale))
    return kinds(graph)


@pytest.mark.parametrize(
    ("scales", "out", "signs", "kernels"),
    [
        ((1.0, 1.0), 1.0, (0, 1), ["ResidualAdd"]),
        ((1.0, 1.0), 1.0, (0, 0), ["ScaledAdd"]),  # residual_add's branch has a sign
        ((1.0, 0.25), 1.0, (0, 1), ["ScaledAdd"]),
        ((4.0, 1.0), 2.0, (1, 1), ["ScaledAdd"]),
        ((0.3, 0.7), 1.1, (0, 1), ["ScaledAdd"]),
    ],
)
def test_a_sum_and_its_quantizer_are_one_kernel(scales, out, signs, kernels):
    assert assert_all_pairs(meeting(scales, out, signs=signs)) == kernels


@pytest.mark.parametrize(
    ("scales", "out", "chain"),
    [((0.3, 0.7), 9.3, ()), ((0.013, 1.7), 21.0, (("Relu",),)), ((1.0, 0.75), 3.1, ())],
)
def test_two_wide_streams_whose_scales_have_nothing_in_common(scales, out, chain):
    """11 bits each: four million pairs."""
    network = meeting(scales, out, chain=chain, signs=(0, 1), wide=11)
    assert assert_all_pairs(network, 11) == ["ScaledAdd"]


def widest(out: float):
    """16 bits each."""
    net = Net(channels=1, bits=None, side=8)
    other = net.input([1, 1, 8, 8])
    t = net.node("Add", net.quant(net.x, 0.31, 16, 0), net.quant(other, 0.77, 16))
    return net.network(net.quant(t, out))


def test_the_widest_streams():
    assert kinds(lowered(widest(512.0))) == ["ScaledAdd"]


def test_ties_of_sums_that_no_factors_meet_are_refused():
    """12,712 and -2,571 give 6.5 steps, which is 6, and three times as many 19.5, which is 20."""
    sentence = r"^Quant \S+: .* of scales 0\.31 and 0\.77; .* whose ties no sum meets$"
    with pytest.raises(FlowError, match=sentence):
        lowered(widest(301.7))


def test_sums_of_scales_that_have_nothing_in_common_are_refused_before_a_curve():
    sentence = (
        r"^Quant \S+: it reads a sum of streams of scales 0\.1 and 1; both must be whole mult"
    )
    with pytest.raises(FlowError, match=sentence):
        lowered(meeting((np.float32(0.1), 1.0), 0.6, wide=3, chain=(("Tanh",),)))


scales = st.one_of(st.sampled_from([0.25, 0.5, 1.0, 2.0]), st.floats(0.05, 3).map(np.float32))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.tuples(scales, scales),
    scales,
    st.sampled_from(["Add", "Sub"]),
    st.tuples(st.integers(0, 1), st.integers(0, 1)),
    st.sampled_from([(), (("Relu",),), (("Mul", np.float32(0.37)),), (("Add", np.float32(2.5)),)]),
    st.integers(0, 1),
)
def test_every_pair_of_integers_is_exact(both, out, op, signs, chain, signed):
    assert_all_pairs(meeting(both, out, op, chain, signs=signs, signed=signed))


def test_what_is_added_to_channels_differently_is_in_the_same_kernel():
    net = Net(channels=2, bits=None, side=1 << BITS)
    other = net.input([1, 2, 1 << BITS, 1 << BITS])
    t = net.node("Add", net.quant(net.x, 0.5, BITS, 0), net.quant(other, 1.0, BITS, 0))
    network = net.network(net.quant(net.node("Add", t, net.constant_of([0.5, -3.0])), 2.0))
    graph = lowered(network)
    assert kinds(graph) == ["ScaledAdd"]
    assert_all_pairs(network)


def scaled_per_channel(net):
    """A convolution whose output channels have steps of 1/4, 1/2, 1 and 2."""
    steps = np.array([0.25, 0.5, 1, 2], np.float32).reshape(4, 1, 1, 1)
    codes = net.rng.integers(-7, 8, (4, 4, 3, 3)).astype(np.float32)
    weights = net.node("Quant", codes * steps, steps, np.float32(0), np.float32(4), signed=1)
    return net.node("Conv", net.x, weights, kernel_shape=[3, 3], pads=[1] * 4)


def test_a_residual_meets_sums_of_a_step_per_channel():
    net = Net()
    graph = lowered(net.network(net.quant(net.node("Add", net.x, scaled_per_channel(net)), 2.0)))
    assert kinds(graph) == ["Fork", "Window", "IntDot", "ScaledAdd"]


def test_sums_that_others_read_too_keep_their_steps():
    net = Net()
    sums = scaled_per_channel(net)
    t = net.quant(net.node("Add", net.x, sums), 2.0)
    graph = lowered(net.network(t, net.quant(sums, 4.0)))
    assert kinds(graph).count("ChannelScale") == 1 and kinds(graph).count("IntDot") == 1


def test_three_streams_meet_two_by_two():
    net = Net()
    a, b = (net.conv(net.x, 4, 4, pads=[1] * 4, scale=1.0) for _ in range(2))
    t = net.node("Add", net.node("Add", net.x, net.quant(a, 4.0)), net.quant(b, 2.0))
    graph = lowered(net.network(net.quant(t, 4.0)))
    assert kinds(graph).count("ScaledAdd") == 2


@pytest.mark.parametrize("scale", [0.75, 1.5, 0.375])
def test_a_sum_without_a_quantizer_in_parts_of_both_scales(scale):
    net = Net(bits=8)
    t = net.node("Add", net.x, net.conv(net.x, 4, 4, pads=[1] * 4, scale=scale))
    graph = lowered(net.network(net.quant(net.conv(t, 4, 4), 1.0)))
    assert "ScaledAdd" in kinds(graph)


def test_sums_of_scales_that_have_nothing_in_common_are_refused_without_a_quantizer():
    net = Net(bits=8)
    t = net.node("Add", net.x, net.conv(net.x, 4, 4, pads=[1] * 4, scale=1e-4))
    sentence = (
        r"^Conv \S+: it reads a sum of streams of scales 1 and 0\.0001; both must be whole"
        r" multiples of one number, or a Quant of one scale must stand before the sum, or behind it"
    )
    with pytest.raises(FlowError, match=sentence):
        lowered(net.network(net.quant(net.conv(t, 4, 4), 1.0)))


def test_frames_of_two_sizes_do_not_meet():
    net = Net(side=12)
    small = net.quant(net.conv(net.x, 4, 4))
    with pytest.raises(
        FlowError, match=r"^Add \S+: frames of 10x10 with 4 channels and 12x12 with 4 .* one size$"
    ):
        # ONNX itself would not add them: the shapes are told apart before that
        ingested = net.network(net.quant(net.node("Add", net.x, small)))
        lowered(ingested)
