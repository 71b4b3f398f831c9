# SPDX-License-Identifier: MIT
"""Whether a restored frame is, bit for bit, what the hardware graph gives in Python."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tarsier_fpga.devices.cpu_engine import compiles
from tarsier_fpga.devices.tiles import Cutting, Part, padded_side, parts, whole
from tarsier_fpga.flow.sim.built_design import BuiltDesign, HardwareGraph
from tarsier_fpga.hls.base.progress import Show, silent

__all__ = ["Compared", "Execute", "compare", "matches", "reference_of"]

Execute = Callable[[np.ndarray], np.ndarray]

# Packed pixels along the side of what is compared at once; bounds the memory of a large frame.
_PIECE = 256
# Of parts that are drawn, and how many of them beside the four corners.
_DRAWN_PIECE, _DRAWN = 48, 8
# Packed pixels of a frame for which compiling takes longer than NumPy does.
_SMALL = 1 << 16


@dataclass(frozen=True, slots=True)
class Compared:
    """Whether all bits were right in so many `parts` of those that the frame has."""

    exact: bool
    parts: int
    of: int


def reference_of(graph: HardwareGraph, design: BuiltDesign | None, pixels: int) -> Execute:
    """What says how a frame of so many packed pixels must come out of `graph`.

    Of a design it is the graph that its network was lowered to, compiled for this processor where
    there is a compiler and the frame is worth it; else `graph` itself, by NumPy.
    """
    if design is None or pixels <= _SMALL or not compiles(design.lowered):
        return graph.reference
    from tarsier_fpga.flow.cpu.execute import CpuGraph

    return CpuGraph(design.lowered)


def matches(
    before: np.ndarray, after: np.ndarray, execute: Execute, cutting: Cutting, show: Show = silent
) -> bool:
    """Whether every pixel equals what `execute`, the hardware graph in Python, computes.

    The whole frame is compared, in overlapping pieces that fit in memory.
    """
    return compare(before, after, execute, cutting, False, show).exact


def compare(
    before: np.ndarray,
    after: np.ndarray,
    execute: Execute,
    cutting: Cutting,
    drawn: bool,
    show: Show = silent,
) -> Compared:
    """As `matches`; of a frame that has many parts only its corners and a few more if `drawn`.

    Which ones, depends on all that the frame holds before and after, so that a program that gives
    wrong bits cannot know them.
    """
    frame = (before.shape[0], before.shape[1])
    inner = _DRAWN_PIECE if drawn else _PIECE
    piece = (
        _side(frame[0], cutting.above, cutting.below, cutting.align, inner),
        _side(frame[1], cutting.left, cutting.right, cutting.align, inner),
    )
    every = parts(frame, piece, cutting)
    chosen = _drawn(every, before, after) if drawn else every
    filled, exact = whole(before, cutting.align), after.shape[:2] == cutting.result(frame)
    for index, part in enumerate(chosen):
        wanted = execute(filled[part.tile])[part.kept]
        exact = exact and np.array_equal(wanted, after[part.place])
        show("comparing bit for bit", (index + 1) / len(chosen))
    return Compared(exact, len(chosen), len(every))


def _drawn(every: Sequence[Part], before: np.ndarray, after: np.ndarray) -> list[Part]:
    columns = sum(part.tile[0].start == 0 for part in every)
    corners = {0, columns - 1, len(every) - columns, len(every) - 1}
    rest = [index for index in range(len(every)) if index not in corners]
    content = hashlib.sha256(np.ascontiguousarray(before).data)
    content.update(np.ascontiguousarray(after).data)
    rng = np.random.default_rng(int.from_bytes(content.digest()))
    more = rng.choice(rest, min(_DRAWN, len(rest)), replace=False).tolist() if rest else []
    return [every[index] for index in sorted({*corners, *more})]


def _side(length: int, before: int, after: int, align: int, inner: int) -> int:
    """Of a piece: what is compared of it, and what is seen around that."""
    around = sum(padded_side(side, align) for side in (inner, before, after))
    return min(padded_side(length, align), around)
