# SPDX-License-Identifier: MIT
import numpy as np
import pytest
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.infer_shapes import InferShapes

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.sim.agree import check_agreement
from tarsier_fpga.hls.base.errors import FlowError
from tests.flow.conftest import NetWriter


def lowered(net: ModelWrapper) -> ModelWrapper:
    return lower(ingest(ModelWrapper(net.model.SerializeToString())))


def test_what_is_exported_agrees(random_net):
    net = random_net(channels=6, units=2, height=16, width=16)
    check_agreement(net, lowered(net), 10)


@pytest.mark.parametrize("mode", ["reflect", "edge"])
def test_another_border_is_refused(random_net, mode):
    net = random_net(height=16, width=16)
    for node in net.get_nodes_by_op_type("Pad"):
        [attribute] = [a for a in node.attribute if a.name == "mode"]
        attribute.s = mode.encode()
    with pytest.raises(FlowError, match=r"of a drawn frame, \d+ of 1,024 values differ, first at"):
        check_agreement(net, lowered(net), 10)


FACTS = {"net": "chain", "black": 128, "white": 896, "radius": 1}


def chain(rng, scale: float, rectified_at: float = 0.0) -> ModelWrapper:
    """One convolution; its codes, above `rectified_at`, leave as multiples of `scale`."""
    net = NetWriter()
    weights = net.quant(net.constant(rng.integers(-90, 90, (4, 4, 3, 3)) / 2.0**8), 2.0**-8, 8)
    y = net.conv(net.pad("x"), weights)
    if rectified_at:
        y = net.node("Sub", y, np.float32(rectified_at))
        y = net.node("Add", net.node("Relu", y), np.float32(rectified_at))
    return net.model(net.quant(y, scale, 10, signed=0), (1, 4, 16, 16), FACTS)


def test_a_chain_of_its_own_codes_agrees(rng):
    net = chain(rng, 1.0)
    check_agreement(net, lowered(net), 10)


@pytest.mark.parametrize(("scale", "rectified_at"), [(4.0, 0.0), (2.0**-3, 0.0), (1.0, 200.0)])
def test_what_the_graph_does_not_see_is_refused(rng, scale, rectified_at):
    net = chain(rng, scale, rectified_at)
    with pytest.raises(FlowError, match="the hardware graph does not do what the network does"):
        check_agreement(net, lowered(net), 10)


def test_one_wrong_weight_is_noticed(random_net):
    """What the check is worth: a single weight of the body, turned."""
    net = random_net(channels=8, units=3, height=16, width=16)
    graph = lowered(net)
    [matrix, *_] = [n.input[1] for n in graph.get_nodes_by_op_type("TarsierXnorDot")]
    weights = graph.get_initializer(matrix).copy()
    weights[0, 0] *= -1
    graph.set_initializer(matrix, weights)
    with pytest.raises(FlowError, match="values differ"):
        check_agreement(net.transform(InferShapes()), graph, 10)
