# SPDX-License-Identifier: MIT
"""The nodes that a network may be made of.

What is not among them is refused by the name that the file gives it, before any pass looks.
"""

from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower.doubles import constant_nodes
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["ELEMENTWISE", "OPSETS", "VOCABULARY", "check_nodes", "check_opset"]

# With constants beside one stream; any function will do where a table holds it.
ELEMENTWISE = frozenset(
    {
        *("Add", "Sub", "Mul", "Div", "Neg", "Abs", "BatchNormalization"),
        *(
            "Relu",
            "LeakyRelu",
            "PRelu",
            "Clip",
            "Elu",
            "Sigmoid",
            "HardSigmoid",
            "Tanh",
            "Softplus",
        ),
        *("HardSwish", "Max", "Min", "Floor", "Ceil", "Round", "Sign", "Sqrt", "Exp", "Pow"),
    }
)
VOCABULARY = ELEMENTWISE | frozenset(
    {
        *("Quant", "IntQuant", "BipolarQuant", "Identity", "Dropout", "Pad", "Conv"),
        *("ConvTranspose", "Concat", "Slice", "Split", "Gather", "DepthToSpace", "SpaceToDepth"),
        *("Resize", "Upsample", "AveragePool", "MaxPool"),
    }
)
OPSETS = range(11, 24)  # of ONNX: before, the borders of a Pad were attributes


def check_opset(model: ModelWrapper) -> None:
    """Raise FlowError unless `model` is of an opset that is read as it is written."""
    versions = [e.version for e in model.model.opset_import if e.domain in ("", "ai.onnx")]
    if len(versions) != 1 or versions[0] not in OPSETS:
        raise FlowError(
            f"the network is of ONNX opset {', '.join(map(str, versions)) or 'none'};"
            f" {OPSETS[0]} to {OPSETS[-1]} are read, so convert it with onnx.version_converter"
        )


def check_nodes(model: ModelWrapper) -> None:
    """Raise FlowError if a node of `model` that works on frames is outside the vocabulary."""
    for node in model.graph.node:
        if node.op_type in VOCABULARY or constant_nodes(model, node.output[0]):
            continue
        raise FlowError(
            f"{node.op_type} {node.name}: hardware is made of {', '.join(sorted(VOCABULARY))};"
            f" {_advice(node)}"
        )


def _advice(node: NodeProto) -> str:
    match node.op_type:
        case "Gemm" | "MatMul" | "Flatten" | "GlobalAveragePool" | "Softmax" | "ArgMax" | "TopK":
            return "Tarsier builds networks that make frames of frames, not classifiers"
        case "QuantizeLinear" | "DequantizeLinear":
            return "a QuantizeLinear and its DequantizeLinear must stand together, with constants"
        case "LSTM" | "GRU" | "RNN":
            return "recurrence must be written as a state that goes in and comes out"
        case "Reshape" | "Transpose" | "Squeeze" | "Unsqueeze" | "Expand" | "Tile":
            return "write shuffles as DepthToSpace, SpaceToDepth or a Gather of channels"
        case _:
            return "write it with these"
