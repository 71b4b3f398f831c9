# SPDX-License-Identifier: MIT
"""No graph is built on that does not give what the network's own file gives."""

from dataclasses import replace

import numpy as np
import pytest

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.lower.net import net_of, write_net
from tarsier_fpga.flow.sim.agree import check_agreement
from tarsier_fpga.hls.base.coding import BYTE
from tarsier_fpga.hls.base.errors import FlowError
from tests.flow.nets import Net, lowered


def test_what_is_exported_agrees(random_net):
    net = ingest(random_net(channels=6, units=2, height=16, width=16))
    check_agreement(net, lower(net))


@pytest.mark.parametrize("twist", [{"units": 0}, {"gain": 0.3}, {"coding": BYTE, "colours": 3}])
def test_other_networks_agree(random_net, twist):
    net = random_net(height=16, width=16, **twist)
    check_agreement(ingest(net), lower(ingest(net)))


def test_one_wrong_weight_is_noticed(random_net):
    """What the check is worth: a single weight of the body, turned."""
    net = ingest(random_net(channels=8, units=3, height=16, width=16))
    graph = lower(net)
    [matrix, *_] = [n.input[1] for n in graph.get_nodes_by_op_type("TarsierXnorDot")]
    weights = graph.get_initializer(matrix).copy()
    weights[0, 0] *= -1
    graph.set_initializer(matrix, weights)
    sentence = (
        r"^the hardware graph does not do what the network does: of a drawn frame, \d+ of 1,024"
        r" values differ, first at row \d+, column \d+, channel \d, \d+ instead of \d+; nothing was"
    )
    with pytest.raises(FlowError, match=sentence):
        check_agreement(net, graph)


@pytest.mark.parametrize("mode", ["edge", "constant"])
def test_one_wrong_border_is_noticed(random_net, mode):
    """A Pad of mode edge that was built as one of zeros, and the other way round."""
    nets = []
    for border in ("edge", "constant"):
        net = random_net(units=1, height=16, width=16)
        for node in net.get_nodes_by_op_type("Pad"):
            [attribute] = [each for each in node.attribute if each.name == "mode"]
            attribute.s = border.encode()
        nets.append(ingest(net))
    told, built = nets if mode == "edge" else nets[::-1]
    check_agreement(told, lower(told))
    with pytest.raises(FlowError, match="first at row 0, column 0"):
        check_agreement(told, lower(built))


def test_a_wrong_scale_of_the_output_is_noticed():
    """Graph and RTL would agree on it."""
    net = Net()
    network = ingest(net.network(net.quant(net.conv(net.x, 4, 4, pads=[1] * 4), 2.0)))
    graph = lower(network)
    facts = net_of(graph)
    wrong = [port.model_copy(update={"scale": 1.0}) for port in facts.outputs]
    with pytest.raises(FlowError, match="values differ"):
        check_agreement(network, write_net(graph, replace(facts, outputs=tuple(wrong))))


def test_frames_of_another_size_are_noticed():
    net = Net(side=8)
    small = ingest(net.network(net.quant(net.conv(net.x, 4, 4), 2.0)))
    net = Net(side=8)
    large = ingest(net.network(net.quant(net.conv(net.x, 4, 4, pads=[1] * 4), 2.0)))
    with pytest.raises(FlowError, match=r"makes frames of 6x6 with 4 channels and .* of 8x8 with"):
        check_agreement(small, lower(large))


def test_sums_beyond_24_bits_are_those_of_exact_numbers():
    """Float32 would lose their last bits; the file means numbers."""
    net = Net(bits=10)
    y = net.conv(net.x, 4, 4, scale=2.0**12, pads=[1] * 4)
    y = net.conv(net.node("Add", y, np.float32(1)), 4, 4, scale=1.0)
    lowered(net.network(net.quant(y, 2.0**12, 16)))
