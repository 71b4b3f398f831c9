# SPDX-License-Identifier: MIT
"""What sums reach at most: by hand, and never less than what frames cause."""

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.deploy.exact_sums import widest_sums
from tarsier_fpga.training.deploy.export import to_qonnx
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.networks.network import build


def graph_of(nodes, constants, channels=2, out=2):
    frame = helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, channels, 6, 6))
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, out, None, None))
    graph = helper.make_graph(nodes, "g", [frame], [result])
    model = ModelWrapper(helper.make_model(graph))
    for name, values in constants.items():
        model.set_initializer(name, np.asarray(values, np.float32))
    return model


def steps(*args, top=255, **facts):
    return [found.steps for found in widest_sums(graph_of(*args, **facts), 0, top)]


def node(op, *inputs, to="y", **attributes):
    return helper.make_node(op, list(inputs), [to], name=op, **attributes)


def test_a_convolution_counts_the_magnitudes_of_its_terms():
    weights = np.zeros((2, 2, 3, 3))
    weights[0, 0, 1, 1], weights[0, 1, 0, 0], weights[1, 1] = 0.5, -0.25, 0.25
    # In quarters: 2 + 1 in the first channel, 9 in the second.
    assert steps([node("Conv", "x", "w")], {"w": weights}) == [9 * 255]


def test_groups_see_their_own_channels():
    weights = np.stack([np.full((1, 1, 1), 1.0), np.full((1, 1, 1), 3.0)])
    shift = [[[[0]], [[-255]]]]
    nodes = [node("Add", "x", "s", to="a"), node("Conv", "a", "w", group=2)]
    assert steps(nodes, {"w": weights, "s": shift}) == [510, 3 * 255]


def test_unequal_steps_are_counted_in_the_finer():
    nodes = [node("Mul", "x", "k", to="a"), node("Add", "a", "x")]
    assert steps(nodes, {"k": 2.0**-4}) == [255, 255 + 16 * 255]


def test_a_leak_has_finer_steps():
    nodes = [node("Sub", "x", "b", to="a"), node("LeakyRelu", "a", alpha=3 / 32)]
    assert steps(nodes, {"b": 200.0}) == [455, 3 * 200]


def test_bilinear_pixels_are_in_sixteenths():
    nodes = [node("Resize", "x", "", "by", mode="linear")]
    assert steps(nodes, {"by": [1, 1, 2, 2]}) == [16 * 255]


@pytest.mark.parametrize(
    ("made", "constants", "message"),
    [
        (node("Abs", "x"), {}, "Abs Abs: its sums are not known"),
        (node("Resize", "x", "", "by", mode="linear"), {"by": [1, 1, 4, 4]}, "only by 2 x 2"),
        (node("DepthToSpace", "x", blocksize=2, mode="DCR"), {}, "its mode must be CRD"),
        (node("Conv", "x", "x"), {}, "its weights must be constants"),
        (node("Gather", "x", "at", axis=2), {"at": [0]}, "it must pick channels"),
        (node("Quant", "x", "s", "z", "b", signed=1), {"s": 1, "z": 3, "b": 8}, "must be 0"),
    ],
)
def test_what_is_not_followed_is_named(made, constants, message):
    with pytest.raises(TrainingError, match=message):
        steps([made], constants)


@pytest.mark.parametrize("binary", [pytest.param("BU", marks=pytest.mark.slow), "HBUT"])
def test_no_frame_reaches_further(binary):
    spec = NetSpec("bbcu", 4, 2, task="sr", scale=2, binary=binary, head="leaky")
    torch.manual_seed(6)
    model = to_qonnx(build(spec).eval(), "net", spec)
    bounds = {found.node.split()[1]: found.steps for found in widest_sums(model, 0, 255)}
    rng = np.random.default_rng(1)
    frame = rng.choice([0, 255], (1, 3, 32, 32)).astype(np.float32)
    seen = execute_onnx(model, {model.graph.input[0].name: frame}, return_full_exec_context=True)
    for made in model.graph.node:
        if made.op_type in ("Add", "Conv", "Resize"):
            values = np.unique(np.abs(seen[made.output[0]]))
            finest = max(_places(value) for value in values[:50])
            assert 0 < values.max() * 2.0**finest <= bounds[made.name]


def _places(value):
    """Binary places behind the point of `value`."""
    places = 0
    while value * 2.0**places % 1:
        places += 1
    return places
