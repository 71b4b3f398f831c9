# SPDX-License-Identifier: MIT
"""Means of a frame and factors of one, from the network's file to the kernels in a loop."""

import numpy as np
import pytest

from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.flow.sim.execute import run_ports
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.widths import specialize
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.channel_stats import Statistic, channel_stats
from tarsier_fpga.hls.golden.frame_scale import frame_scale
from tarsier_fpga.hls.netlist.beats import pack, unpack
from tarsier_fpga.hls.sim import run_csim, verilate
from tests.flow.nets import Net, kinds, lowered
from tests.flow.one_op import PART

CHANNELS, SIDE, FRAMES = 4, 8, 4
FIRST = np.array([64, 127, 0, 33])  # factors of the first frame


def attention(window: int = 3):
    """Features times factors, and the factors that their means make, by a 1x1 convolution."""
    net = Net(channels=CHANNELS, side=SIDE, bits=None)
    x = net.quant(net.x, 1.0, 6, 0)
    k = net.quant(net.input([1, CHANNELS, 1, 1]), 2.0**-7, 7, 0)
    z = net.quant(
        net.conv(x, CHANNELS, CHANNELS, (window,) * 2, pads=[window // 2] * 4, scale=1 / 16), 1.0, 6
    )
    y = net.quant(net.node("Mul", z, k), 0.5, 6)
    means = net.quant(net.node("ReduceMean", net.node("Abs", z), np.array([2, 3])), 0.25, 7, 0)
    mixed = net.quant(net.conv(means, CHANNELS, CHANNELS, (1, 1)), 1.0, 7, 0)
    after = net.quant(
        net.node("Sigmoid", net.node("Mul", mixed, np.float32(0.0625))), 2.0**-7, 7, 0
    )
    return net.network(y, after)


def sequence(graph, frames):
    """What `graph` makes of frames one after the other, and the factors that each one had."""
    made, factors = [], [FIRST[None, None]]
    for x in frames:
        results = run_ports(graph, {"x0": x, "x1": factors[-1]})
        made.append(results["y0"])
        factors.append(results["y1"])
    return np.array(made), np.array(factors)


def test_means_and_factors_become_kernels_that_give_what_the_network_gives():
    graph = lowered(attention())
    found = kinds(graph)
    assert {"ChannelStats", "FrameScale"} <= {*found}
    scale = graph.get_nodes_by_op_type("TarsierFrameScale")[0]
    assert {each.name: each.i for each in scale.attribute}["shift"] == 6  # rounded in it


def test_the_kernels_do_what_the_equations_say(rng):
    net = Net(channels=CHANNELS, side=SIDE, bits=None)
    k = net.quant(net.input([1, CHANNELS, 1, 1]), 2.0**-7, 7, 0)
    y = net.quant(net.node("Mul", net.quant(net.x, 1.0, 6, 0), k), 1.0, 6, 0)
    mean = net.quant(net.node("GlobalAveragePool", net.quant(net.x, 1.0, 6, 0)), 0.125, 9, 0)
    graph = lowered(net.network(y, mean))
    x, k = rng.integers(0, 64, (SIDE, SIDE, CHANNELS)), rng.integers(0, 128, (1, 1, CHANNELS))
    made = run_ports(graph, {"x0": x, "x1": k})
    assert np.array_equal(made["y0"], frame_scale(x, k, 7, 0, 63))
    assert np.array_equal(made["y1"][0, 0], channel_stats(x, Statistic.MEAN, 3))


@pytest.mark.parametrize("size", [(8, 8), (5, 7), (1, 1)])
def test_loop_in_rtl_and_c_over_several_frames(size, rng):
    """The loop is closed here, frame by frame: what goes in depends on what came out."""
    graph = specialize(lowered(attention(3 if min(size) > 1 else 1)), PART)
    frames = rng.integers(0, 64, (FRAMES, *size, CHANNELS))
    facts = net_of(graph)
    sized = set_frame(graph, *size)
    wanted, factors = sequence(sized, frames)
    assert len(np.unique(factors, axis=0)) > 2
    netlist = stitch(sized)
    x, k = facts.inputs
    y, after = facts.outputs
    beats = {
        x.name: pack(frames.reshape(-1, CHANNELS), x.bits),
        k.name: pack(factors[:-1].reshape(-1, CHANNELS), k.bits),
    }
    asked = {y.name: FRAMES * size[0] * size[1], after.name: FRAMES}
    ran = verilate.build(netlist).run(beats, asked, stall=0.3, seed=1, idle_limit=1000)
    for outputs in (ran.outputs, run_csim.run(netlist, beats)):
        for port, want in ((y, wanted), (after, factors[1:])):
            got = unpack(outputs[port.name], CHANNELS, port.bits, port.signed)
            assert np.array_equal(got.reshape(want.shape), want), port.name


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda n: n.node("GlobalAveragePool", n.x), r"one Quant and nothing else must read it"),
        (
            lambda n: n.quant(n.node("GlobalAveragePool", n.x), 0.3),
            r"Quant \S+ of scale 0.3 must round a half to the even, in steps of 1 or a half",
        ),
        (
            lambda n: n.quant(n.node("ReduceMean", n.x, np.array([1]))),
            r"axes \[1\] must be \[2, 3\], rows and columns, with keepdims",
        ),
        (
            lambda n: n.node("Mul", n.x, n.quant(n.input([1, 4, 1, 1]), 1.0, 4, 1)),
            r"the one of a single pixel unsigned; a Quant must stand before it",
        ),
        (
            lambda n: n.node("Mul", n.x, n.quant(n.input([1, 4, 8, 8]), 1.0, 4, 0)),
            r"one must have a single pixel, and both as many channels",
        ),
    ],
)
def test_what_fits_no_kernel_is_refused(make, sentence):
    net = Net(channels=CHANNELS, side=SIDE)
    with pytest.raises(FlowError, match=sentence):
        lowered(net.network(make(net)))
