# SPDX-License-Identifier: MIT
"""A stream has one reader: a tensor with more of them is forked. The outside reads outputs."""

from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.base import Transformation

from tarsier_fpga.flow.lower.hardware import hardware_node

__all__ = ["InsertForks"]


class InsertForks(Transformation):
    """A TarsierFork for every reader of a tensor beyond its first."""

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        outputs = {tensor.name for tensor in model.graph.output}
        tensors = [tensor.name for tensor in model.graph.input]
        tensors += [name for node in model.graph.node for name in node.output]
        for tensor in tensors:
            if len(_readers(model, tensor)) + (tensor in outputs) > 1:
                _fork(model, tensor, tensor in outputs)
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


def _fork(model: ModelWrapper, tensor: str, is_output: bool) -> None:
    """The first reader gets one branch, all others the other; the outside comes first."""
    readers = _readers(model, tensor)
    first, shape = readers[0], model.get_tensor_shape(tensor)
    datatype = model.get_tensor_datatype(tensor)
    source, branches = tensor, [_tensor(model, shape) for _ in range(2)]
    if is_output:  # it keeps its name
        source = _tensor(model, shape)
        model.find_producer(tensor).output[0] = source
        branches[0] = tensor
    for place, (n, i) in enumerate(readers):
        model.graph.node[n].input[i] = branches[0 if place == 0 and not is_output else 1]
    for name in (source, *branches):
        model.set_tensor_datatype(name, datatype)
    fork = hardware_node("TarsierFork", [source], branches, tuple(shape[1:]))
    model.graph.node.insert(first[0], fork)


def _tensor(model: ModelWrapper, shape: list[int]) -> str:
    name: str = model.make_new_valueinfo_name()
    model.set_tensor_shape(name, shape)
    return name
