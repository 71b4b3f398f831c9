# SPDX-License-Identifier: MIT
"""Whether a design fits its board, and what would help where it does not."""

import copy
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path

from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.board import Board, Platform, board_names, load_board
from tarsier_fpga.flow.cost.estimate import estimate
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.flow.size.fold import (
    cycles_per_position,
    every_fold,
    fastest_pace,
    fold,
    layers_of,
)
from tarsier_fpga.flow.size.fold_windows import fold_windows
from tarsier_fpga.flow.size.widths import adapt_widths, specialize
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.resources import Resources, total

__all__ = ["check_fit", "largest_fps", "next_board"]


def check_fit(
    needed: Resources, board: Board, net: str, lowered: Path, fifos: Resources, pace: int
) -> None:
    """Raise FlowError unless `board` has what is `needed` at `pace` cycles per frame.

    It says what lacks and by how much, which board would do, and which frame rate: `lowered` is
    the graph before it is folded, `fifos` what its FIFOs take whatever the rate, once it is known.
    """
    lacking = list(_lacking(needed, board))
    if not lacking:
        return
    other = next_board(needed, board)
    fps = largest_fps(ModelWrapper(str(lowered)), board, fifos, pace)
    aside = "" if fifos.lut else ", its FIFOs aside"  # as long as they are not sized
    remedies = [
        f"{other.name} is the next larger board that holds it"
        if other
        else "no board here holds it",
        f"{board.name} holds at most about {fps:.3g} frames per second{aside}"
        if fps
        else f"{board.name} holds it at no rate, so a smaller frame or network is needed",
    ]
    raise FlowError(
        f"{net} does not fit {board.name} at this rate: it needs about {', '.join(lacking)};"
        f" {'; '.join(remedies)}"
    )


def next_board(needed: Resources, board: Board) -> Board | None:
    """The board with the fewest LUTs that has more of them than `board` and all that is `needed`.

    >>> needed = Resources(lut=60_000, ff=1, bram36=1, uram=0, dsp=1000)
    >>> next_board(needed, load_board("pynq-z2")).name
    'kv260'
    """
    # LUT6s may be fewer than LUT4s, never more: no ECP5 replaces another device. A bare board is
    # none for those who have a processor. Of boards with the same device any will do.
    larger = [
        other
        for other in map(load_board, reversed(board_names()))
        if other.resources.lut > board.resources.lut
        and (other.family is Family.ECP5) <= (board.family is Family.ECP5)
        and (other.platform is Platform.BARE) <= (board.platform is Platform.BARE)
        and not any(_lacking(needed, other))
    ]
    return min(larger, key=lambda other: other.resources.lut, default=None)


def largest_fps(lowered: ModelWrapper, board: Board, fifos: Resources, tried: int) -> float | None:
    """The highest frame rate at which `lowered` fits `board`; None if it never does.

    `tried` cycles per frame are known not to fit. The fastest, with matrices built in, takes no
    DSP, so it may fit where a slower one does not.
    """
    fastest = fastest_pace(lowered)
    every = {
        layer.positions * cycles_per_position(layer, each)
        for layer in layers_of(lowered)
        for each in every_fold(layer)
    }
    paces = sorted(pace for pace in every if pace > max(tried, fastest))

    def fits(pace: int) -> bool:
        folded = fold(copy.deepcopy(lowered), pace, constant=False, family=board.family)
        model = specialize(fold_windows(folded, pace, board), board.part)
        model = adapt_widths(model, board.part)
        resources = estimate(stitch(model), board.family, built_in=pace == fastest)
        return not any(_lacking(total([resources, fifos]), board))

    def fps(pace: int) -> float:
        return board.clock_mhz * 1e6 / pace

    if tried > fastest and fits(fastest):
        return fps(fastest)
    # Among folds a slower one needs no more, but for a few tables that become block RAM; so the
    # fastest that fits is found by halving.
    first = bisect_left(paces, True, key=fits)
    return fps(paces[first]) if first < len(paces) else None


def _lacking(needed: Resources, board: Board) -> Iterable[str]:
    for resource, have in board.resources:
        if (count := getattr(needed, resource)) > have:
            amounts = board.family.amounts(resource, count, have)
            yield f"{amounts} ({count / have - 1:.0%} too many)" if have else amounts
