# SPDX-License-Identifier: MIT
"""A stream has one reader: a tensor with more of them is forked."""

from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.base import Transformation

from tarsier_fpga.flow.lower.rewrite import add_tensor, hardware_node

__all__ = ["InsertForks"]


class InsertForks(Transformation):
    """A TarsierFork for every reader of a tensor beyond its first."""

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        tensors = [model.graph.input[0].name]
        tensors += [name for node in model.graph.node for name in node.output]
        for tensor in tensors:
            if len(_readers(model, tensor)) > 1:
                _fork(model, tensor)
                return model, True
        return model, False


def _readers(model: ModelWrapper, tensor: str) -> list[tuple[int, int]]:
    """(node index, input index) of everything that reads `tensor`."""
    return [
        (n, i)
        for n, node in enumerate(model.graph.node)
        for i, name in enumerate(node.input)
        if name == tensor
    ]


def _fork(model: ModelWrapper, tensor: str) -> None:
    """The first reader gets one branch, all others the other."""
    first, *others = _readers(model, tensor)
    branches = [add_tensor(model, model.get_tensor_shape(tensor)) for _ in range(2)]
    for branch, readers in zip(branches, ([first], others), strict=True):
        for n, i in readers:
            model.graph.node[n].input[i] = branch
    model.graph.node.insert(first[0], hardware_node(model, "TarsierFork", [tensor], branches))
