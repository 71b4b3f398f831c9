# SPDX-License-Identifier: MIT
"""Nodes that move values and change none, alone or many together: where each value comes from.

A shuffle may be written as Reshape, Transpose, Reshape, a shift as Pad and Slice, or as a Concat of
Slices. So such nodes are not compared with ways to write them: all between two tensors are executed
on the numbers of a frame's values, and what has become of the numbers says what they do.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower.arrangement import Arrangement, arranged
from tarsier_fpga.flow.lower.attributes import attribute
from tarsier_fpga.flow.lower.doubles import compile_nodes, constant_nodes, constant_of
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["VIEWS", "Move", "moves_of"]

# Those that nothing else lowers, one by one.
VIEWS = frozenset({"Reshape", "Transpose", "Squeeze", "Unsqueeze", "Expand", "Tile", "ScatterND"})
_ALONG_AN_AXIS = frozenset({"Slice", "Gather", "Split", "Concat"})  # lowered along channels
_MOVES = VIEWS | _ALONG_AN_AXIS | {"Pad", "DepthToSpace", "SpaceToDepth", "Identity"}
_MOVED = 2.0**44  # by this, what comes from a frame differs between two runs


@dataclass(frozen=True, eq=False)
class Move:
    """How tensor `target` comes about from the frame `source`, by `nodes`, in their order."""

    source: str
    target: str
    nodes: tuple[NodeProto, ...]
    arrangement: Arrangement


def moves_of(model: ModelWrapper) -> tuple[dict[str, Move], frozenset[str]]:
    """What nodes of `model`, an NCHW network, move that have no kernels one by one.

    Returns the moves by their targets, and all tensors on their ways, which need no kernel.

    Raises:
        FlowError: no kernel moves values so; the sentence names the nodes.
    """
    return _Finder(model).found()


class _Finder:
    def __init__(self, model: ModelWrapper) -> None:
        self._model = model
        self._roots = {tensor.name: tensor.name for tensor in model.graph.input}
        self._writers: dict[str, NodeProto] = {}
        for node in model.graph.node:
            if constant_nodes(model, node.output[0]):
                continue
            met = {self._roots[name] for name in node.input if name in self._roots}
            moves = node.op_type in _MOVES and len(met) == 1
            for name in node.output:
                self._writers[name] = node
                self._roots[name] = next(iter(met)) if moves else name

    def found(self) -> tuple[dict[str, Move], frozenset[str]]:
        wanted = [tensor.name for tensor in self._model.graph.output]
        for node in self._model.graph.node:
            if node.output[0] in self._roots and self._is_root(node.output[0]):
                wanted += self._streams(node)
        moves: dict[str, Move] = {}
        needed: set[str] = set()
        while wanted:
            target = wanted.pop()
            if target in needed or self._is_root(target):
                continue
            needed.add(target)
            nodes = self._between(self._roots[target], target)
            if not self._is_worthwhile(nodes):
                needed |= {name for node in nodes for name in node.output}
                continue
            move = self._move(target, nodes)
            if move is None:
                wanted += self._streams(self._writers[target])
            else:
                moves[target] = move
                wanted.append(move.source)
        passed = {name for move in moves.values() for node in move.nodes for name in node.output}
        return moves, frozenset(passed - needed)

    def _is_root(self, tensor: str) -> bool:
        return self._roots[tensor] == tensor

    def _streams(self, node: NodeProto) -> list[str]:
        return [name for name in node.input if name in self._roots]

    def _move(self, target: str, nodes: list[NodeProto]) -> Move | None:
        """From as far away as one kernel, or a few, can do it; None for a node that is lowered.

        Raises:
            FlowError: there are none, and the last of `nodes` has none by itself either.
        """
        last = nodes[-1]
        sources = [self._roots[target], *(name for node in nodes for name in node.output)]
        for source in sources:
            way = self._between(source, target)
            if not (self._is_worthwhile(way) and self._is_only(source, way)):
                continue
            arrangement = self._arrangement(source, target, way)
            if arrangement is not None:
                return Move(source, target, tuple(way), arrangement)
        if last.op_type in VIEWS:
            told = " -> ".join(f"{node.op_type} {node.name}" for node in nodes)
            raise FlowError(
                f"{told}: no kernel moves values so; what can be built are choices of channels,"
                " channels that become pixels, pixels that become channels, repeated pixels, and"
                " shifts of channels with one constant around the frame"
            )
        return None

    def _between(self, source: str, target: str) -> list[NodeProto]:
        """The nodes by which `target` comes about from `source`, or from what lies before it."""
        names = {target}
        nodes = []
        for node in reversed(self._model.graph.node):
            if names & {*node.output} and node.output[0] in self._roots:
                names |= {*self._streams(node)} - {source, self._roots[target]}
                if not {source, self._roots[target]} & {*node.output}:
                    nodes.append(node)
        return nodes[::-1]

    def _is_only(self, source: str, way: list[NodeProto]) -> bool:
        made = {source, *(name for node in way for name in node.output)}
        return all({*self._streams(node)} <= made for node in way)

    def _arrangement(self, source: str, target: str, way: list[NodeProto]) -> Arrangement | None:
        shapes = [self._model.get_tensor_shape(name) for name in (source, target)]
        if any(shape is None or len(shape) != 4 or shape[0] != 1 for shape in shapes):
            return None
        numbers = np.arange(np.prod(shapes[0]), dtype=np.float64).reshape(shapes[0])
        doubles = compile_nodes(self._model, way, source, target)
        try:
            first, second = (
                doubles.run({source: x})[target][0] for x in (numbers, numbers + _MOVED)
            )
        except ValueError as error:  # the file leaves the frame's size free, a Reshape does not
            _, _, height, width = shapes[0]
            raise FlowError(
                f"{way[-1].op_type} {way[-1].name}: what it is made of does not take frames of"
                f" {width}x{height} pixels: {error}; a network whose sides are free must not have"
                " sides written into its shapes"
            ) from None
        origin = np.where(second - first == _MOVED, first, -1).astype(np.int64)
        return arranged(origin, first, tuple(shapes[0][1:]))

    def _is_foreign(self, node: NodeProto) -> bool:
        """Whether nothing lowers `node` by itself."""
        if node.op_type in _ALONG_AN_AXIS:
            return any(axis not in (1, -3) for axis in self._axes(node))
        return node.op_type in VIEWS

    def _is_worthwhile(self, nodes: list[NodeProto]) -> bool:
        """Whether `nodes` need be looked at together."""
        return any(self._is_foreign(node) or node.op_type == "Concat" for node in nodes)

    def _axes(self, node: NodeProto) -> Iterator[int]:
        if node.op_type != "Slice":
            yield int(attribute(node, "axis", 0))
            return
        given = node.input[3] if len(node.input) > 3 else ""
        axes = constant_of(self._model, given) if given else None
        starts = constant_of(self._model, node.input[1])
        if axes is None:
            axes = np.arange(0 if starts is None else starts.size)
        yield from map(int, axes.ravel())
