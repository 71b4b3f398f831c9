# SPDX-License-Identifier: MIT
"""Bitstreams for Zynq and xclbins for Alveo, by FINN's own builds with our operators in them.

FINN runs here to its end with stand-ins for Vivado and Vitis; what it would have run becomes a
project that can be moved, and run.sh in it is what runs the tools, here or on another machine.
"""

import time
from collections.abc import Callable
from pathlib import Path

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.design.design_facts import read_design
from tarsier_fpga.flow.synth.amd.project import is_finished, write_project
from tarsier_fpga.flow.synth.amd.read_results import read_results
from tarsier_fpga.flow.synth.amd.run_project import missing, run_project
from tarsier_fpga.flow.synth.amd.target import Tool, finn_board
from tarsier_fpga.flow.synth.synth_facts import Synthesis
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.cost.family import Family

__all__ = ["Tool", "build"]


def build(
    folder: Path,
    board: Board,
    out: Path,
    show: Callable[[str, float], None],
    tool: Tool,
    dry_run: bool = False,
) -> Synthesis | None:
    """What `tool` makes of the design in `folder`, with its project in `out`; None for a dry run.

    A project that was run to its end on another machine and brought back is only read.

    Raises:
        FlowError: the board is not for `tool` or the design, a program is missing, or one fails.
    """
    begin = time.monotonic()
    design = read_design(folder)
    finn_board(board, tool)
    if Family.of_part(design.part) is not board.family:
        raise FlowError(
            f"{design.net} was built for the {design.board}, whose device is of another family "
            f"than the {board.name}'s; build it for the {board.name}"
        )
    finished, lacking = is_finished(out, folder, design, board, tool), missing(tool)
    if lacking and not finished and not dry_run:
        raise FlowError(
            f"not on the PATH: {', '.join(lacking)}; stopped before anything was written, "
            "source settings64.sh of the tools first, or let --dry-run write the project for "
            "another machine"
        )
    project = write_project(folder, design, board, tool, out, show)
    if dry_run:
        return None
    if not finished:
        run_project(out, show)
    return read_results(out, project, design, board, time.monotonic() - begin)
