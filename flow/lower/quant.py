# SPDX-License-Identifier: MIT
"""Quant on integers: a shift after an integer dot product, a saturating add after two streams."""

from collections.abc import Mapping

import numpy as np
from onnx import NodeProto
from qonnx.core.datatype import BaseDataType, DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from qonnx.transformation.base import Transformation

from tarsier_fpga.flow.lower.fixed import Fixed, fixed_of, scale_exponent
from tarsier_fpga.flow.lower.rewrite import hardware_node, integer_source, remove_dead, take_over
from tarsier_fpga.flow.ops.register import DOMAIN
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["InferRequant", "InferResidualAdd", "integer_type", "quant_type"]


class InferRequant(Transformation):
    """TarsierIntDot -> [Mul ->] [Relu ->] Quant to TarsierIntDot -> TarsierRequant."""

    def __init__(self, fixed: Mapping[str, Fixed]) -> None:
        super().__init__()
        self.fixed = fixed

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        for quant in model.get_nodes_by_op_type("Quant"):
            sums, rectified = _up_to_int_dot(model, quant.input[0])
            if sums is None:
                continue
            before = fixed_of(model, self.fixed, quant.input[0])
            shift = scale_exponent(model, quant) - before.exponent
            if shift < 0 or before.zero:
                raise FlowError(
                    f"Quant {quant.name}: scale 2^{before.exponent + shift} must be no finer than"
                    f" its input's 2^{before.exponent}, and nothing added between"
                )
            datatype = quant_type(model, quant)
            new = hardware_node(
                model,
                "TarsierRequant",
                [sums],
                [quant.output[0]],
                shift=shift,
                floor=max(0, int(datatype.min())) if rectified else int(datatype.min()),
                ceiling=int(datatype.max()),
                outputDataType=datatype.name,
            )
            take_over(model, quant, new)
        remove_dead(model)
        return model, False


class InferResidualAdd(Transformation):
    """Add of two streams -> Quant to TarsierResidualAdd, the older stream first."""

    def __init__(self, fixed: Mapping[str, Fixed]) -> None:
        super().__init__()
        self.fixed = fixed

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        for quant in model.get_nodes_by_op_type("Quant"):
            add = model.find_producer(quant.input[0])
            if (
                add is None
                or add.op_type != "Add"
                or model.get_initializer(add.input[1]) is not None
            ):
                continue
            forms = [fixed_of(model, self.fixed, tensor) for tensor in add.input]
            form = Fixed(scale_exponent(model, quant))
            if forms != [form, form]:
                scales = ", ".join(f"2^{f.exponent}" for f in forms)
                raise FlowError(
                    f"Add {add.name}: its streams have scales {scales} and its Quant"
                    f" 2^{form.exponent}; the three must be the same, with nothing subtracted"
                )
            streams = _older_first(model, [integer_source(model, name) for name in add.input])
            if not integer_type(model, streams[1]).signed():
                raise FlowError(f"Add {add.name}: the branch that joins must be of a signed Quant")
            datatype = quant_type(model, quant)
            new = hardware_node(
                model,
                "TarsierResidualAdd",
                streams,
                [quant.output[0]],
                floor=int(datatype.min()),
                ceiling=int(datatype.max()),
                outputDataType=datatype.name,
            )
            take_over(model, quant, new)
        remove_dead(model)
        return model, False


def quant_type(model: ModelWrapper, node: NodeProto) -> BaseDataType:
    """The integer type that Quant `node` saturates to.

    Raises:
        FlowError: it has a zero point or a narrow range, or rounds other than half to even.
    """
    quant = getCustomOp(node)
    zero, bits = (np.unique(model.get_initializer(name)) for name in node.input[2:4])
    mode, narrow = quant.get_nodeattr("rounding_mode"), quant.get_nodeattr("narrow")
    fits = bits.size == 1 and 2 <= bits[0] <= 24 and bits[0] == int(bits[0])
    if not fits or np.any(zero != 0) or mode not in ("ROUND", "HALF_EVEN") or narrow:
        shown = [", ".join(f"{value:g}" for value in values) for values in (bits, zero)]
        raise FlowError(
            f"Quant {node.name}: {shown[0]} bits, zero point {shown[1]}, {mode}, narrow={narrow}"
            " must be 2 to 24 bits, zero point 0, ROUND, narrow=0"
        )
    return DataType[f"{'INT' if quant.get_nodeattr('signed') else 'UINT'}{int(bits[0])}"]


def integer_type(model: ModelWrapper, tensor: str) -> BaseDataType:
    """The type of the integers in `tensor`: a Quant's, lowered or not, or the network's input.

    Raises:
        FlowError: some other node writes it.
    """
    producer = model.find_producer(tensor)
    if producer is None:
        return model.get_tensor_datatype(tensor)
    if producer.op_type == "Quant":
        return quant_type(model, producer)
    if producer.domain == DOMAIN:
        return getCustomOp(producer).get_output_datatype()
    raise FlowError(f"{producer.op_type} {producer.name}: no kernel computes it where it stands")


def _up_to_int_dot(model: ModelWrapper, tensor: str) -> tuple[str | None, bool]:
    """The sums behind `tensor`, if it comes from an integer dot product, and if a Relu follows."""
    rectified = False
    node = model.find_producer(tensor)
    while node is not None and node.op_type in ("Add", "Mul", "Relu", "Sub"):
        rectified |= node.op_type == "Relu"
        tensor = node.input[0]
        node = model.find_producer(tensor)
    found = node is not None and node.op_type == "TarsierIntDot"
    return (tensor if found else None), rectified


def _older_first(model: ModelWrapper, tensors: list[str]) -> list[str]:
    """The skip connection is written before the branch it skips."""
    order = {tensor: i for i, node in enumerate(model.graph.node) for tensor in node.output}
    return sorted(tensors, key=lambda tensor: order.get(tensor, -1))
