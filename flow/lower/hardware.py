# SPDX-License-Identifier: MIT
"""The hardware graph while it is made: nodes of our ops on tensors (1, H, W, C) of integers."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, helper
from qonnx.core.datatype import BaseDataType, DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from qonnx.util.basic import qonnx_make_model

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.grid import Grid
from tarsier_fpga.flow.ops.register import DOMAIN
from tarsier_fpga.hls.kernels.int_dot import int_dot

__all__ = ["Hardware", "hardware_node"]

Shape = tuple[int, int, int]


class Hardware:
    """A graph that grows node by node, in the order in which the network computes."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self._shapes: dict[str, Shape] = {}
        self._types: dict[str, BaseDataType] = {}
        self._grids: dict[str, tuple[Grid, Grid]] = {}
        self._constants: dict[str, tuple[np.ndarray, BaseDataType]] = {}

    def add_input(
        self, name: str, shape: Shape, datatype: BaseDataType, step: tuple[int, int] = (1, 1)
    ) -> str:
        """A stream of frames (H, W, C) from outside, with pixels `step` of the first input's."""
        self._shapes[name], self._types[name] = shape, datatype
        self._grids[name] = (Grid(Fraction(*step), Fraction(0), Fraction(0)),) * 2
        return name

    def grids(self, tensor: str) -> tuple[Grid, Grid]:
        """Where rows and columns of `tensor` lie on the first input."""
        return self._grids[tensor]

    def shape(self, tensor: str) -> Shape:
        """(H, W, C) of `tensor`, for frames of the size that the network was exported for."""
        return self._shapes[tensor]

    def datatype(self, tensor: str) -> BaseDataType:
        return self._types[tensor]

    def add_constant(self, values: np.ndarray, datatype: str) -> str:
        """Name of a new constant of the integers `values`."""
        name = f"constant_{len(self._constants)}"
        self._constants[name] = (_floats(values), DataType[datatype])
        return name

    def constant(self, name: str) -> np.ndarray:
        return self._constants[name][0]

    def add(
        self,
        op_type: str,
        streams: Sequence[str],
        constants: Sequence[str] = (),
        **attributes: Any,
    ) -> str:
        """A node of our op `op_type`; the tensor it writes."""
        result = f"stream_{len(self.nodes)}"
        shape = self._shapes[streams[0]]
        node = hardware_node(
            op_type,
            [*streams, *constants],
            [result],
            shape,
            inputDataTypes=[self._types[name].name for name in streams],
            **attributes,
        )
        self.nodes.append(node)
        op = getCustomOp(node)
        assert isinstance(op, TarsierOp)
        self._shapes[result] = (*op.frame_out(), op.channels_out())
        self._types[result] = op.get_output_datatype()
        self._grids[result] = op.grids([self._grids[name] for name in streams])
        return result

    def add_int_dot(self, tensor: str, x: BaseDataType, rows: np.ndarray, bias: np.ndarray) -> str:
        """The sums of `tensor`, whose lanes are of type `x`, with (rows, terms) integers."""
        sums = _sum_type(rows, bias, x)
        constants = [self.add_constant(rows, "INT32"), self.add_constant(bias, sums)]
        return self.add("TarsierIntDot", [tensor], constants, rows=len(rows), outputDataType=sums)

    def rebias(self, dot: NodeProto, added: np.ndarray) -> None:
        """Add (rows,) integers to the bias of the integer dot product `dot`."""
        _, matrix, bias = dot.input
        rows, starts = (self.constant(name).astype(np.int64) for name in (matrix, bias))
        self._redo(dot, rows, starts + added)

    def rescale(self, dot: NodeProto, factors: np.ndarray) -> None:
        """Multiply the (rows,) results of the integer dot product `dot` by integers."""
        _, matrix, bias = dot.input
        rows, starts = (self.constant(name).astype(np.int64) for name in (matrix, bias))
        self._redo(dot, rows * factors[:, None], starts * factors)

    def _redo(self, dot: NodeProto, rows: np.ndarray, starts: np.ndarray) -> None:
        tensor, matrix, bias = dot.input
        sums = _sum_type(rows, starts, self._types[tensor])
        self._constants[matrix] = (_floats(rows), self._constants[matrix][1])
        self._constants[bias] = (_floats(starts), DataType[sums])
        getCustomOp(dot).set_nodeattr("outputDataType", sums)
        self._types[dot.output[0]] = DataType[sums]

    def age(self, tensor: str) -> int:
        """The number of the node that writes `tensor`; -1 for what comes from outside."""
        return next((n for n, node in enumerate(self.nodes) if tensor in node.output), -1)

    def producer(self, tensor: str) -> NodeProto | None:
        return next((node for node in self.nodes if tensor in node.output), None)

    def readers(self, tensor: str) -> list[NodeProto]:
        return [node for node in self.nodes if tensor in node.input]

    def _own(self, tensor: str, taken: dict[str, str]) -> str:
        """`tensor`, or a copy of it by wires where another port has it."""
        if tensor in taken:
            tensor = self.add("TarsierWiden", [tensor], outputDataType=self._types[tensor].name)
        taken[tensor] = tensor
        return tensor

    def model(self, inputs: dict[str, str], outputs: dict[str, str]) -> ModelWrapper:
        """The graph; `inputs` and `outputs` name its ports: port -> tensor."""
        names = {tensor: port for port, tensor in inputs.items()}
        outputs = {port: self._own(tensor, names) for port, tensor in outputs.items()}
        names |= {tensor: port for port, tensor in outputs.items()}
        for node in self.nodes:
            for side in (node.input, node.output):
                side[:] = [names.get(name, name) for name in side]

        def info(port: str, tensor: str) -> Any:
            return helper.make_tensor_value_info(
                port, TensorProto.FLOAT, (1, *self._shapes[tensor])
            )

        graph = helper.make_graph(
            self.nodes,
            "hardware",
            [info(port, tensor) for port, tensor in inputs.items()],
            [info(port, tensor) for port, tensor in outputs.items()],
        )
        model = ModelWrapper(qonnx_make_model(graph))
        for name, (values, datatype) in self._constants.items():
            if any(name in node.input for node in self.nodes):
                model.set_initializer(name, values)
                model.set_tensor_datatype(name, datatype)
        for tensor, shape in self._shapes.items():
            name = names.get(tensor, tensor)
            if any(name in (*node.input, *node.output) for node in self.nodes):
                model.set_tensor_shape(name, [1, *shape])
                model.set_tensor_datatype(name, self._types[tensor])
        return model


def _sum_type(rows: np.ndarray, bias: np.ndarray, x: BaseDataType) -> str:
    dot = int_dot(rows, bias, x.bitwidth(), x.signed(), pe=1, simd=1)
    return f"INT{dot.number('SumW')}"


def _floats(values: np.ndarray) -> np.ndarray:
    """Integers as qonnx keeps them: in floats, unless those do not hold them."""
    narrow = np.asarray(values, np.float32)
    return narrow if np.array_equal(narrow, values) else np.asarray(values, np.int64)


def hardware_node(
    op_type: str, inputs: list[str], outputs: list[str], shape: Shape, **attributes: Any
) -> NodeProto:
    """A node of our op `op_type` on frames (H, W, C) of `shape`."""
    height, width, channels = shape
    return helper.make_node(
        op_type,
        inputs,
        outputs,
        domain=DOMAIN,
        backend="fpgadataflow",
        frame=[height, width],
        channels=channels,
        **attributes,
    )
