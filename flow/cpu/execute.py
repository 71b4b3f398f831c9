# SPDX-License-Identifier: MIT
"""A whole graph on the CPU: what has logic compiled, all else kernel by kernel by its golden.

The integers are those of `run_ports`, which computes every kernel by its golden.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.cpu.engine import NATIVE, Compiled, compiled
from tarsier_fpga.flow.cpu.kernels import has_logic
from tarsier_fpga.flow.cpu.sizes import frame_sizes
from tarsier_fpga.flow.lower.net import Net, net_of
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.ops.states import states_of
from tarsier_fpga.flow.sim.execute import compute

__all__ = ["CpuGraph"]

_WIDEST = 32  # bits of a tensor that goes in or out of compiled code


@dataclass(frozen=True)
class _Piece:
    """Nodes that run together, from tensors to tensors; without code a single one, by golden."""

    nodes: tuple[NodeProto, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    code: Compiled | None


class CpuGraph:
    """`model` on frames of any size.

    `by_golden` names the kernels that had to be left to NumPy.
    """

    def __init__(self, model: ModelWrapper, target: Sequence[str] = NATIVE) -> None:
        prepare_finn()
        self._model = model
        self._results = [tensor.name for tensor in model.graph.output]
        self._pieces = [self._piece(nodes, target) for nodes in _cut(model)]
        golden = [piece.nodes[0].op_type for piece in self._pieces if piece.code is None]
        self.by_golden = tuple(dict.fromkeys(golden))

    @property
    def net(self) -> Net:
        """Its name and its ports; FlowError where the graph does not say what they are."""
        return net_of(self._model)

    def __call__(self, frame: np.ndarray, threads: int | None = None) -> np.ndarray:
        """The (H, W, channels) integers that a graph of one input and one output makes of a frame.

        As `ports`.
        """
        if states_of(self._model):
            (result,) = self.ports({self.net.x.name: frame}, threads).values()
        else:
            (result,) = self._run([frame], threads)  # its ports need no names
        return result

    def ports(
        self, frames: Mapping[str, np.ndarray], threads: int | None = None
    ) -> dict[str, np.ndarray]:
        """The (H, W, channels) integers of every output by port, of integer `frames` by port.

        By as many `threads` as this process may use processors, if not told otherwise. Where the
        graph has states, these are the first frames of a sequence.

        Raises:
            SimError: a frame holds values outside the range of its input.
            FlowError: frames of two sizes meet in a node.
        """
        return self.step(frames, {}, threads)[0]

    def step(
        self,
        frames: Mapping[str, np.ndarray],
        states: Mapping[str, np.ndarray],
        threads: int | None = None,
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """What `ports` gives, and the (H, W, channels) codes of every state for the next frame.

        `states` are those that the frame before left, by name; one that is missing is as before the
        first frame.

        Raises:
            SimError, FlowError: as `ports`.
        """
        net = self.net
        height, width, _ = frames[net.x.name].shape
        streams = [frames[port.name] for port in net.inputs]
        for state in net.states:
            before = states.get(state.name)
            streams.append(state.before(height, width) if before is None else before)
        made = self._run(streams, threads)
        ends = len(net.outputs)
        outputs = {port.name: each for port, each in zip(net.outputs, made[:ends], strict=True)}
        names = [state.name for state in net.states]
        return outputs, dict(zip(names, made[ends:], strict=True))

    def _run(self, frames: Sequence[np.ndarray], threads: int | None) -> list[np.ndarray]:
        threads = threads or len(os.sched_getaffinity(0))
        unread = Counter(name for piece in self._pieces for name in piece.inputs)
        sources = [tensor.name for tensor in self._model.graph.input]
        tensors = dict(zip(sources, frames, strict=True))
        for piece in self._pieces:
            streams = [tensors[name] for name in piece.inputs]
            given = {n: f.shape[:2] for n, f in zip(piece.inputs, streams, strict=True)}
            sizes = frame_sizes(piece.nodes, given)
            if piece.code is None:
                op = getCustomOp(piece.nodes[0])
                results = compute(op, streams, op.constants(self._model))
            else:
                results = piece.code(streams, sizes, threads)
            tensors.update(zip(piece.outputs, results, strict=True))
            del streams, results
            for name in piece.inputs:
                unread[name] -= 1
                if not unread[name] and name not in self._results:
                    del tensors[name]
        return [tensors[name] for name in self._results]

    def _piece(self, nodes: Sequence[NodeProto], target: Sequence[str]) -> _Piece:
        model, mine = self._model, {node.name for node in nodes}
        if not _can_compile(model, nodes[0]):
            streams = _streams(model, nodes[0])
            return _Piece(tuple(nodes), tuple(streams), tuple(nodes[0].output), None)
        made = {name for node in nodes for name in node.output}
        read = dict.fromkeys(name for node in nodes for name in _streams(model, node))
        outside = {
            name for node in model.graph.node if node.name not in mine for name in node.input
        }
        inputs = tuple(name for name in read if name not in made)
        outputs = tuple(
            name
            for node in nodes
            for name in node.output
            if name in outside or name in self._results
        )
        code = compiled(model, nodes, inputs, outputs, target)
        return _Piece(tuple(nodes), inputs, outputs, code)


def _cut(model: ModelWrapper) -> Iterator[list[NodeProto]]:
    """The nodes in pieces, in an order in which each piece reads only what is there.

    Neighbours that can be compiled are one piece where a stream connects them.
    """
    run: list[NodeProto] = []
    for node in model.graph.node:
        if _can_compile(model, node):
            run.append(node)
        else:
            yield from _connected(model, run)
            run = []
            yield [node]
    yield from _connected(model, run)


def _connected(model: ModelWrapper, run: Sequence[NodeProto]) -> list[list[NodeProto]]:
    pieces: list[tuple[set[str], list[NodeProto]]] = []
    for node in run:
        tensors, nodes = {*_streams(model, node), *node.output}, [node]
        for piece in [piece for piece in pieces if piece[0] & tensors]:
            pieces.remove(piece)
            tensors |= piece[0]
            nodes = piece[1] + nodes
        pieces.append((tensors, nodes))
    order = {node.name: place for place, node in enumerate(run)}
    return [sorted(nodes, key=lambda node: order[node.name]) for _, nodes in pieces]


def _can_compile(model: ModelWrapper, node: NodeProto) -> bool:
    names = (*_streams(model, node), *node.output)
    datatypes = [model.get_tensor_datatype(name) for name in names]
    return has_logic(node) and all(
        datatype.is_integer() and datatype.bitwidth() <= _WIDEST for datatype in datatypes
    )


def _streams(model: ModelWrapper, node: NodeProto) -> list[str]:
    return [name for name in node.input if model.get_initializer(name) is None]
