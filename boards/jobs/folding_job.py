# SPDX-License-Identifier: MIT
"""The least hardware of a network for a board and a rate, beside what `tarsier build` folds."""

from pathlib import Path

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.build import read_told
from tarsier_fpga.flow.build_steps import lowered_for
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.size.estimate_folded import estimate_folded
from tarsier_fpga.flow.size.fold import cycles_per_position
from tarsier_fpga.flow.size.least_fold import LeastFold, least_fold, taken
from tarsier_fpga.hls.base.files import check_folder, json_bytes, write_together
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.hls.cost.resources import COUNTED, Resources
from tarsier_fpga.jobs.designs import qonnx_file

__all__ = ["fold_least"]


def fold_least(
    net: str, board: Board, extent: tuple[int, int], fps: float, out: Path | None, show: Show
) -> str:
    """What is printed of the least folding of `net`; `out` is a JSON file to write it to.

    Raises:
        TarsierError: there is no such net, or it cannot be lowered, or not be as fast.
    """
    if out:
        check_folder(out)
    onnx = qonnx_file(net, show)
    show("lowering", 0.0)
    prepare_finn()
    lowered = lowered_for(ingest(read_told(onnx, {})), extent)
    greedy = estimate_folded(lowered, board, extent, fps)
    found = least_fold(lowered, board, extent, fps, lambda done: show("folding", done))
    if out:
        write_together({out: json_bytes(_facts(found, greedy.resources, board))})
    return _table(found, greedy.resources, board)


def _table(found: LeastFold, greedy: Resources, board: Board) -> str:
    lines = [f"{'layer':<20} {'rows':>5} {'terms':>6} {'PE':>5} {'SIMD':>6} {'cycles':>9}"]
    for layer, fold in zip(found.layers, found.folds, strict=True):
        cycles = layer.positions * cycles_per_position(layer, fold)
        built = "  built in" if (fold.pe, fold.simd) == (layer.rows, layer.terms) else ""
        lines.append(
            f"{layer.name:<20} {layer.rows:>5} {layer.terms:>6} {fold.pe:>5} {fold.simd:>6}"
            f" {cycles:>9,}{built}"
        )
    how = (
        f"all {found.possible} foldings that differ were tried"
        if found.exact
        else f"{found.tried} of {found.possible} foldings were tried; no other of one class of"
        f" layers takes less, and none less than {found.bound:.1%}"
    )
    return "\n".join(
        [
            *lines,
            f"{found.pace:,} cycles a frame; shares of LUTs, memories and DSPs added up, no FIFOs:",
            f"  least          {taken(found.resources, board):7.1%}  {_amounts(found.resources)}",
            f"  tarsier build  {taken(greedy, board):7.1%}  {_amounts(greedy)}",
            how,
        ]
    )


def _amounts(resources: Resources) -> str:
    return ", ".join(
        f"{getattr(resources, name):,g} {name}" for name in COUNTED if getattr(resources, name)
    )


def _facts(found: LeastFold, greedy: Resources, board: Board) -> dict[str, object]:
    return {
        "board": board.name,
        "cycles_per_frame": found.pace,
        "exact": found.exact,
        "possible": found.possible,
        "tried": found.tried,
        "bound": found.bound,
        "taken": taken(found.resources, board),
        "resources": found.resources.model_dump(),
        "build": {"taken": taken(greedy, board), "resources": greedy.model_dump()},
        "layers": [
            {"name": layer.name, "rows": layer.rows, "terms": layer.terms}
            | {"pe": fold.pe, "simd": fold.simd}
            for layer, fold in zip(found.layers, found.folds, strict=True)
        ],
    }
