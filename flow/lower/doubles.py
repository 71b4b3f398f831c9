# SPDX-License-Identifier: MIT
"""A network, or some nodes of one, executed in double precision.

What a quantized network means is exact: integers times scales. Float32 loses it where sums pass
2^24 or where a scale is no power of two; doubles hold 53 bits, and what is rounded there is far
from what a quantizer's rounding could see. ONNX' reference implementation executes the standard
nodes, qonnx' own functions the quantizers, so that no reading of ours is in it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.general.intquant import int_quant

__all__ = ["Doubles", "compile_nodes", "constant_nodes", "constant_of"]


class Quant(OpRun):
    """qonnx' integer quantizer."""

    op_domain = "qonnx.custom_op.general"

    def _run(
        self,
        x: np.ndarray,
        scale: np.ndarray,
        zero_point: np.ndarray,
        bits: np.ndarray,
        signed: int = 1,
        narrow: int = 0,
        rounding_mode: str = "ROUND",
    ) -> tuple[np.ndarray]:
        return (int_quant(x, scale, zero_point, bits, signed, narrow, rounding_mode),)


class IntQuant(Quant):
    """Quant by its newer name."""


class BipolarQuant(OpRun):
    """+scale where x >= 0, -scale elsewhere."""

    op_domain = "qonnx.custom_op.general"

    def _run(self, x: np.ndarray, scale: np.ndarray) -> tuple[np.ndarray]:
        return (np.where(x >= 0, 1.0, -1.0) * scale,)


class Resize(OpRun):
    """ONNX' Resize by its definition, axis by axis; that of ONNX' own takes a call for each pixel.

    Of the modes nearest and linear, and the placings that are linear.
    """

    def _run(
        self,
        x: np.ndarray,
        roi: np.ndarray | None = None,
        scales: np.ndarray | None = None,
        sizes: np.ndarray | None = None,
        coordinate_transformation_mode: str = "half_pixel",
        mode: str = "nearest",
        nearest_mode: str = "round_prefer_floor",
        **others: object,
    ) -> tuple[np.ndarray]:
        given = scales is not None and scales.size
        for axis in range(x.ndim):
            if given and scales is not None:
                scale = float(scales[axis])
                length = int(np.floor(x.shape[axis] * scale))
            else:
                assert sizes is not None
                length = int(sizes[axis])
                scale = length / x.shape[axis]
            if length != x.shape[axis]:
                place = _PLACES[coordinate_transformation_mode](np.arange(length), scale)
                x = _resized(x, axis, place, nearest_mode if mode == "nearest" else None)
        return (x,)


_Places = Callable[..., np.ndarray]
_PLACES: dict[str, _Places] = {
    "asymmetric": lambda i, scale: i / scale,
    "half_pixel": lambda i, scale: (i + 0.5) / scale - 0.5,
    "pytorch_half_pixel": lambda i, scale: (i + 0.5) / scale - 0.5,
}
_NEAREST: dict[str, _Places] = {
    "floor": np.floor,
    "ceil": np.ceil,
    "round_prefer_floor": lambda place: np.ceil(place - 0.5),
    "round_prefer_ceil": lambda place: np.floor(place + 0.5),
}


def _resized(x: np.ndarray, axis: int, place: np.ndarray, nearest: str | None) -> np.ndarray:
    """`x` at each `place` along `axis`, the frame's last pixels repeated outside."""
    last = x.shape[axis] - 1

    def at(index: np.ndarray) -> np.ndarray:
        return x.take(np.clip(index, 0, last).astype(np.int64), axis)

    if nearest is not None:
        return at(_NEAREST[nearest](place))
    below = np.floor(place)
    share = (place - below).reshape([-1 if each == axis else 1 for each in range(x.ndim)])
    return (1 - share) * at(below) + share * at(below + 1)


class ScatterND(OpRun):
    """ONNX' ScatterND, of all places at once."""

    def _run(
        self, data: np.ndarray, indices: np.ndarray, updates: np.ndarray, reduction: str = "none"
    ) -> tuple[np.ndarray]:
        if reduction != "none":
            raise NotImplementedError(f"ScatterND that reduces by {reduction}")
        made = data.astype(updates.dtype)
        made[tuple(np.moveaxis(indices, -1, 0))] = updates
        return (made,)


