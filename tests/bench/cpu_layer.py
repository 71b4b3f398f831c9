# SPDX-License-Identifier: MIT
"""Graphs of 1-bit layers alone: signs, convolution, activation table and residual."""

import numpy as np
from onnx import NodeProto, TensorProto, helper
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.infer_datatypes import InferDataTypes
from qonnx.transformation.infer_shapes import InferShapes
from qonnx.util.basic import qonnx_make_model

from tarsier_fpga.flow.ops.register import DOMAIN, prepare_finn

__all__ = ["binary_layers"]

_FRAME = (16, 16)  # of the graph; what is compiled takes any


def binary_layers(rng: np.random.Generator, channels: int, count: int) -> ModelWrapper:
    """`count` layers of 3x3 on a residual of 8 bits, with random weights and two-slope tables."""
    prepare_finn()
    nodes: list[NodeProto] = []
    constants: dict[str, np.ndarray] = {}

    def op(kind: str, streams: list[str], values: list[np.ndarray], width: int, **more) -> str:
        at = len(nodes)
        names = [f"c{at}_{i}" for i, _ in enumerate(values)]
        constants.update(zip(names, values, strict=True))
        node = helper.make_node(
            f"Tarsier{kind}",
            [*streams, *names],
            [f"t{at}"],
            name=f"n{at}",
            domain=DOMAIN,
            backend="fpgadataflow",
            frame=_FRAME,
            channels=width,
            **more,
        )
        nodes.append(node)
        return f"t{at}"

    x, terms = "x", 9 * channels
    for _ in range(count):
        signs = op("SignThreshold", [x], [rng.integers(-20, 20, channels)], channels)
        taps = op("Window", [signs], [np.zeros(channels)], channels)
        weights = rng.choice([-1, 1], (channels, terms))
        hits = op("XnorDot", [taps], [weights], terms, rows=channels)
        table = [_two_slopes(rng, terms) for _ in range(channels)]
        branch = op("ActTable", [hits], [np.array(table)], channels, outputDataType="INT8")
        ends = {"floor": -128, "ceiling": 127, "outputDataType": "INT8"}
        x = op("ResidualAdd", [x, branch], [], channels, **ends)

    shape = (1, *_FRAME, channels)
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
    graph = helper.make_graph(
        nodes, "layers", ends, [helper.make_tensor_value_info(x, TensorProto.FLOAT, shape)]
    )
    model = ModelWrapper(qonnx_make_model(graph, opset_imports=[helper.make_opsetid("", 18)]))
    model.set_tensor_datatype("x", DataType["INT8"])
    for name, values in constants.items():
        model.set_initializer(name, values.astype(np.float32))
    return model.transform(InferShapes()).transform(InferDataTypes())


def _two_slopes(rng: np.random.Generator, terms: int) -> np.ndarray:
    """What a PReLU and its scales make of a popcount, in the range of trained networks."""
    x = 2 * np.arange(terms + 1) - terms + rng.uniform(-20, 20)
    y = np.where(x < 0, rng.uniform(0.0, 0.5), 1.0) * x * rng.uniform(0.05, 0.5)
    return np.rint(y + rng.uniform(-10, 10)).clip(-128, 127)
