# SPDX-License-Identifier: MIT
"""Fold the dot products onto hardware: how many rows and terms of each run at once.

A dot product is a matrix of `rows` output channels by `terms` = 9 * input channels, applied to
every pixel. `pe` rows and `simd` terms are computed per cycle, so

    cycles per pixel = (rows / pe) * (terms / simd)

and the slowest one sets the frame rate of the whole pipeline.

Source: the cycle model of FINN, `MVAU.get_exp_cycles` (Xilinx/finn, 39f0c9a).
"""

from collections.abc import Callable
from dataclasses import dataclass

from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.ops.base import Role, role_of
from tarsier_fpga.hls.adders.schedule import LEVELS
from tarsier_fpga.hls.base.errors import FlowError

__all__ = [
    "Fold",
    "Layer",
    "adder_levels",
    "cheapest_fold",
    "cycles_per_pixel",
    "every_fold",
    "fold",
    "layers_of",
    "pixel_budget",
    "solve_dots",
]


# Artix-7 logic without wires takes 4.7 ns through three adders, 3.9 ns through two.
_THREE_ADDERS_MHZ = 200


@dataclass(frozen=True, slots=True)
class Layer:
    """A dot product as the hardware sees it: `rows` x `terms` weights."""

    name: str
    rows: int
    terms: int


@dataclass(frozen=True, slots=True)
class Fold:
    """Work done per clock cycle: `pe` rows times `simd` terms."""

    pe: int
    simd: int


def fold(
    model: ModelWrapper, budget: int, constant: bool = True, levels: int = LEVELS
) -> ModelWrapper:
    """`model` with the least hardware that needs at most `budget` cycles per pixel.

    A dot product that is not folded at all has its matrix built in, if `constant`, with at most
    `levels` adders between two registers.
    """
    for node, layer in zip(_dots(model), layers_of(model), strict=True):
        op = getCustomOp(node)
        chosen = cheapest_fold(layer, budget)
        op.set_nodeattr("PE", chosen.pe)
        op.set_nodeattr("SIMD", chosen.simd)
        op.set_nodeattr("constant", int(constant and cycles_per_pixel(layer, chosen) == 1))
        op.set_nodeattr("levels", levels)
        # What follows works channel by channel: at the same pace it needs no width converter.
        follower = model.find_consumer(node.output[0])
        getCustomOp(follower).set_nodeattr("PE", chosen.pe)
    return model


def layers_of(model: ModelWrapper) -> list[Layer]:
    """The dot products of `model`, in its order."""
    ops = [(node.name, getCustomOp(node)) for node in _dots(model)]
    return [Layer(name, rows=op.channels_out(), terms=op.channels_in()) for name, op in ops]


def solve_dots(model: ModelWrapper, progress: Callable[[float], None]) -> ModelWrapper:
    """`model`, with the adders of its built-in matrices in the cache.

    `progress` is told the fraction done. What an interrupted call has solved stays in the cache.
    """
    constant = [op for op in map(getCustomOp, _dots(model)) if op.constant]
    for done, op in enumerate(constant):
        progress(done / len(constant))
        op.instance(model)
    return model


def pixel_budget(board: Board, height: int, width: int, fps: float | None, step: int = 2) -> int:
    """Cycles that each of `height` x `width` pixels may take at `fps` frames per second.

    Each is packed of `step` x `step` pixels of the frame. Without `fps` it is one cycle, the
    fastest there is.

    Raises:
        FlowError: one pixel per cycle is not enough for `fps`.
    """
    if fps is None:
        return 1
    most = board.clock_mhz * 1e6 / (height * width)
    if not 0 < fps <= most:
        raise FlowError(
            f"{fps:g} frames per second of {step * width}x{step * height} pixels are not possible:"
            f" {board.name} at {board.clock_mhz:g} MHz and one packed pixel per cycle reaches"
            f" {most:.1f}"
        )
    return int(most / fps)


def adder_levels(clock_mhz: float) -> int:
    """How many adders may follow each other between two registers at this clock."""
    return LEVELS if clock_mhz <= _THREE_ADDERS_MHZ else LEVELS - 1


def cheapest_fold(layer: Layer, budget: int) -> Fold:
    """The least hardware (pe * simd) that needs at most `budget` >= 1 cycles per pixel.

    Among equals the wider `simd` wins: it needs fewer accumulators and tables.

    >>> cheapest_fold(Layer("conv0", rows=16, terms=144), budget=4)
    Fold(pe=4, simd=144)
    """
    fits = [fold for fold in every_fold(layer) if cycles_per_pixel(layer, fold) <= budget]
    return min(fits, key=lambda fold: (fold.pe * fold.simd, -fold.simd))


def every_fold(layer: Layer) -> list[Fold]:
    """All that divide `layer`."""
    return [Fold(pe, simd) for pe in _divisors(layer.rows) for simd in _divisors(layer.terms)]


def cycles_per_pixel(layer: Layer, fold: Fold) -> int:
    """Clock cycles one pixel spends in `layer`.

    Raises:
        FlowError: `pe` does not divide `rows`, or `simd` does not divide `terms`.

    >>> cycles_per_pixel(Layer("conv0", rows=64, terms=576), Fold(pe=16, simd=32))
    72
    """
    if layer.rows % fold.pe or layer.terms % fold.simd:
        raise FlowError(
            f"{layer.name}: pe={fold.pe}, simd={fold.simd}"
            f" must divide rows={layer.rows}, terms={layer.terms}"
        )
    return (layer.rows // fold.pe) * (layer.terms // fold.simd)


def _dots(model: ModelWrapper) -> list[NodeProto]:
    return [node for node in model.graph.node if role_of(node) is Role.DOT]


def _divisors(n: int) -> list[int]:
    return [d for d in range(1, n + 1) if n % d == 0]
