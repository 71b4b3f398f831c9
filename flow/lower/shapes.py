# SPDX-License-Identifier: MIT
"""What exporters compute of shapes while a network runs, as the constants that it comes to."""

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.base import Transformation
from qonnx.transformation.infer_shapes import InferShapes

__all__ = ["FoldShapes"]

# Of floats too, since these round nothing.
_MOVING = frozenset({"Constant", "ConstantOfShape", "Expand", "Reshape", "Slice", "Gather"})
_LARGEST = 1 << 20  # values of a constant that is made


class FoldShapes(Transformation):
    """Constants for all that nodes make of shapes and of constants without rounding.

    All in a pass; another one follows where shapes became known by it.
    """

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        known = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
        opsets = model.model.opset_import
        folded = []
        for node in model.graph.node:
            made = self._shape(model, node) if node.op_type == "Shape" else None
            if made is None and all(not name or name in known for name in node.input):
                made = _made(node, known, opsets)
            if made is not None:
                known[node.output[0]] = made
                model.graph.initializer.append(numpy_helper.from_array(made, node.output[0]))
                folded.append(node)
        for node in folded:
            model.graph.node.remove(node)
        return (model.transform(InferShapes()) if folded else model), bool(folded)

    @staticmethod
    def _shape(model: ModelWrapper, node: NodeProto) -> np.ndarray | None:
        shape = model.get_tensor_shape(node.input[0])
        if not shape or not all(shape):
            return None
        told = {each.name: each.i for each in node.attribute}
        return np.array(shape[told.get("start", 0) : told.get("end", len(shape))], np.int64)


def _made(node: NodeProto, known: dict[str, np.ndarray], opsets: object) -> np.ndarray | None:
    """The only output of a standard `node` of constants; None if it could be rounded."""
    if node.domain not in ("", "ai.onnx") or len(node.output) != 1:
        return None
    floats = any(known[name].dtype.kind == "f" for name in node.input if name)
    if floats and node.op_type not in _MOVING:
        return None
    held = [numpy_helper.from_array(known[name], name) for name in {*node.input} if name]
    result = helper.make_tensor_value_info(node.output[0], TensorProto.UNDEFINED, None)
    graph = helper.make_graph([node], "constant", [], [result], held)
    (made,) = ReferenceEvaluator(helper.make_model(graph, opset_imports=opsets)).run(None, {})
    made = np.asarray(made)
    exact = made.dtype.kind in "iub" or node.op_type in _MOVING
    return made if exact and made.size <= _LARGEST else None
