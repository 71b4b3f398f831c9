# SPDX-License-Identifier: MIT
"""Graph surgery that the lowering passes share.

A pass puts a hardware node in place of the node that wrote a tensor; whatever only fed the old node
is then dead. Tensors keep their names, so what is known about a tensor stays true.
"""

from typing import Any

import numpy as np
from onnx import NodeProto, helper
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.ops.register import DOMAIN

__all__ = [
    "add_constant",
    "add_tensor",
    "hardware_node",
    "integer_source",
    "remove_dead",
    "take_over",
]


def hardware_node(
    model: ModelWrapper, op_type: str, inputs: list[str], outputs: list[str], **attributes: Any
) -> NodeProto:
    """A node of our op `op_type` for frames of the shape of its first input."""
    _, height, width, channels = model.get_tensor_shape(inputs[0])
    return helper.make_node(
        op_type,
        inputs,
        outputs,
        domain=DOMAIN,
        backend="fpgadataflow",
        frame=[height, width],
        channels=channels,
        **attributes,
    )


def take_over(model: ModelWrapper, old: NodeProto, *new: NodeProto) -> None:
    """Put `new` nodes where `old` is; the last writes what `old` wrote."""
    index = model.get_node_index(old)
    model.graph.node.remove(old)
    for offset, node in enumerate(new):
        model.graph.node.insert(index + offset, node)


def remove_dead(model: ModelWrapper) -> None:
    """Remove every node whose results nobody reads."""
    needed = {tensor.name for tensor in model.graph.output}
    for node in reversed(list(model.graph.node)):
        if needed.isdisjoint(node.output):
            model.graph.node.remove(node)
        else:
            needed.update(node.input)


def add_constant(model: ModelWrapper, values: np.ndarray, datatype: str) -> str:
    """Name of a new initializer that holds the integers `values`."""
    name = model.make_new_valueinfo_name()
    model.set_initializer(name, np.asarray(values, dtype=np.float32))
    model.set_tensor_datatype(name, DataType[datatype])
    return name


def add_tensor(model: ModelWrapper, shape: tuple[int, ...]) -> str:
    """Name of a new tensor between two nodes."""
    name = model.make_new_valueinfo_name()
    model.set_tensor_shape(name, list(shape))
    return name


def integer_source(model: ModelWrapper, tensor: str) -> str:
    """The tensor whose integers `tensor` holds too, before arithmetic with constants."""
    node = model.find_producer(tensor)
    while node is not None and node.op_type in ("Add", "Mul", "Sub"):
        tensor = node.input[0]
        node = model.find_producer(tensor)
    return tensor
