# SPDX-License-Identifier: MIT
"""Which integers a tensor of the quantized network really holds.

Every edge that becomes hardware carries value = (integer - zero) * 2^exponent. `zero` is 0 but for
the network's input, whose black level is subtracted before the first convolution; that convolution
takes the raw codes and accounts for `zero` in its bias and its padding.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["Fixed", "exponent_of", "fixed_of", "scale_exponent", "track_fixed"]


@dataclass(frozen=True, slots=True)
class Fixed:
    """value = (integer - zero) * 2^exponent."""

    exponent: int
    zero: int = 0


def track_fixed(model: ModelWrapper) -> dict[str, Fixed]:
    """The fixed-point form of every tensor of the NHWC network that has one.

    A tensor between a convolution and the next Quant may have none (a learned scale, a slope);
    whoever needs one there asks `fixed_of`, which names the node that lost it.

    Raises:
        FlowError: the scale of a quantizer is no power of two.
    """
    found = {model.graph.input[0].name: Fixed(0)}
    for node in model.graph.node:
        fixed = _after(node, model, found.get(node.input[0]))
        if fixed is not None:
            found[node.output[0]] = fixed
    return found


def fixed_of(model: ModelWrapper, found: Mapping[str, Fixed], tensor: str) -> Fixed:
    """The fixed-point form of `tensor`.

    Raises:
        FlowError: it has none; the sentence names the node after which there is none.
    """
    while tensor not in found:
        node = model.find_producer(tensor)
        if node.input[0] in found:
            raise FlowError(
                f"{node.op_type} {node.name}: its results must be integers times one power of two"
            )
        tensor = node.input[0]
    return found[tensor]


def scale_exponent(model: ModelWrapper, node: NodeProto) -> int:
    """log2 of the scale, input 1, of `node`.

    Raises:
        FlowError: it is not the same power of two for all channels.
    """
    scales = np.unique(model.get_initializer(node.input[1]))
    exponent = _common_exponent(scales)
    if exponent is None:
        shown = ", ".join(f"{scale:g}" for scale in scales[:4])
        raise FlowError(f"{node.op_type} {node.name}: scale {shown} must be one power of two")
    return exponent


def exponent_of(value: float) -> int | None:
    """log2 of `value` if that is an integer.

    >>> exponent_of(0.25), exponent_of(0.3), exponent_of(-1.0)
    (-2, None, None)
    """
    fraction, exponent = np.frexp(value)
    return int(exponent) - 1 if fraction == 0.5 else None


def _after(node: NodeProto, model: ModelWrapper, x: Fixed | None) -> Fixed | None:
    match node.op_type:
        case "Quant" | "BipolarQuant":
            return Fixed(scale_exponent(model, node))
        case _ if x is None:
            return None
        case "Pad" | "Im2Col" | "Relu":
            return x
        case "MatMul":
            return Fixed(x.exponent)
        case "Mul":
            exponent = _common_exponent(np.unique(model.get_initializer(node.input[1])))
            if exponent is not None:
                return Fixed(x.exponent + exponent, x.zero)
        case "Sub" | "Add":
            return _moved(node, model.get_initializer(node.input[1]), x)
    return None


def _common_exponent(scales: np.ndarray) -> int | None:
    """log2 of all `scales`, if that is one integer."""
    exponents = {exponent_of(scale) for scale in scales}
    return exponents.pop() if len(exponents) == 1 else None


def _moved(node: NodeProto, constant: np.ndarray | None, x: Fixed) -> Fixed | None:
    if constant is None or constant.size != 1:
        return None
    steps = float(constant.item()) * 2.0**-x.exponent
    if not steps.is_integer():
        return None
    return Fixed(x.exponent, x.zero + int(steps if node.op_type == "Sub" else -steps))
