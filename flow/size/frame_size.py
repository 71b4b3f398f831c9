# SPDX-License-Identifier: MIT
"""The size of the frames a hardware graph works on; no weight depends on it."""

from collections.abc import Mapping

from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.ops.base import TarsierOp, whole_frames
from tarsier_fpga.hls.base.errors import FlowError, KernelError

__all__ = ["set_frame"]


def set_frame(model: ModelWrapper, height: int, width: int) -> ModelWrapper:
    """`model`, which has no FIFOs yet, for first inputs of `height` x `width` pixels.

    Every node gets the frame that the ones before it make.

    Raises:
        FlowError: a kernel does not exist for the frame that it would get, or frames of two sizes
            meet in one.
    """
    sizes: dict[str, tuple[int, int]] = {}
    for tensor, port in zip(model.graph.input, net_of(model).read, strict=True):
        rows, columns, channels = port.shape(height, width)
        sizes[tensor.name] = rows, columns
        model.set_tensor_shape(tensor.name, [1, rows, columns, channels])
    for node in model.graph.node:
        frame = _frame(node, sizes)
        op = getCustomOp(node)
        if isinstance(op, TarsierOp):
            op.set_nodeattr("frame", list(frame))
            try:
                made = op.frame_out()
                op.instance(model)
            except KernelError as error:
                raise FlowError(
                    f"{node.name}: frames of {width}x{height} pixels do not fit: {error}"
                ) from None
        else:
            shape = [1, *frame, op.get_normal_input_shape()[-1]]
            op.set_nodeattr("inShape", shape)
            op.set_nodeattr("outShape", shape)
            made = frame
        for n, name in enumerate(node.output):
            sizes[name] = made
            model.set_tensor_shape(name, list(op.get_normal_output_shape(n)))
    return model


def _frame(node: NodeProto, sizes: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """Rows and columns of what `node` reads."""
    streams = [sizes[name] for name in node.input if name in sizes]
    met = set(whole_frames(node, streams))
    if len(met) > 1:
        told = " and ".join(f"{columns}x{rows}" for rows, columns in sorted(met))
        raise FlowError(
            f"{node.name}: frames of {told} pixels meet in it, so the network does not take frames"
            " of this size; sides that are whole multiples of all its scales fit"
        )
    return met.pop()
