# SPDX-License-Identifier: MIT
"""One way to write a network, of the many that exporters have; it computes what it did."""

import numpy as np
from onnx import NodeProto, helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.base import Transformation

from tarsier_fpga.flow.lower.attributes import attribute
from tarsier_fpga.flow.lower.doubles import constant_of
from tarsier_fpga.hls.base.errors import FlowError

__all__ = [
    "SIDE",
    "ExplicitPads",
    "LiveNodes",
    "NameNodes",
    "OneDomain",
    "OneFrame",
    "PlainNorms",
]

SIDE = 32  # rows and columns of a network that leaves them free
_DOMAIN, _OLD_DOMAINS = "qonnx.custom_op.general", ("onnx.brevitas", "finn.custom_op.general")
_QUANTIZERS = ("Quant", "IntQuant", "BipolarQuant")


class OneFrame(Transformation):
    """A batch of one, and rows and columns where the file leaves them free."""

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        frames = 0
        for tensor in model.graph.input:
            sides = tensor.type.tensor_type.shape.dim
            if len(sides) != 4:
                raise FlowError(
                    f"the network's input {tensor.name} has {len(sides)} axes; it must be frames"
                    " (1, C, H, W)"
                )
            frames = max(frames, sides[0].dim_value)
            sides[0].dim_value = 1
            for side in sides[2:]:
                if not side.dim_value:
                    side.dim_value = SIDE
            if not sides[1].dim_value:
                raise FlowError(f"the network's input {tensor.name} leaves its channels free")
        del model.graph.value_info[:]
        for tensor in model.graph.output:
            tensor.type.tensor_type.ClearField("shape")
        if frames > 1:
            _shape_for_one(model, frames)
        return model, False


class OneDomain(Transformation):
    """Quantizers of the domains that they had once, in that of qonnx."""

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        for node in model.graph.node:
            if node.op_type in _QUANTIZERS and node.domain in _OLD_DOMAINS:
                node.domain = _DOMAIN
        if all(each.domain != _DOMAIN for each in model.model.opset_import):
            model.model.opset_import.append(helper.make_opsetid(_DOMAIN, 1))
        return model, False


class LiveNodes(Transformation):
    """No nodes that nothing comes of; exporters leave some."""

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        read = {tensor.name for tensor in model.graph.output}
        for node in reversed(list(model.graph.node)):
            if read.isdisjoint(node.output):
                model.graph.node.remove(node)
            else:
                read |= {*node.input}
        return model, False


class NameNodes(Transformation):
    """A name for every node that has none: its type and its number."""

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        for n, node in enumerate(model.graph.node):
            if not node.name:
                node.name = f"{node.op_type}_{n}"
        return model, False


class ExplicitPads(Transformation):
    """auto_pad as pads: what it adds depends on the frame at stride 2, and must not."""

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        for node in model.graph.node:
            told = attribute(node, "auto_pad", "NOTSET")
            if told in ("NOTSET", ""):
                continue
            pads = [0, 0, 0, 0] if told == "VALID" else _same_pads(model, node, told)
            kept = [each for each in node.attribute if each.name not in ("auto_pad", "pads")]
            del node.attribute[:]
            node.attribute.extend(kept)
            node.attribute.add(name="pads", type=7, ints=pads)
        return model, False


class PlainNorms(Transformation):
    """BatchNormalization as Mul and Add of the numbers that it comes down to in float32.

    Trained scales are often chosen so that they are exact in float32, with its epsilon.
    """

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        for node in model.get_nodes_by_op_type("BatchNormalization"):
            held = [model.get_initializer(name) for name in node.input[1:5]]
            if any(each is None for each in held):
                raise FlowError(
                    f"BatchNormalization {node.name}: its scale, bias, mean and variance must be"
                    " constants"
                )
            scale, bias, mean, variance = (np.asarray(each, np.float32) for each in held)
            epsilon = np.float32(attribute(node, "epsilon", 1e-5))
            factor = scale / np.sqrt(variance + epsilon)
            summand = bias - mean * factor
            names = [f"{node.name}_{part}" for part in ("factor", "summand", "scaled")]
            for name, values in zip(names, (factor, summand), strict=False):
                model.set_initializer(name, values.reshape(-1, 1, 1))
            scaled = names[2]
            steps = [
                helper.make_node("Mul", [node.input[0], names[0]], [scaled], name=node.name),
                helper.make_node("Add", [scaled, names[1]], [node.output[0]], name=node.name),
            ]
            index = list(model.graph.node).index(node)
            model.graph.node.remove(node)
            for offset, step in enumerate(steps):
                model.graph.node.insert(index + offset, step)
        return model, False


def _shape_for_one(model: ModelWrapper, frames: int) -> None:
    """A leading axis of one frame in what nodes Reshape and Expand to, where it was of `frames`."""
    for node in model.graph.node:
        if node.op_type not in ("Reshape", "Expand"):
            continue
        shape = constant_of(model, node.input[1])
        if shape is not None and shape.size and shape[0] == frames:
            name = f"{node.output[0]}_shape"
            model.set_initializer(name, np.array([1, *shape[1:]], np.int64))
            node.input[1] = name


def _same_pads(model: ModelWrapper, node: NodeProto, told: str) -> list[int]:
    """top, left, bottom, right of SAME_UPPER or SAME_LOWER."""
    weights = model.get_tensor_shape(node.input[1]) if len(node.input) > 1 else None
    kernel = np.array(attribute(node, "kernel_shape", (weights or [])[2:]))
    strides = np.array(attribute(node, "strides", [1, 1]))
    dilations = np.array(attribute(node, "dilations", [1, 1]))
    sides = np.array(model.get_tensor_shape(node.input[0])[2:])
    span = dilations * (kernel - 1)
    if np.any(sides % strides):
        raise FlowError(
            f"{node.op_type} {node.name}: auto_pad {told} of a frame of {sides[1]}x{sides[0]}"
            f" pixels at strides {strides.tolist()} depends on the frame; write pads"
        )
    total = np.maximum(span + 1 - strides, 0)
    small = total // 2
    before = small if told == "SAME_UPPER" else total - small
    return [*before.tolist(), *(total - before).tolist()]
