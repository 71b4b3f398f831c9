# SPDX-License-Identifier: MIT
"""Chains of standard operators that round to integers and scale back."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from onnx import NodeProto, TensorProto
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower.attributes import attribute
from tarsier_fpga.flow.lower.doubles import constant_of

__all__ = ["Chain", "Chains", "spread_along"]

_ENDS = {
    TensorProto.UINT8: (0, 255),
    TensorProto.INT8: (-128, 127),
    TensorProto.UINT16: (0, 65535),
    TensorProto.INT16: (-32768, 32767),
    TensorProto.UINT4: (0, 15),
    TensorProto.INT4: (-8, 7),
    TensorProto.UINT2: (0, 3),
    TensorProto.INT2: (-2, 1),
}
_ROUNDINGS = {"Round": ("ROUND", np.rint), "Floor": ("FLOOR", np.floor), "Ceil": ("CEIL", np.ceil)}


@dataclass(frozen=True, eq=False)
class Chain:
    """`nodes`, from the tensor `source` on, that round to least..most - zero times `scale`."""

    source: str
    nodes: tuple[NodeProto, ...]
    scale: np.ndarray
    zero: int
    least: int
    most: int
    mode: str = "ROUND"


class Chains:
    """Finds the chains of `model` by one of their nodes."""

    def __init__(self, model: ModelWrapper) -> None:
        self._model = model
        self._types = {each.name: each.data_type for each in model.graph.initializer}

    def dequantized(self, node: NodeProto) -> Chain | None:
        """The chain from a QuantizeLinear to the DequantizeLinear `node`."""
        writer = self._model.find_producer(node.input[0])
        ends = [-np.inf, np.inf]
        nodes = [node]
        if writer is not None and writer.op_type == "Clip":
            limits = [self._number(writer, n) for n in (1, 2)]
            ends = [e if limit is None else limit for e, limit in zip(ends, limits, strict=True)]
            nodes.insert(0, writer)
            writer = self._model.find_producer(writer.input[0])
        if writer is None or writer.op_type != "QuantizeLinear":
            return None
        kind = attribute(writer, "output_dtype", 0) or TensorProto.UINT8
        if len(writer.input) > 2 and writer.input[2]:
            kind = self._types.get(writer.input[2], TensorProto.UNDEFINED)
        scale, other = (constant_of(self._model, each.input[1]) for each in (writer, node))
        zero, same = (self._zero(each) for each in (writer, node))
        blocks = attribute(writer, "block_size", 0) or attribute(node, "block_size", 0)
        if zero is None or zero != same or kind not in _ENDS or blocks:
            return None
        if scale is None or other is None or not np.array_equal(scale, other):
            return None
        least, most = int(max(ends[0], _ENDS[kind][0])), int(min(ends[1], _ENDS[kind][1]))
        scale = spread_along(scale, 4, int(attribute(writer, "axis", 1)))
        return Chain(writer.input[0], (writer, *nodes), scale, zero, least, most)

    def rounded(self, node: NodeProto) -> Chain | None:
        """The chain of a division, a rounding `node` and a product around it."""
        nodes = self._around(node)
        told: dict[str, np.ndarray] = {}
        for each in nodes:
            value = None if each is node else constant_of(self._model, each.input[1])
            if value is not None:
                told[each.op_type] = value
        clip = next((each for each in nodes if each.op_type == "Clip"), None)
        if clip is None or not {"Div", "Mul"} <= told.keys():
            return None
        ends = [self._number(clip, n) for n in (1, 2)]
        zero = told.get("Add", np.zeros(1))
        if ends[0] is None or ends[1] is None or zero.size != 1:
            return None
        mode, rounding = _ROUNDINGS[node.op_type]
        least, most = int(rounding(ends[0])), int(rounding(ends[1]))
        source = nodes[0].input[0]
        return Chain(source, tuple(nodes), told["Div"], int(zero.ravel()[0]), least, most, mode)

    def _around(self, node: NodeProto) -> list[NodeProto]:
        """A division, a summand and a Clip before `node`, and what undoes them behind it."""
        nodes = [node]
        for kind in ("Clip", "Add", "Div"):
            step = self._model.find_producer(nodes[0].input[0])
            if step is not None and step.op_type == kind:
                nodes.insert(0, step)
        for kind in ("Clip", "Sub", "Mul"):
            step = self.only_reader(nodes[-1])
            if step is not None and step.op_type == kind and step.input[0] == nodes[-1].output[0]:
                nodes.append(step)
        is_chain = all(self.only_reader(a) is b for a, b in pairwise(nodes))
        kinds = [each.op_type for each in nodes]
        return nodes if is_chain and len(set(kinds)) == len(kinds) else []

    def only_reader(self, node: NodeProto) -> NodeProto | None:
        if node.output[0] in {tensor.name for tensor in self._model.graph.output}:
            return None
        readers = self._model.find_consumers(node.output[0]) or []
        return readers[0] if len(readers) == 1 else None

    def _number(self, node: NodeProto, index: int) -> float | None:
        given = node.input[index] if len(node.input) > index else ""
        value = constant_of(self._model, given) if given else None
        return None if value is None or value.size != 1 else float(value.ravel()[0])

    def _zero(self, node: NodeProto) -> int | None:
        """The zero point that all channels have."""
        if len(node.input) < 3 or not node.input[2]:
            return 0
        values = constant_of(self._model, node.input[2])
        if values is None or np.any(values != values.ravel()[0]):
            return None
        return int(values.ravel()[0])


def spread_along(scale: np.ndarray, axes: int, axis: int) -> np.ndarray:
    """A scale of one number, or one for each place along `axis`."""
    if scale.size == 1:
        return scale.reshape(())
    shape = [1] * axes
    shape[axis] = scale.size
    return scale.reshape(shape)
