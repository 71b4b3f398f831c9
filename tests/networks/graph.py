# SPDX-License-Identifier: MIT
"""A QONNX graph that grows node by node, and can be taken back to where it stood."""

from collections.abc import Mapping, Sequence

import numpy as np
from onnx import ModelProto, TensorProto, checker, helper
from qonnx.util.basic import qonnx_make_model

__all__ = ["GraphWriter"]

_QONNX = "qonnx.custom_op.general"
_Shape = Sequence[int]


class GraphWriter:
    """Appends nodes; a method returns the name of the tensor it wrote."""

    def __init__(self, opset: int) -> None:
        self.opset, self.place = opset, "net"
        self._nodes: list = []
        self._constants: list = []
        self._inputs: dict[str, _Shape] = {}

    def mark(self) -> tuple[int, int, int]:
        """Where the graph stands."""
        return len(self._nodes), len(self._constants), len(self._inputs)

    def back(self, mark: tuple[int, int, int]) -> None:
        """Take back all that came after `mark`."""
        nodes, constants, inputs = mark
        del self._nodes[nodes:], self._constants[constants:]
        self._inputs = dict(list(self._inputs.items())[:inputs])

    def input(self, shape: _Shape) -> str:
        """A new input: x, x1, x2, ..."""
        name = f"x{len(self._inputs) or ''}"
        self._inputs[name] = shape
        return name

    def constant(self, values: np.ndarray) -> str:
        """Floats become float32, integers stay int64."""
        name = f"c{len(self._constants)}"
        kind = np.float32 if values.dtype.kind == "f" else np.int64
        self._constants.append(helper.make_tensor(name, _TYPES[kind], values.shape, values))
        return name

    def node(self, op_type: str, *inputs: str | np.ndarray, **attributes: object) -> str:
        """A node with one output, named after the layer that it is of."""
        return self.nodes(op_type, 1, *inputs, **attributes)[0]

    def nodes(
        self, op_type: str, outputs: int, *inputs: str | np.ndarray, **attributes: object
    ) -> list[str]:
        """A node with several outputs."""
        names = [i if isinstance(i, str) else self.constant(np.asarray(i)) for i in inputs]
        made = [f"t{len(self._nodes)}" + "abcd"[n : n + 1] * (outputs > 1) for n in range(outputs)]
        if op_type in ("Quant", "BipolarQuant"):
            attributes["domain"] = _QONNX
        name = f"{self.place}/{op_type}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(op_type, names, made, name=name, **attributes))
        return made

    def model(self, outputs: Mapping[str, _Shape], told: Mapping[str, object]) -> ModelProto:
        """The network with `outputs` by their tensors, renamed to y, y1, ..., and metadata."""
        renamed = {name: f"y{n or ''}" for n, name in enumerate(outputs)}
        for node in self._nodes:
            for at, name in enumerate(node.output):
                node.output[at] = renamed.get(name, name)
        graph = helper.make_graph(
            self._nodes,
            "net",
            [_frame(name, shape) for name, shape in self._inputs.items()],
            [_frame(renamed[name], shape) for name, shape in outputs.items()],
            self._constants,
        )
        opsets = [helper.make_opsetid("", self.opset), helper.make_opsetid(_QONNX, 1)]
        model = qonnx_make_model(graph, opset_imports=opsets)
        for key, value in told.items():  # qonnx reads those of the graph
            model.graph.metadata_props.add(key=f"tarsier.{key}", value=str(value))
        checker.check_model(model)
        return model


_TYPES = {np.float32: TensorProto.FLOAT, np.int64: TensorProto.INT64}


def _frame(name: str, shape: _Shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
