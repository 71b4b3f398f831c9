# SPDX-License-Identifier: MIT
"""A hardware graph as a PyTorch module: the very integers of the RTL, at the speed of a GPU or CPU.

window + dot product -> convolution     popcount = x . w + how many weights are -1
dot product alone    -> convolution of single pixels
act_table            -> table lookup
all else             -> element by element, or the pixels moved
"""

from collections import Counter
from collections.abc import Mapping

import torch
from onnx import NodeProto
from qonnx.core.datatype import BaseDataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from torch import Tensor, nn

from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.ops.act_table import TarsierActTable
from tarsier_fpga.flow.ops.affine_requant import TarsierAffineRequant
from tarsier_fpga.flow.ops.avg_pool import TarsierAvgPool
from tarsier_fpga.flow.ops.base import Role, TarsierOp, role_of
from tarsier_fpga.flow.ops.channel_shuffle import TarsierChannelShuffle
from tarsier_fpga.flow.ops.channel_slice import TarsierChannelSlice
from tarsier_fpga.flow.ops.concat import TarsierConcat
from tarsier_fpga.flow.ops.fork import TarsierFork
from tarsier_fpga.flow.ops.max_pool import TarsierMaxPool
from tarsier_fpga.flow.ops.pixel_shuffle import TarsierPixelShuffle
from tarsier_fpga.flow.ops.pixel_unshuffle import TarsierPixelUnshuffle
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.ops.requant import TarsierRequant
from tarsier_fpga.flow.ops.residual_add import TarsierResidualAdd
from tarsier_fpga.flow.ops.scaled_add import TarsierScaledAdd
from tarsier_fpga.flow.ops.sign_threshold import TarsierSignThreshold
from tarsier_fpga.flow.ops.upsample_nearest import TarsierUpsampleNearest
from tarsier_fpga.flow.ops.widen import TarsierWiden
from tarsier_fpga.flow.ops.xnor_dot import TarsierXnorDot
from tarsier_fpga.flow.sim import integer_ops, pixel_moves

__all__ = ["IntegerNet"]


