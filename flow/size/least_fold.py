# SPDX-License-Identifier: MIT
"""The folding of a network that takes least of a board at a rate, found by trying all that differ.

What a folded dot product takes depends on PE and SIMD; what is around it, on PE alone, since a
whole vector comes in as one beat. So of each PE only the SIMD is kept with which the dot product
itself takes least, and what is left is tried with all that is around it: streams, their adapters,
tables. Layers of one shape fold alike.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.size.estimate_folded import estimate_as_folded, is_dot, unsolved_cost
from tarsier_fpga.flow.size.fold import (
    Fold,
    Layer,
    cycles_per_position,
    every_fold,
    fastest_pace,
    frame_pace,
    layers_of,
)
from tarsier_fpga.hls.cost.resources import Resources

__all__ = ["LeastFold", "least_fold", "set_folds", "taken"]

_BITS = "TarsierXnorDot"
_MOST_TRIED = 200  # combinations, beyond which one class of layers is changed at a time


@dataclass(frozen=True, slots=True)
class LeastFold:
    """A folding of the dot products `layers` and what the whole design takes, FIFOs aside.

    Attributes:
        pace: cycles that a frame may take
        possible, tried: combinations of PEs that meet the pace, and those that were estimated
        bound: what any folding takes at least, by its dot products of bits alone; see `taken`
    """

    layers: tuple[Layer, ...]
    folds: tuple[Fold, ...]
    resources: Resources
    pace: int
    possible: int
    tried: int
    bound: float

    @property
    def exact(self) -> bool:
        """Whether no combination takes less."""
        return self.tried == self.possible


def taken(resources: Resources, board: Board) -> float:
    """What is made least: the shares of the board's LUTs, memories and DSPs, added up.

    >>> from tarsier_fpga.flow.board import load_board
    >>> taken(Resources(lut=53_200, dsp=110), load_board("pynq-z2"))
    1.5
    """
    shares = resources.shares(board.resources)
    return sum(share for name, share in shares.items() if name != "ff")


def least_fold(
    lowered: ModelWrapper,
    board: Board,
    extent: tuple[int, int],
    fps: float,
    progress: Callable[[float], None] = lambda done: None,
) -> LeastFold:
    """The least of `board` that `lowered` takes for frames of `extent` (width, height) at `fps`.

    Raises:
        FlowError: the busiest stream is too slow for `fps`.
    """
    pace = frame_pace(board, fastest_pace(lowered), fps, "{}x{}".format(*extent))
    layers = layers_of(lowered)
    classes, dots = _classes(lowered, layers), _dots(lowered)
    options = [_options(lowered, layers[one[0]], one[0], pace, board) for one in classes]
    possible = prod(map(len, options))
    seen: dict[tuple[int, ...], tuple[float, Resources]] = {}

    def folds(picks: Sequence[int]) -> tuple[Fold, ...]:
        by_layer = {
            index: option[pick][0]
            for one, option, pick in zip(classes, options, picks, strict=True)
            for index in one
        }
        return tuple(by_layer[index] for index in range(len(layers)))

    def score(picks: tuple[int, ...]) -> float:
        if picks not in seen:
            found = min(
                (
                    estimate_as_folded(set_folds(lowered, folds(picks)), pace, board, windows)
                    for windows in (False, True)
                ),
                key=lambda resources: taken(resources, board),
            )
            seen[picks] = taken(found, board), found
            progress(min(1.0, len(seen) / min(possible, _MOST_TRIED)))
        return seen[picks][0]

    if possible <= _MOST_TRIED:
        best = min(product(*(range(len(option)) for option in options)), key=score)
    else:
        best = _descend(options, score)
    return LeastFold(
        layers=tuple(layers),
        folds=folds(best),
        resources=seen[best][1],
        pace=pace,
        possible=possible,
        tried=len(seen),
        bound=sum(
            len(one) * min(share for _, share in option)
            for one, option in zip(classes, options, strict=True)
            if dots[one[0]].onnx_node.op_type == _BITS
        ),
    )


def _descend(
    options: Sequence[Sequence[tuple[Fold, float]]], score: Callable[[tuple[int, ...]], float]
) -> tuple[int, ...]:
    """From what each class takes least alone: one class changed at a time, until none is less."""
    best = tuple(
        min(range(len(option)), key=lambda pick, option=option: option[pick][1])  # type: ignore[misc]
        for option in options
    )
    while True:
        near = [
            (*best[:at], pick, *best[at + 1 :])
            for at, option in enumerate(options)
            for pick in range(len(option))
        ]
        nearest = min(near, key=score)
        if score(nearest) >= score(best):
            return best
        best = nearest


def _classes(model: ModelWrapper, layers: Sequence[Layer]) -> list[list[int]]:
    """Indices of layers that are alike."""
    found: dict[tuple[object, ...], list[int]] = {}
    for index, (op, layer) in enumerate(zip(_dots(model), layers, strict=True)):
        width = op.get_input_datatype().bitwidth()
        zeros = layer.filled if layer.filled < 1 / 2 else 1.0  # a few zeros are no other shape
        key = (op.onnx_node.op_type, layer.rows, layer.terms, layer.positions, width, zeros)
        found.setdefault(key, []).append(index)
    return list(found.values())


def _options(
    model: ModelWrapper, layer: Layer, index: int, pace: int, board: Board
) -> list[tuple[Fold, float]]:
    """Of every PE that meets the pace the best SIMD, and what of the board that takes alone."""
    op = _dots(model)[index]
    before = {name: op.get_nodeattr(name) for name in ("PE", "SIMD", "constant")}
    best: dict[int, tuple[float, Fold]] = {}
    for fold in every_fold(layer):
        if layer.positions * cycles_per_position(layer, fold) > max(pace, layer.positions):
            continue
        _fold_one(op, fold)
        share = taken(unsolved_cost(op.instance(model), board.family), board)
        if fold.pe not in best or (share, -fold.simd) < (best[fold.pe][0], -best[fold.pe][1].simd):
            best[fold.pe] = share, fold
    for name, value in before.items():
        op.set_nodeattr(name, value)
    return [(fold, share) for share, fold in best.values()]


def set_folds(lowered: ModelWrapper, folds: Sequence[Fold]) -> ModelWrapper:
    """A copy of `lowered` whose dot products, in its order, fold so."""
    model = copy.deepcopy(lowered)
    for op, fold in zip(_dots(model), folds, strict=True):
        _fold_one(op, fold)
    return model


def _fold_one(op: TarsierOp, fold: Fold) -> None:
    attributes: Mapping[str, int] = {"PE": fold.pe, "SIMD": fold.simd, "constant": 0}
    for name, value in attributes.items():
        op.set_nodeattr(name, value)


def _dots(model: ModelWrapper) -> list[TarsierOp]:
    return [getCustomOp(node) for node in model.graph.node if is_dot(node)]
