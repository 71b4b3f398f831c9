# SPDX-License-Identifier: MIT
"""A design as a project of AMD's tools, and what they make of it."""

import time
from pathlib import Path

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.design.design_facts import Design, read_design
from tarsier_fpga.flow.synth.amd.project import Project, is_finished, write_project
from tarsier_fpga.flow.synth.amd.read_results import read_results
from tarsier_fpga.flow.synth.amd.run_project import run_project
from tarsier_fpga.flow.synth.amd.tool import Tool, missing
from tarsier_fpga.flow.synth.synth_facts import Synthesis
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.hls.cost.family import Family

__all__ = ["build", "write"]


def write(folder: Path, board: Board, out: Path, show: Show, tool: Tool) -> Project:
    """The project of `tool` for the design in `folder`, written into `out`.

    Raises:
        FlowError: the design is of another family, or as write_project.
    """
    return write_project(folder, _design(folder, board), board, tool, out, show)


def build(folder: Path, board: Board, out: Path, show: Show, tool: Tool) -> Synthesis:
    """What `tool` makes of the design in `folder`, with its project in `out`.

    A project that was run to its end on another machine and brought back is only read.

    Raises:
        FlowError: the design is of another family, a program is missing, or one fails.
    """
    begin = time.monotonic()
    design = _design(folder, board)
    finished, lacking = is_finished(out, folder, design, board, tool), missing(tool)
    if lacking and not finished:
        raise FlowError(
            f"not on the PATH: {', '.join(lacking)}; stopped before anything was written, "
            "source settings64.sh of the tools first, or let --dry-run write the project for "
            "another machine"
        )
    project = write_project(folder, design, board, tool, out, show)
    if not finished:
        run_project(out, show)
    return read_results(out, project, design, board, time.monotonic() - begin)


def _design(folder: Path, board: Board) -> Design:
    design = read_design(folder)
    if Family.of_part(design.part) is not board.family:
        raise FlowError(
            f"{design.net} was built for the {design.board}, whose device is of another family "
            f"than the {board.name}'s; build it for the {board.name}"
        )
    return design