class DequantizeLinear(OpRun):
    """ONNX' DequantizeLinear, of which ONNX' own are of some opsets only; blocks are not done."""

    def _run(
        self,
        x: np.ndarray,
        scale: np.ndarray,
        zero_point: np.ndarray | None = None,
        axis: int = 1,
        block_size: int = 0,
        output_dtype: int | None = None,
    ) -> tuple[np.ndarray]:
        zero = np.zeros(1) if zero_point is None else np.asarray(zero_point, np.float64)
        sides = [-1 if each == axis % x.ndim else 1 for each in range(x.ndim)]
        step, start = (each if each.size == 1 else each.reshape(sides) for each in (scale, zero))
        return ((np.asarray(x, np.float64) - start) * step,)


_OPS = [Quant, IntQuant, BipolarQuant, Resize, ScatterND, DequantizeLinear]


class Doubles:
    """`model`, whose floats are doubles: frames (1, C, H, W) in and out, by their names."""

    def __init__(self, model: ModelProto) -> None:
        copy = ModelProto()
        copy.CopyFrom(model)
        for tensor in copy.graph.initializer:
            if tensor.data_type == TensorProto.FLOAT:
                values = numpy_helper.to_array(tensor).astype(np.float64)
                tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
        empty = {each.name for each in copy.graph.initializer if 0 in each.dims}
        for node in copy.graph.node:
            _widen_constant(node)
            if node.op_type == "Resize":  # an input of no size stands for one that is not given
                node.input[:] = ["" if name in empty else name for name in node.input]
        # The attribute of a node's type would narrow again what the tensors hold.
        del copy.graph.value_info[:]
        known = {entry.domain for entry in copy.opset_import}
        for domain in sorted({node.domain for node in copy.graph.node} - known):
            copy.opset_import.append(helper.make_opsetid(domain, 1))  # some writers leave it out
        self.inputs = [each.name for each in copy.graph.input]
        self._outputs = [output.name for output in copy.graph.output]
        self._evaluator = ReferenceEvaluator(copy, new_ops=_OPS)

    def run(self, frames: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        feeds = {name: np.asarray(frame, np.float64) for name, frame in frames.items()}
        return dict(zip(self._outputs, self._evaluator.run(None, feeds), strict=True))


def compile_nodes(
    model: ModelWrapper, nodes: Sequence[NodeProto], source: str, result: str | None = None
) -> Doubles:
    """`nodes` of `model` alone, from the tensor `source` to `result`, else the last one's first.

    Their other inputs are constants of `model`.
    """
    names = {name for node in nodes for name in node.input} - {source}
    held = [tensor for tensor in model.graph.initializer if tensor.name in names]
    result = result or nodes[-1].output[0]
    graph = helper.make_graph(nodes, "nodes", [_double(source)], [_double(result)], held)
    return Doubles(helper.make_model(graph, opset_imports=model.model.opset_import))


def constant_of(model: ModelWrapper, tensor: str) -> np.ndarray | None:
    """The values of `tensor`, which constants make, perhaps by nodes; None if a frame does.

    >>> from qonnx.util.basic import qonnx_make_model
    >>> graph = helper.make_graph([], "nothing", [], [])
    >>> constant_of(ModelWrapper(qonnx_make_model(graph)), "x") is None
    True
    """
    held = model.get_initializer(tensor)
    if held is not None:
        return held.astype(np.float64) if held.dtype == np.float32 else held
    nodes = constant_nodes(model, tensor)
    if not nodes:
        return None
    names = {name for node in nodes for name in node.input}
    held = [each for each in model.graph.initializer if each.name in names]
    graph = helper.make_graph(nodes, "constant", [], [_double(tensor)], held)
    return Doubles(helper.make_model(graph, opset_imports=model.model.opset_import)).run({})[tensor]


def constant_nodes(model: ModelWrapper, tensor: str) -> list[NodeProto]:
    """The nodes that make `tensor` out of constants alone; none if a frame has a part in it."""
    made = {tensor.name for tensor in model.graph.initializer}
    writers = {name: node for node in model.graph.node for name in node.output}
    found: list[NodeProto] = []
    known: dict[str, bool] = {}

    def is_constant(name: str) -> bool:
        if not name or name in made:
            return True
        if name not in known:
            node = writers.get(name)
            known[name] = node is not None and all(map(is_constant, node.input))
            if known[name] and node is not None:
                found.append(node)
        return known[name]

    return found if is_constant(tensor) else []


def _double(name: str) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.DOUBLE, None)


def _widen_constant(node: NodeProto) -> None:
    for attribute in node.attribute:
        if attribute.t.data_type == TensorProto.FLOAT:
            values = numpy_helper.to_array(attribute.t).astype(np.float64)
            attribute.t.CopyFrom(numpy_helper.from_array(values))
