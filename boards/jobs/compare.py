# SPDX-License-Identifier: MIT
"""Whether a restored frame is, bit for bit, what the hardware graph gives in Python."""

from collections.abc import Callable

import numpy as np

from tarsier_fpga.devices.tiles import Cutting, cut, join, padded_side
from tarsier_fpga.flow.sim.built_design import BuiltDesign, HardwareGraph
from tarsier_fpga.hls.base.progress import Show, silent
from tarsier_fpga.hls.sim.toolchain import has_cxx

__all__ = ["Execute", "matches", "reference_of"]

Execute = Callable[[np.ndarray], np.ndarray]

# Packed pixels along the side of what is compared at once; bounds the memory of a large frame.
_PIECE = 256


# Packed pixels of a frame for which compiling takes longer than NumPy does.
_SMALL = 1 << 16


def reference_of(graph: HardwareGraph, design: BuiltDesign | None, pixels: int) -> Execute:
    """What says how a frame of so many packed pixels must come out of `graph`.

    Of a design it is the graph that its network was lowered to, compiled for this processor where
    there is a compiler and the frame is worth it; else `graph` itself, by NumPy.
    """
    if design is None or pixels <= _SMALL or not has_cxx():
        return graph.reference
    from tarsier_fpga.flow.cpu.execute import CpuGraph

    return CpuGraph(design.lowered)


def matches(
    before: np.ndarray, after: np.ndarray, execute: Execute, cutting: Cutting, show: Show = silent
) -> bool:
    """Whether every pixel equals what `execute`, the hardware graph in Python, computes.

    The whole frame is compared, in overlapping pieces that fit in memory.
    """
    frame = before.shape[0], before.shape[1]
    align = cutting.align
    piece = (
        _side(frame[0], cutting.above, cutting.below, align),
        _side(frame[1], cutting.left, cutting.right, align),
    )
    pieces = cut(before, piece, cutting)
    expected = []
    for index, part in enumerate(pieces):
        expected.append(execute(part))
        show("comparing bit for bit", (index + 1) / len(pieces))
    return bool(np.array_equal(join(np.stack(expected), frame, piece, cutting), after))


def _side(length: int, before: int, after: int, align: int) -> int:
    """Of a piece: what is compared of it, and what is seen around that."""
    inner, *around = (padded_side(side, align) for side in (_PIECE, before, after))
    return min(padded_side(length, align), inner + sum(around))
