# SPDX-License-Identifier: MIT
"""The nodes that a network may be made of, and how each may stand.

What is not among them is refused by the name that the file gives it, before any pass looks.
"""

import numpy as np
from onnx import NodeProto, helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.util.basic import get_by_name

from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["OPSETS", "VOCABULARY", "check_nodes", "check_opset"]

VOCABULARY = frozenset(
    {"Sub", "Add", "Mul", "Pad", "Conv", "Relu", "PRelu", "Quant", "BipolarQuant"}
)
OPSETS = range(11, 22)  # of ONNX: before, the borders of a Pad were attributes


def check_opset(model: ModelWrapper) -> None:
    """Raise FlowError unless `model` is of an opset that is read as it is written."""
    [opset] = [
        entry.version for entry in model.model.opset_import if entry.domain in ("", "ai.onnx")
    ]
    if opset not in OPSETS:
        raise FlowError(
            f"the network is of ONNX opset {opset}; {OPSETS[0]} to {OPSETS[-1]} are read, so"
            " convert it with onnx.version_converter"
        )


def check_nodes(model: ModelWrapper) -> None:
    """Raise FlowError if a node of `model`, in NCHW, is outside the vocabulary or unusual."""
    for node in model.graph.node:
        if node.op_type not in VOCABULARY:
            raise FlowError(
                f"{node.op_type} {node.name}: not among {', '.join(sorted(VOCABULARY))},"
                " of which hardware can be made"
            )
        match node.op_type:
            case "Conv":
                _check_conv(node)
            case "Add" | "Sub" | "Mul" | "PRelu":
                _check_constant(model, node)
            case "Quant" | "BipolarQuant":
                _check_weights(model, node)


def _check_constant(model: ModelWrapper, node: NodeProto) -> None:
    """A constant belongs to a channel, and what it is taken from, or compared with, is a stream."""
    if node.op_type in ("Sub", "PRelu") and model.get_initializer(node.input[0]) is not None:
        raise FlowError(
            f"{node.op_type} {node.name}: its first input is a constant; only a stream less a"
            " constant has a kernel, so write it as Mul by -1 and Add"
        )
    constants = [model.get_initializer(name) for name in node.input]
    if node.op_type != "Add" and all(constant is None for constant in constants):
        raise FlowError(f"{node.op_type} {node.name}: one of its inputs must be a constant")
    for constant in constants:
        if constant is not None and any(side != 1 for side in constant.shape[-2:]):
            raise FlowError(
                f"{node.op_type} {node.name}: a constant of shape {list(constant.shape)} differs"
                " along rows or columns; it must be one number, or one for each channel, (C, 1, 1)"
            )


def _check_weights(model: ModelWrapper, node: NodeProto) -> None:
    """Quantized weights are of one convolution, and 0 stands for 0."""
    if not _is_constant(model, node.input[0]):
        return
    zero = model.get_initializer(node.input[2]) if node.op_type == "Quant" else 0
    if zero is None or np.any(zero):
        raise FlowError(f"Quant {node.name}: zero point {zero} of weights must be 0")
    readers = model.find_consumers(node.output[0])
    if len(readers) != 1:
        names = ", ".join(f"{reader.op_type} {reader.name}" for reader in readers)
        raise FlowError(
            f"{node.op_type} {node.name}: its weights are read by {names}; give each a Quant of its"
            " own"
        )


def _is_constant(model: ModelWrapper, tensor: str) -> bool:
    """Whether `tensor` is the same for every frame, though nodes may make it."""
    producer = model.find_producer(tensor)
    if producer is None:
        return model.get_initializer(tensor) is not None
    return all(_is_constant(model, name) for name in producer.input if name)


def _check_conv(node: NodeProto) -> None:
    wanted = {"strides": [1, 1], "pads": [0, 0, 0, 0], "group": 1}
    for name, value in wanted.items():
        given = _attribute(node, name)
        if given != value:
            raise FlowError(f"Conv {node.name}: {name} {given} must be {value}")
    kernel, dilations = _attribute(node, "kernel_shape"), _attribute(node, "dilations")
    square = isinstance(dilations, list) and len(set(dilations)) == 1
    if kernel not in ([3, 3], [5, 5], [7, 7]) or not square:
        raise FlowError(
            f"Conv {node.name}: kernel_shape {kernel} must be square, 3, 5 or 7 pixels wide,"
            f" and dilations {dilations} the same both ways"
        )
    if len(node.input) != 2:
        raise FlowError(f"Conv {node.name}: a bias is not supported, export it without")


def _attribute(node: NodeProto, name: str) -> object:
    attribute = get_by_name(node.attribute, name)
    return None if attribute is None else helper.get_attribute_value(attribute)
