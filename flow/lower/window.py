# SPDX-License-Identifier: MIT
"""Pad and Im2Col become a window; a sign between them moves in front of it.

The network pads its residual with 0 and then takes the sign, so outside the frame the bits are the
constants sign(0 + b). Hardware takes the sign first, once per pixel, and pads with those bits.
"""

from collections.abc import Mapping

import numpy as np
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from qonnx.transformation.base import Transformation

from tarsier_fpga.flow.lower.fixed import Fixed, fixed_of
from tarsier_fpga.flow.lower.quant import integer_type
from tarsier_fpga.flow.lower.rewrite import (
    add_constant,
    add_tensor,
    hardware_node,
    integer_source,
    remove_dead,
    take_over,
)
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["InferWindow"]


class InferWindow(Transformation):
    """Pad -> [Add ->] [BipolarQuant ->] Im2Col to [TarsierSignThreshold ->] TarsierWindow."""

    def __init__(self, fixed: Mapping[str, Fixed]) -> None:
        super().__init__()
        self.fixed = fixed

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        for node in model.get_nodes_by_op_type("Im2Col"):
            between, pad = _up_to_pad(model, node)
            inside = fixed_of(model, self.fixed, pad.input[0])
            x = integer_source(model, pad.input[0])
            channels = model.get_tensor_shape(x)[-1]
            if not between:
                outside = np.full(channels, inside.zero)
                new = []
            else:
                shift = _shift(model, between, channels)
                outside = shift >= 0
                levels = _thresholds(model, x, inside, shift)
                bits = add_tensor(model, model.get_tensor_shape(x))
                new = [hardware_node(model, "TarsierSignThreshold", [x, levels], [bits])]
                x = bits
            frame = add_constant(model, outside, "INT32")
            facts, written = _geometry(node), [node.output[0]]
            new.append(hardware_node(model, "TarsierWindow", [x, frame], written, **facts))
            take_over(model, node, *new)
        remove_dead(model)
        return model, False


def _up_to_pad(model: ModelWrapper, node: NodeProto) -> tuple[list[NodeProto], NodeProto]:
    """The nodes between a Pad and the Im2Col `node`, from the Pad on, and the Pad."""
    between: list[NodeProto] = []
    above = model.find_producer(node.input[0])
    while above is not None and above.op_type != "Pad":
        between.insert(0, above)
        above = model.find_producer(above.input[0])
    kinds = [step.op_type for step in between]
    if above is None or kinds not in ([], ["BipolarQuant"], ["Add", "BipolarQuant"]):
        steps = " -> ".join([*kinds, f"Conv at {node.name}"])
        raise FlowError(
            f"{steps}: a convolution needs Pad, [Add, BipolarQuant] before it, in this order"
        )
    pads = model.get_initializer(above.input[1]).tolist()
    geometry = _geometry(node)
    border = geometry["dilation"] * (geometry["kernel"] - 1) // 2
    if pads != [0, border, border, 0] * 2 or _pad_value(model, above) != 0:
        raise FlowError(
            f"Pad {above.name}: pads {pads} (NHWC) must keep the frame's size:"
            f" {border} of zeros on each side"
        )
    return between, above


def _geometry(im2col: NodeProto) -> dict[str, int]:
    """The kernel and the dilation, which `ingest` has seen to be the same both ways."""
    op = getCustomOp(im2col)
    return {
        "kernel": op.get_nodeattr("kernel_size")[0],
        "dilation": op.get_nodeattr("dilations")[0],
    }


def _pad_value(model: ModelWrapper, pad: NodeProto) -> float:
    given = len(pad.input) > 2 and pad.input[2]
    return float(model.get_initializer(pad.input[2])) if given else 0.0


def _shift(model: ModelWrapper, between: list[NodeProto], channels: int) -> np.ndarray:
    """What is added before the sign, per channel."""
    shift = model.get_initializer(between[0].input[1]) if len(between) == 2 else np.zeros(1)
    return np.broadcast_to(shift.ravel().astype(np.float64), channels)


def _thresholds(model: ModelWrapper, x: str, inside: Fixed, shift: np.ndarray) -> str:
    """Least integers i with (i - zero) * 2^e + shift >= 0, where the sign becomes +1."""
    levels = np.ceil(inside.zero - np.ldexp(shift, -inside.exponent))
    datatype = integer_type(model, x)
    if not datatype.signed():
        raise FlowError(f"the sign of {x}: it must be of a signed Quant, not of {datatype.name}")
    # A level beyond the range of x means always or never; one past either end says the same.
    return add_constant(model, np.clip(levels, datatype.min(), datatype.max() + 1), "INT32")
