# SPDX-License-Identifier: MIT
"""MatMul on windows becomes a dot product, of bits or of integers.

A bit b stands for 2b - 1, so the sum of +1 and -1 over N terms is d = 2p - N with the popcount p
that the hardware carries; whoever reads a TarsierXnorDot knows that. An integer dot product takes
integers i for values (i - zero) and so starts from the bias -zero * sum(weights).
"""

from collections.abc import Mapping

import numpy as np
from onnx import NodeProto
from qonnx.core.datatype import BaseDataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.base import Transformation

from tarsier_fpga.flow.lower.fixed import Fixed, fixed_of
from tarsier_fpga.flow.lower.quant import integer_type
from tarsier_fpga.flow.lower.rewrite import add_constant, hardware_node, take_over
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.kernels.int_dot import int_dot

__all__ = ["InferDots"]


class InferDots(Transformation):
    """TarsierWindow -> MatMul to TarsierXnorDot or TarsierIntDot."""

    def __init__(self, fixed: Mapping[str, Fixed]) -> None:
        super().__init__()
        self.fixed = fixed

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        for node in model.get_nodes_by_op_type("MatMul"):
            windows = node.input[0]
            weights = model.get_initializer(node.input[1]).T
            if np.any(weights != np.rint(weights)):
                raise FlowError(
                    f"MatMul {node.name}: its weights must pass a Quant or BipolarQuant"
                )
            pixels = model.find_producer(windows).input[0]
            source = model.find_producer(pixels)
            if source is not None and source.op_type == "TarsierSignThreshold":
                new = _xnor_dot(model, node, weights)
            else:
                zero = fixed_of(model, self.fixed, windows).zero
                new = _int_dot(model, node, weights, zero, integer_type(model, pixels))
            take_over(model, node, new)
        return model, False


def _xnor_dot(model: ModelWrapper, node: NodeProto, weights: np.ndarray) -> NodeProto:
    if np.any(np.abs(weights) != 1):
        bad = weights[np.abs(weights) != 1][0]
        raise FlowError(f"MatMul {node.name}: weight {bad:g} on bits must be -1 or +1")
    matrix = add_constant(model, weights, "BIPOLAR")
    inputs = [node.input[0], matrix]
    return hardware_node(model, "TarsierXnorDot", inputs, [node.output[0]], rows=len(weights))


def _int_dot(
    model: ModelWrapper, node: NodeProto, weights: np.ndarray, zero: int, x: BaseDataType
) -> NodeProto:
    matrix = weights.astype(np.int64)
    bias = -zero * matrix.sum(axis=1)
    width = int_dot(matrix, bias, x.bitwidth(), x.signed(), pe=1, simd=1).number("SumW")
    sums = f"INT{width}"
    inputs = [node.input[0], add_constant(model, matrix, "INT32"), add_constant(model, bias, sums)]
    return hardware_node(
        model,
        "TarsierIntDot",
        inputs,
        [node.output[0]],
        rows=len(matrix),
        outputDataType=sums,
    )
