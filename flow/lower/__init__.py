# SPDX-License-Identifier: MIT
"""The quantized NHWC network to a hardware graph of Tarsier ops on integers."""

from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.general import (
    GiveReadableTensorNames,
    GiveUniqueNodeNames,
    RemoveUnusedTensors,
)
from qonnx.transformation.infer_datatypes import InferDataTypes

from tarsier_fpga.flow.lower.act_table import InferActTable
from tarsier_fpga.flow.lower.dots import InferDots
from tarsier_fpga.flow.lower.fixed import track_fixed
from tarsier_fpga.flow.lower.forks import InsertForks
from tarsier_fpga.flow.lower.quant import InferRequant, InferResidualAdd
from tarsier_fpga.flow.lower.window import InferWindow
from tarsier_fpga.flow.ops.register import DOMAIN
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["lower"]


def lower(model: ModelWrapper) -> ModelWrapper:
    """The hardware graph of `model`, which `ingest` prepared, at one pixel per cycle.

    Raises:
        FlowError: a scale is no power of two, or a node fits no kernel; the sentence names it. Or
            frames come out otherwise than they go in.
    """
    fixed = track_fixed(model)
    for infer in (InferWindow, InferDots, InferActTable, InferRequant, InferResidualAdd):
        model = model.transform(infer(fixed))
    for node in model.graph.node:
        if node.domain != DOMAIN:
            raise FlowError(f"{node.op_type} {node.name}: no kernel computes it where it stands")
    # Names that the passes made up are random; the last step makes equal networks equal bytes.
    for step in (
        InsertForks(),
        InferDataTypes(),
        RemoveUnusedTensors(),
        GiveUniqueNodeNames(),
        GiveReadableTensorNames(),
    ):
        model = model.transform(step)
    _check_ports(model)
    return model


def _check_ports(model: ModelWrapper) -> None:
    """What stands behind a design reads its frames as it writes them."""
    given, made = (
        (model.get_tensor_datatype(port.name).name, model.get_tensor_shape(port.name))
        for port in (model.graph.input[0], model.graph.output[0])
    )
    if made != given:
        raise FlowError(
            f"frames {given[1]} of {given[0]} go in and {made[1]} of {made[0]} come out; only"
            " networks that give what they take can be built"
        )
