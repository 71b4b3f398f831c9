# SPDX-License-Identifier: MIT
"""NCHW to NHWC, the order of a hardware stream: one pixel after the other, channels as lanes.

qonnx' LowerConvsToMatMul leaves a Transpose on both sides of every convolution. All other nodes
of our networks work element by element or pad, so the whole graph can be turned at once: the
Transposes go, constants and pads are permuted, and frames come and go as (1, H, W, C).
"""

import numpy as np
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.base import Transformation
from qonnx.transformation.infer_shapes import InferShapes

__all__ = ["ChannelsLast"]


class ChannelsLast(Transformation):
    """The same network on frames (1, H, W, C)."""

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        for node in model.get_nodes_by_op_type("Transpose"):
            _bypass(model, node)
        for node in model.graph.node:
            match node.op_type:
                case "Pad":
                    before, after = model.get_initializer(node.input[1]).reshape(2, 4)
                    turned = [*before[[0, 2, 3, 1]], *after[[0, 2, 3, 1]]]
                    model.set_initializer(node.input[1], np.array(turned, dtype=np.int64))
                case "Add" | "Mul" | "PRelu" | "Quant" | "BipolarQuant" | "Sub":
                    for name in node.input[1:]:
                        _turn(model, name)
        del model.graph.value_info[:]
        for tensor in (model.graph.input[0], model.graph.output[0]):
            n, c, h, w = model.get_tensor_shape(tensor.name)
            model.set_tensor_shape(tensor.name, [n, h, w, c])
        return model.transform(InferShapes()), False


def _bypass(model: ModelWrapper, node: NodeProto) -> None:
    model.graph.node.remove(node)
    if node.output[0] == model.graph.output[0].name:
        model.find_producer(node.input[0]).output[0] = node.output[0]
        return
    for reader in model.find_consumers(node.output[0]):
        index = list(reader.input).index(node.output[0])
        reader.input[index] = node.input[0]


def _turn(model: ModelWrapper, name: str) -> None:
    """Permute a constant that broadcasts over (1, C, H, W): its channels move last."""
    constant = model.get_initializer(name)
    if constant is not None and constant.ndim >= 3:
        model.set_initializer(name, np.moveaxis(constant, -3, -1))
