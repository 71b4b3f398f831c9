# SPDX-License-Identifier: MIT
"""A QONNX network as a PyTorch module that compiles: what a GPU would be given to run.

In float32 it computes the very integers of the hardware, since every tensor is an integer times a
power of two. In half precision codes and sums are rounded, which its PSNR shows.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from onnx import NodeProto, helper, numpy_helper
from qonnx.core.modelwrapper import ModelWrapper
from torch import Tensor, fx, nn

from tarsier_fpga.hls.base.errors import HostError

__all__ = ["onnx_net"]


def onnx_net(model: ModelWrapper) -> fx.GraphModule:
    """(B, C, H, W) codes in, (B, C, H, W) codes out, in the precision that the module is cast to.

    Raises:
        HostError: a node is not among those that Tarsier exports.
    """
    constants = {
        tensor.name: torch.tensor(np.array(numpy_helper.to_array(tensor)))
        for tensor in model.graph.initializer
    }
    graph, held = fx.Graph(), nn.Module()
    streams = {model.graph.input[0].name: graph.placeholder("codes")}
    for node in model.graph.node:
        work, operands, settings = _operation(node, constants)
        if not any(name in streams for name in operands):  # a weight, quantised once, here
            values = [constants[name] for name in operands]
            constants[node.output[0]] = work(*values, *settings)
            continue
        arguments = []
        for name in operands:
            if name not in streams:
                buffer = f"constant_{len(streams)}"
                held.register_buffer(buffer, constants[name])
                streams[name] = graph.get_attr(buffer)
            arguments.append(streams[name])
        streams[node.output[0]] = graph.call_function(work, (*arguments, *settings))
    graph.output(streams[model.graph.output[0].name])
    return fx.GraphModule(held, graph).eval()


def _operation(
    node: NodeProto, constants: dict[str, Tensor]
) -> tuple[Callable[..., Tensor], Sequence[str], Sequence[Any]]:
    """What computes `node`, the names of the tensors it takes, and its settings."""
    x, *rest = (name for name in node.input if name)
    match node.op_type:
        case "Add":
            return torch.add, (x, *rest), ()
        case "Sub":
            return torch.sub, (x, *rest), ()
        case "Mul":
            return torch.mul, (x, *rest), ()
        case "Relu":
            return F.relu, (x,), ()
        case "PRelu":
            return _prelu, (x, *rest), ()
        case "Pad":
            mode = _attribute(node, "mode", b"constant").decode()
            if mode != "constant" or (rest[1:] and constants[rest[1]].item()):
                raise HostError(f"Pad {node.name}: mode {mode} must be constant, of zeros")
            before, after = constants[rest[0]].view(2, -1).flip(1).tolist()
            return (
                F.pad,
                (x,),
                ([edge for ends in zip(before, after, strict=True) for edge in ends],),
            )
        case "Conv":
            return _convolved, (x, *rest), _geometry(node)
        case "BipolarQuant":
            return _sign, (x,), (_scalar(node, constants[rest[0]]),)
        case "Quant":
            scale, zero, bits = (_scalar(node, constants[name]) for name in rest)
            if zero:
                raise HostError(f"Quant {node.name}: zero point {zero:g} must be 0")
            rounding = _attribute(node, "rounding_mode", b"ROUND").decode()
            if rounding not in ("ROUND", "HALF_EVEN"):
                raise HostError(f"Quant {node.name}: rounding_mode {rounding} must be ROUND")
            signed, narrow = (_attribute(node, name, 0) for name in ("signed", "narrow"))
            span = 2.0**bits
            low = -span / 2 if signed else 0.0
            high = low + span - 1
            ends = (low + bool(narrow), high) if signed else (low, high - bool(narrow))
            return _quantized, (x,), (scale, *ends)
    raise HostError(f"{node.op_type} {node.name}: not among the nodes that Tarsier exports")


def _geometry(node: NodeProto) -> tuple[list[int], list[int], list[int], int]:
    """Zeros around the frame, as F.pad wants them, strides, dilations and groups of a Conv."""
    automatic = _attribute(node, "auto_pad", b"NOTSET").decode()
    if automatic not in ("NOTSET", "VALID"):
        raise HostError(f"Conv {node.name}: auto_pad {automatic} must be written as pads")
    top, left, bottom, right = _attribute(node, "pads", [0, 0, 0, 0])
    strides, dilations = (_attribute(node, name, [1, 1]) for name in ("strides", "dilations"))
    return [left, right, top, bottom], strides, dilations, _attribute(node, "group", 1)


def _convolved(x: Tensor, weights: Tensor, *rest: Any) -> Tensor:
    """`rest` is the bias, where there is one, and the four of `_geometry`."""
    *bias, pads, strides, dilations, groups = rest
    if any(pads):
        x = F.pad(x, pads)
    return F.conv2d(x, weights, bias[0] if bias else None, strides, 0, dilations, groups)


def _prelu(x: Tensor, slope: Tensor) -> Tensor:
    return torch.where(x > 0, x, x * slope)


def _sign(x: Tensor, scale: float) -> Tensor:
    return torch.where(x >= 0, scale, -scale).to(x.dtype)


def _quantized(x: Tensor, scale: float, low: float, high: float) -> Tensor:
    return (x / scale).round().clamp(low, high) * scale


def _scalar(node: NodeProto, constant: Tensor) -> float:
    if constant.numel() != 1:
        raise HostError(f"{node.op_type} {node.name}: a scale for each channel is not supported")
    return float(constant)


def _attribute(node: NodeProto, name: str, otherwise: Any = None) -> Any:
    """That of `node`, or what it is where nothing is said."""
    found = (helper.get_attribute_value(a) for a in node.attribute if a.name == name)
    return next(found, otherwise)
