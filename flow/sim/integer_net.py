# SPDX-License-Identifier: MIT
"""A hardware graph as a PyTorch module: the very integers of the RTL, at the speed of a GPU or CPU.

window + dot product -> convolution     popcount = x . w + how many weights are -1
act_table            -> table lookup
all else             -> element by element
"""

from collections import Counter

import torch
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from torch import Tensor, nn

from tarsier_fpga.flow.ops.act_table import TarsierActTable
from tarsier_fpga.flow.ops.base import Role, TarsierOp, role_of
from tarsier_fpga.flow.ops.fork import TarsierFork
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.ops.requant import TarsierRequant
from tarsier_fpga.flow.ops.residual_add import TarsierResidualAdd
from tarsier_fpga.flow.ops.sign_threshold import TarsierSignThreshold
from tarsier_fpga.flow.ops.xnor_dot import TarsierXnorDot
from tarsier_fpga.flow.sim import integer_ops

__all__ = ["IntegerNet"]


class IntegerNet(nn.Module):
    """What `run_graph` computes with NumPy, for frames of any size."""

    def __init__(self, model: ModelWrapper, exact: int = integer_ops.EXACT) -> None:
        super().__init__()
        prepare_finn()
        self.source, self.result = model.graph.input[0].name, model.graph.output[0].name
        self.steps = nn.ModuleList()
        self._wires: list[tuple[list[str], list[str]]] = []
        nodes = list(model.graph.node)
        while nodes:
            node = nodes.pop(0)
            if dot := _dot_of(model, node):
                nodes.remove(dot)
                self._append(
                    _convolution(model, node, dot, exact), [node.input[0]], list(dot.output)
                )
            else:
                streams = [name for name in node.input if model.get_initializer(name) is None]
                self._append(_step(model, node), streams, list(node.output))

    def _append(self, step: nn.Module, inputs: list[str], outputs: list[str]) -> None:
        self.steps.append(step)
        self._wires.append((inputs, outputs))

    @torch.inference_mode()
    def forward(self, codes: Tensor) -> Tensor:
        """(N, H, W, channels) codes of any integer type -> the same shape, int16."""
        tensors = {self.source: codes.to(torch.float32).permute(0, 3, 1, 2)}
        unread = Counter(name for inputs, _ in self._wires for name in inputs)
        for step, (inputs, outputs) in zip(self.steps, self._wires, strict=True):
            results = step(*(tensors[name] for name in inputs))
            results = results if isinstance(results, tuple) else (results,)
            tensors.update(zip(outputs, results, strict=True))
            del results
            for name in inputs:
                unread[name] -= 1
                if not unread[name]:
                    del tensors[name]
        return tensors[self.result].permute(0, 2, 3, 1).to(torch.int16)


def _dot_of(model: ModelWrapper, node: NodeProto) -> NodeProto | None:
    """The dot product that reads `node`, if `node` is a window that keeps the frame's size.

    FIFOs and width converters between the two are passed by: they carry, but do not compute.
    """
    if role_of(node) is not Role.WINDOW:
        return None
    geometry = getCustomOp(node).geometry()
    if geometry["stride"] != 1 or geometry["padding"] is not None or geometry["kernel"] % 2 == 0:
        return None
    reader = model.find_consumer(node.output[0])
    return reader if reader is not None and role_of(reader) is Role.DOT else None


def _convolution(model: ModelWrapper, window: NodeProto, dot: NodeProto, exact: int) -> nn.Module:
    op = getCustomOp(window)
    pixels, geometry = op.get_input_datatype(), op.geometry()
    reader = getCustomOp(dot)
    constants = reader.constants(model)
    if isinstance(reader, TarsierXnorDot):
        weights, bias = constants[0], (constants[0] < 0).sum(axis=1)
    else:
        weights, bias = constants
    return integer_ops.Convolution(
        weights,
        bias,
        outside=op.constants(model)[0],
        kernel=geometry["kernel"],
        dilation=geometry["dilation"],
        largest=int(max(abs(pixels.min()), abs(pixels.max()))),
        exact=exact,
    )


def _step(model: ModelWrapper, node: NodeProto) -> nn.Module:
    op = getCustomOp(node)
    match op:
        case TarsierSignThreshold():
            return integer_ops.Threshold(op.constants(model)[0])
        case TarsierActTable():
            return integer_ops.Lookup(op.constants(model)[0], op.get_input_datatype().signed())
        case TarsierRequant():
            return integer_ops.Requant(*map(op.get_nodeattr, ("shift", "floor", "ceiling")))
        case TarsierResidualAdd():
            return integer_ops.Add(*map(op.get_nodeattr, ("floor", "ceiling")))
        case TarsierFork():
            return integer_ops.Same(len(node.output))
        case TarsierOp():
            return integer_ops.Golden(op, op.constants(model))
        case _:  # FINN's FIFOs and width converters
            return integer_ops.Same(len(node.output))