class IntegerNet(nn.Module):
    """What `run_ports` computes with NumPy, for frames of any size."""

    def __init__(self, model: ModelWrapper, exact: int = integer_ops.EXACT) -> None:
        super().__init__()
        prepare_finn()
        self._net = net_of(model)
        self._sources = [tensor.name for tensor in model.graph.input]
        self._results = [tensor.name for tensor in model.graph.output]
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
                self._append(_step(model, node, exact), streams, list(node.output))

    def _append(self, step: nn.Module, inputs: list[str], outputs: list[str]) -> None:
        self.steps.append(step)
        self._wires.append((inputs, outputs))

    def forward(self, codes: Tensor) -> Tensor:
        """(N, H, W, channels) codes of any integer type -> those of the only output, int16."""
        (result,) = self.ports({self._net.x.name: codes}).values()
        return result

    def ports(self, frames: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """(N, H, W, channels) codes by port -> those of every output by port, int16.

        Where the graph has states, each is the first frame of a sequence of its own.
        """
        return self.step(frames, {})[0]

    def step(
        self, frames: Mapping[str, Tensor], states: Mapping[str, Tensor]
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """What `ports` gives, and (N, H, W, channels) codes of every state for the next frames.

        `states` are those that the frames before left, by name; one that is missing is as before
        the first frame. N sequences go on side by side.
        """
        net = self._net
        x = frames[net.x.name]
        count, height, width, _ = x.shape
        streams = [frames[port.name] for port in net.inputs]
        for state in net.states:
            before = states.get(state.name)
            if before is None:
                shape = (count, *state.read.shape(height, width))
                before = torch.full(shape, state.first, device=x.device)
            streams.append(before)
        made = self._run(streams)
        ends = len(net.outputs)
        outputs = {port.name: each for port, each in zip(net.outputs, made[:ends], strict=True)}
        names = [state.name for state in net.states]
        return outputs, dict(zip(names, made[ends:], strict=True))

    @torch.inference_mode()
    def _run(self, frames: list[Tensor]) -> list[Tensor]:
        streams = [codes.to(torch.float32).permute(0, 3, 1, 2) for codes in frames]
        tensors = dict(zip(self._sources, streams, strict=True))
        unread = Counter(name for inputs, _ in self._wires for name in inputs)
        unread.update(self._results)
        for step, (inputs, outputs) in zip(self.steps, self._wires, strict=True):
            results = step(*(tensors[name] for name in inputs))
            results = results if isinstance(results, tuple) else (results,)
            tensors.update(zip(outputs, results, strict=True))
            del results
            for name in inputs:
                unread[name] -= 1
                if not unread[name]:
                    del tensors[name]
        # By way of wider integers: 16 bits without a sign are those of negative numbers.
        return [
            tensors[name].permute(0, 2, 3, 1).to(torch.int32).to(torch.int16)
            for name in self._results
        ]


def _dot_of(model: ModelWrapper, node: NodeProto) -> NodeProto | None:
    """The dot product that reads `node`, if that is a window.

    FIFOs and width converters between the two are passed by: they carry, but do not compute.
    """
    if role_of(node) is not Role.WINDOW or node.output[0] in {t.name for t in model.graph.output}:
        return None
    reader = model.find_consumer(node.output[0])
    return reader if reader is not None and role_of(reader) is Role.DOT else None


def _convolution(
    model: ModelWrapper, window: NodeProto | None, dot: NodeProto, exact: int
) -> nn.Module:
    """The dot product `dot` of what `window` shows, or of pixels."""
    reader = getCustomOp(dot)
    constants = reader.constants(model)
    if isinstance(reader, TarsierXnorDot):
        weights, bias = constants[0], (constants[0] < 0).sum(axis=1)
    else:
        weights, bias = constants
    op = reader if window is None else getCustomOp(window)
    pixels = op.get_input_datatype()
    geometry = {} if window is None else op.geometry()
    outside = None if window is None else op.constants(model)[0]
    return integer_ops.Convolution(
        weights,
        bias,
        outside=outside,
        largest=_largest(pixels),
        exact=exact,
        **({"kernel": 1} | geometry),
    )


def _largest(datatype: BaseDataType) -> int:
    return int(max(abs(datatype.min()), abs(datatype.max())))


def _step(model: ModelWrapper, node: NodeProto, exact: int) -> nn.Module:
    op = getCustomOp(node)
    if role_of(node) is Role.DOT:
        return _convolution(model, None, node, exact)
    match op:
        case TarsierSignThreshold():
            return integer_ops.Threshold(op.constants(model)[0])
        case TarsierActTable():
            return integer_ops.Lookup(op.constants(model)[0], op.get_input_datatype().signed())
        case TarsierRequant():
            return integer_ops.Requant(*map(op.get_nodeattr, ("shift", "floor", "ceiling")))
        case TarsierAffineRequant():
            ends = map(op.get_nodeattr, ("shift", "floor", "ceiling"))
            return integer_ops.Affine(op.constants(model)[0], *ends)
        case TarsierResidualAdd():
            largest = sum(_largest(op.get_input_datatype(ind)) for ind in range(2))
            floor, ceiling = map(op.get_nodeattr, ("floor", "ceiling"))
            return integer_ops.Add(floor, ceiling, largest)
        case TarsierScaledAdd():
            shift, offsets = op.get_nodeattr("shift"), op.constants(model)[0]
            return integer_ops.ScaledAdd(op.scales(), offsets, shift, op.clamp())
        case TarsierFork() | TarsierWiden():
            return integer_ops.Same(len(node.output))
        case TarsierConcat():
            return pixel_moves.Concat()
        case TarsierChannelSlice():
            first = op.get_nodeattr("first")
            return pixel_moves.Channels(range(first, first + op.get_nodeattr("count")))
        case TarsierChannelShuffle():
            return pixel_moves.Channels(op.constants(model)[0].tolist())
        case TarsierPixelShuffle():
            return nn.PixelShuffle(op.factor)
        case TarsierPixelUnshuffle():
            return nn.PixelUnshuffle(op.factor)
        case TarsierUpsampleNearest():
            return pixel_moves.Nearest(op.factor)
        case TarsierMaxPool():
            return nn.MaxPool2d(2)
        case TarsierAvgPool():
            narrow = _largest(op.get_output_datatype()) < integer_ops.EXACT
            return pixel_moves.SquareSums(torch.float32 if narrow else torch.float64)
        case TarsierOp():
            return integer_ops.Golden(op, op.constants(model))
        case _:  # FINN's FIFOs and width converters
            return integer_ops.Same(len(node.output))
