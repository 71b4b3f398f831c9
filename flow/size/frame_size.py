# SPDX-License-Identifier: MIT
"""The size of the frames a hardware graph works on; no weight depends on it."""

from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.ops.base import TarsierOp

__all__ = ["set_frame"]


def set_frame(model: ModelWrapper, height: int, width: int) -> ModelWrapper:
    """`model`, which has no FIFOs yet, for frames of `height` x `width` packed pixels."""
    for node in model.graph.node:
        op = getCustomOp(node)
        if isinstance(op, TarsierOp):
            op.set_nodeattr("frame", [height, width])
        else:
            shape = [1, height, width, op.get_normal_input_shape()[-1]]
            op.set_nodeattr("inShape", shape)
            op.set_nodeattr("outShape", shape)
        for name in node.output:
            model.set_tensor_shape(name, list(op.get_normal_output_shape()))
    source = model.graph.input[0].name
    model.set_tensor_shape(source, [1, height, width, model.get_tensor_shape(source)[-1]])
    return model
