# SPDX-License-Identifier: MIT
"""Fold the dot products onto hardware: how many rows and terms of each run at once.

A dot product is a matrix of `rows` output channels by `terms` = taps * input channels, applied at
every position of its frame. `pe` rows and `simd` terms are computed per cycle, so

    cycles per position = (rows / pe) * (terms / simd)

and the frame's cycles divided by a layer's positions are what it may take for one. The slowest
layer sets the frame rate of the whole pipeline.

Source: the cycle model of FINN, `MVAU.get_exp_cycles` (Xilinx/finn, 39f0c9a).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.ops.base import Role, divisors, role_of
from tarsier_fpga.flow.size.lanes import narrow_streams, positions_of
from tarsier_fpga.hls.adders.schedule import LEVELS
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.cost.dot_cost import built_in_cost
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.resources import total
from tarsier_fpga.hls.kernels import cost, mapped
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.kernels.width_adapter import width_adapter
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = [
    "Fold",
    "Layer",
    "adder_levels",
    "cheapest_fold",
    "cycles_per_position",
    "every_fold",
    "fastest_pace",
    "fold",
    "frame_pace",
    "layers_of",
    "solve_dots",
]


# Artix-7 logic without wires takes 4.7 ns through three adders, 3.9 ns through two.
_THREE_ADDERS_MHZ = 200
# Cycles per position, times the share of weights that are not 0, up to which built-in adders may be
# the smaller: 0.32 LUTs a bit against 1.03 a lane.
_BUILT_IN = 3.0
_CUT = 4  # beats of the FIFO behind a dot product, which is as wide as its sums


@dataclass(frozen=True, slots=True)
class Layer:
    """A dot product as the hardware sees it: `rows` x `terms` weights at `positions` of a frame.

    `filled` is the share of the weights that are not 0.
    """

    name: str
    rows: int
    terms: int
    positions: int = 1
    filled: float = 1.0


@dataclass(frozen=True, slots=True)
class Fold:
    """Work done per clock cycle: `pe` rows times `simd` terms."""

    pe: int
    simd: int


def fold(
    model: ModelWrapper,
    pace: int,
    constant: bool = True,
    levels: int = LEVELS,
    family: Family = Family.ULTRASCALE_PLUS,
) -> ModelWrapper:
    """`model` with the least hardware that takes at most `pace` cycles for a frame.

    A dot product that is not folded at all has its matrix built in, if `constant`, with at most
    `levels` adders between two registers. So has one that would fold a little, or is mostly zeros,
    which cost nothing there, where that takes fewer LUTs of `family`.
    """
    for node, layer in zip(_dots(model), layers_of(model), strict=True):
        op = getCustomOp(node)
        budget = max(1, pace // layer.positions)
        chosen = cheapest_fold(layer, budget)
        op.set_nodeattr("PE", chosen.pe)
        op.set_nodeattr("SIMD", chosen.simd)
        op.set_nodeattr("constant", 0)
        op.set_nodeattr("levels", levels)
        cycles = cycles_per_position(layer, chosen)
        if constant and (
            cycles == 1 or _smaller_built_in(op.instance(model), layer, cycles, family)
        ):
            op.set_nodeattr("PE", layer.rows)
            op.set_nodeattr("SIMD", layer.terms)
            op.set_nodeattr("constant", 1)
    # Where no dot product folds as far as it may, streams need not be slower than they.
    slowest = [getCustomOp(node).get_exp_cycles() for node in _dots(model)]
    return narrow_streams(model, max([fastest_pace(model), *slowest]), family)


def fastest_pace(model: ModelWrapper) -> int:
    """Cycles of a frame where no dot product is folded: of its busiest stream."""
    busiest = 1
    for node in model.graph.node:
        op = getCustomOp(node)
        folds = role_of(node) is Role.DOT or len(op.lane_choices()) > 1
        busiest = max(busiest, positions_of(op) if folds else op.get_exp_cycles())
    return busiest


def layers_of(model: ModelWrapper) -> list[Layer]:
    """The dot products of `model`, in its order."""
    return [
        Layer(
            node.name,
            rows=op.channels_out(),
            terms=op.channels_in(),
            positions=prod(op.frame_out()),
            filled=float(np.count_nonzero(model.get_initializer(node.input[1])))
            / (op.channels_out() * op.channels_in()),
        )
        for node in _dots(model)
        for op in [getCustomOp(node)]
    ]


def solve_dots(model: ModelWrapper, progress: Callable[[float], None]) -> ModelWrapper:
    """`model`, with the adders of its built-in matrices in the cache.

    `progress` is told the fraction done. What an interrupted call has solved stays in the cache.
    """
    constant = [op for op in map(getCustomOp, _dots(model)) if op.constant]
    for done, op in enumerate(constant):
        progress(done / len(constant))
        op.instance(model)
    return model


def frame_pace(board: Board, fastest: int, fps: float | None, frame: str) -> int:
    """Cycles that a frame may take at `fps` frames per second; without `fps`, `fastest`.

    `frame` tells its size.

    Raises:
        FlowError: `fastest`, which the busiest stream needs, are too many for `fps`.
    """
    if fps is None:
        return fastest
    most = board.clock_mhz * 1e6 / fastest
    if not 0 < fps <= most:
        raise FlowError(
            f"{fps:g} frames per second of {frame} pixels are not possible: {board.name} at"
            f" {board.clock_mhz:g} MHz and one pixel of the busiest stream per cycle reaches"
            f" {most:.1f}"
        )
    return int(board.clock_mhz * 1e6 / fps)


def adder_levels(clock_mhz: float) -> int:
    """How many adders may follow each other between two registers at this clock."""
    return LEVELS if clock_mhz <= _THREE_ADDERS_MHZ else LEVELS - 1


def cheapest_fold(layer: Layer, budget: int) -> Fold:
    """The least hardware (pe * simd) that needs at most `budget` >= 1 cycles per position.

    Among equals the wider `simd` wins: it needs fewer accumulators and tables.

    >>> cheapest_fold(Layer("conv0", rows=16, terms=144), budget=4)
    Fold(pe=4, simd=144)
    """
    fits = [fold for fold in every_fold(layer) if cycles_per_position(layer, fold) <= budget]
    return min(fits, key=lambda fold: (fold.pe * fold.simd, -fold.simd))


def every_fold(layer: Layer) -> list[Fold]:
    """All that divide `layer`."""
    return [Fold(pe, simd) for pe in divisors(layer.rows) for simd in divisors(layer.terms)]


def cycles_per_position(layer: Layer, fold: Fold) -> int:
    """Clock cycles one position of the frame spends in `layer`.

    Raises:
        FlowError: `pe` does not divide `rows`, or `simd` does not divide `terms`.

    >>> cycles_per_position(Layer("conv0", rows=64, terms=576), Fold(pe=16, simd=32))
    72
    """
    if layer.rows % fold.pe or layer.terms % fold.simd:
        raise FlowError(
            f"{layer.name}: pe={fold.pe}, simd={fold.simd}"
            f" must divide rows={layer.rows}, terms={layer.terms}"
        )
    return (layer.rows // fold.pe) * (layer.terms // fold.simd)


def _smaller_built_in(folded: Instance, layer: Layer, cycles: int, family: Family) -> bool:
    """Whether the matrix of `folded`, which takes `cycles`, is smaller built in, with its FIFO.

    All sums leave it at once, and are cut into as many channels as leave the folded one.
    """
    if layer.filled * cycles > _BUILT_IN:
        return False
    [narrow] = folded.outputs
    wide = narrow.width // narrow.lanes * layer.rows
    plumbing = [fifo(wide, _CUT), width_adapter(wide, narrow.width)]
    built_in = [
        mapped(family, built_in_cost(folded)),
        *(cost(kernel, family) for kernel in plumbing if wide != narrow.width),
    ]
    kernels = [folded, *([fifo(narrow.width, _CUT)] if wide != narrow.width else [])]
    return total(built_in).lut <= total(cost(kernel, family) for kernel in kernels).lut


def _dots(model: ModelWrapper) -> list[NodeProto]:
    return [node for node in model.graph.node if role_of(node) is Role.DOT]
