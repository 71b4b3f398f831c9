# SPDX-License-Identifier: MIT
"""The nodes that a network may be made of.

What is not among them is refused by the name that the file gives it, before any pass looks.
"""

from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower.doubles import constant_nodes
from tarsier_fpga.flow.lower.moves import VIEWS
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["ELEMENTWISE", "MEANS", "OPSETS", "VOCABULARY", "check_nodes", "check_opset"]

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
MEANS = frozenset({"GlobalAveragePool", "ReduceMean"})  # of a whole frame
VOCABULARY = ELEMENTWISE | frozenset(
    {
        *("Quant", "IntQuant", "BipolarQuant", "Identity", "Dropout", "Pad", "Conv"),
        *("ConvTranspose", "Concat", "Slice", "Split", "Gather", "DepthToSpace", "SpaceToDepth"),
        *("Resize", "Upsample", "AveragePool", "MaxPool", *MEANS, *VIEWS),
    }
)
_CLASSIFIER = frozenset({"Gemm", "MatMul", "Flatten", "Softmax", "ArgMax", "TopK"})
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
    foreign = [
        node
        for node in model.graph.node
        if node.op_type not in VOCABULARY and not constant_nodes(model, node.output[0])
    ]
    if foreign:
        # A classifier flattens its frames before it classifies; what it is says more.
        node = next((each for each in foreign if each.op_type in _CLASSIFIER), foreign[0])
        raise FlowError(
            f"{node.op_type} {node.name}: {_advice(node)}{_last_frame(model, node)}; hardware is"
            f" made of {', '.join(sorted(VOCABULARY))}"
        )


def _last_frame(model: ModelWrapper, node: NodeProto) -> str:
    """In words, where the frames of a classifier end, before its `node`; nothing for others."""
    inputs = {tensor.name for tensor in model.graph.input}
    tensor = node.input[0] if node.op_type in _CLASSIFIER else ""
    while tensor and tensor not in inputs:
        shape = model.get_tensor_shape(tensor)
        writer = model.find_producer(tensor)
        pooled = writer is not None and writer.op_type in MEANS
        if shape is not None and len(shape) == 4 and not pooled:
            return (
                f"; what comes before may be built: cut the file at the frames {tensor}, as"
                " onnx.utils.extract_model does"
            )
        tensor = "" if writer is None else writer.input[0]
    return ""


def _advice(node: NodeProto) -> str:
    match node.op_type:
        case kind if kind in _CLASSIFIER:
            return "Tarsier builds networks that make frames of frames, not classifiers"
        case "QuantizeLinear" | "DequantizeLinear":
            return "a QuantizeLinear and its DequantizeLinear must stand together, with constants"
        case "LSTM" | "GRU" | "RNN":
            return "recurrence must be written as a state that goes in and comes out"
        case _:
            return "no kernel computes it"
