# SPDX-License-Identifier: MIT
"""The size of the frames a hardware graph works on; no weight depends on it."""

from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.lower.ingest import net_facts
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["check_frame", "set_frame"]


def set_frame(model: ModelWrapper, height: int, width: int) -> ModelWrapper:
    """`model`, which has no FIFOs yet, for frames of `height` x `width` packed pixels.

    Raises:
        FlowError: the frame is smaller than what one pixel depends on.
    """
    check_frame(model, height, width)
    for node in model.graph.node:
        op = getCustomOp(node)
        if node.op_type.startswith("Tarsier"):
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


def check_frame(model: ModelWrapper, height: int, width: int, step: int = 2) -> None:
    """Raise FlowError if a frame is smaller than what one pixel depends on.

    It is told in pixels before packing, of which `step` are one, each way.
    """
    facts = net_facts(model)
    least = 2 * facts.radius + 1
    if min(height, width) < least:
        raise FlowError(
            f"{facts.name}: a frame of {step * width}x{step * height} pixels is too small,"
            f" it needs at least {step * least}x{step * least}"
        )
