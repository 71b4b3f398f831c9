# SPDX-License-Identifier: MIT
"""Everything between a binary dot product and its Quant becomes one table per channel.

The chain of scale, shifts, slopes and rounding is a function of one small integer, the popcount. It
is not analysed but executed, by QONNX itself, on every popcount there is: the table cannot differ.
"""

from collections.abc import Mapping

import numpy as np
from onnx import NodeProto, TensorProto, helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.base import Transformation
from qonnx.transformation.infer_shapes import InferShapes
from qonnx.util.basic import qonnx_make_model

from tarsier_fpga.flow.lower.fixed import Fixed, scale_exponent
from tarsier_fpga.flow.lower.quant import quant_type
from tarsier_fpga.flow.lower.rewrite import add_constant, hardware_node, remove_dead, take_over

__all__ = ["InferActTable"]


class InferActTable(Transformation):
    """TarsierXnorDot -> elementwise chain -> Quant to TarsierXnorDot -> TarsierActTable."""

    def __init__(self, fixed: Mapping[str, Fixed]) -> None:
        super().__init__()
        self.fixed = fixed

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        for quant in model.get_nodes_by_op_type("Quant"):
            chain = _chain_to_dot(model, quant)
            if chain is None:
                continue
            popcounts = chain[0].input[0]
            dot = model.find_producer(popcounts)
            terms = model.get_tensor_shape(dot.input[0])[-1]
            sums = np.ldexp(2.0 * np.arange(terms + 1) - terms, self.fixed[popcounts].exponent)
            levels = np.ldexp(_execute(model, chain, sums), -scale_exponent(model, quant))
            datatype = quant_type(model, quant)
            table = add_constant(model, levels, datatype.name)
            new = hardware_node(
                model,
                "TarsierActTable",
                [popcounts, table],
                [quant.output[0]],
                outputDataType=datatype.name,
            )
            take_over(model, quant, new)
        remove_dead(model)
        return model, False


def _chain_to_dot(model: ModelWrapper, quant: NodeProto) -> list[NodeProto] | None:
    """The nodes after a TarsierXnorDot up to `quant`, or None where something else feeds it."""
    chain = [quant]
    above = model.find_producer(quant.input[0])
    while above is not None and above.op_type in ("Add", "Mul", "PRelu", "Relu", "Sub"):
        if any(model.get_initializer(name) is None for name in above.input[1:]):
            return None  # two streams meet, so its results are of no single integer
        chain.insert(0, above)
        above = model.find_producer(above.input[0])
    return chain if above is not None and above.op_type == "TarsierXnorDot" else None


def _execute(model: ModelWrapper, chain: list[NodeProto], values: np.ndarray) -> np.ndarray:
    """(channels, len(values)): what `chain` makes of each value in each channel."""
    channels = model.get_tensor_shape(chain[0].input[0])[-1]
    shape = (1, 1, values.size, channels)
    source, result = chain[0].input[0], chain[-1].output[0]
    constants = [tensor for node in chain for tensor in node.input[1:]]
    graph = helper.make_graph(
        chain,
        "chain",
        [helper.make_tensor_value_info(source, TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(result, TensorProto.FLOAT, shape)],
    )
    alone = ModelWrapper(qonnx_make_model(graph))
    for name in constants:
        alone.set_initializer(name, model.get_initializer(name))
    alone = alone.transform(InferShapes())
    frame = np.broadcast_to(values[:, None], shape).astype(np.float32)
    return execute_onnx(alone, {source: frame})[result][0, 0].T
