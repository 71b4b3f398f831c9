# SPDX-License-Identifier: MIT
"""tarsier synth: what a design takes on its board, or the files that configure the board."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from boards.cli.outputs import write_together
from boards.cli.progress import Show, progress

__all__ = ["synth"]


class Tool(StrEnum):
    """What synthesizes: Yosys counts, the others end in a bitstream or an xclbin."""

    YOSYS = "yosys"
    NEXTPNR = "nextpnr"
    VIVADO = "vivado"
    VITIS = "vitis"


def synth(
    design: Annotated[Path, typer.Argument(help="folder written by tarsier build")],
    tool: Annotated[Tool, typer.Option("--with", help="what synthesizes it")],
    board: Annotated[str, typer.Option(help="another board of the design's family")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="vivado, vitis: write the project, run nothing")
    ] = False,
) -> int:
    """Synthesize a design; writes DESIGN/synth.json."""
    from boards.board import load_board
    from flow.design import read_design

    facts = read_design(design)
    target = load_board(board or facts.board)
    with progress() as show:
        found = _synthesize(tool, design, target, dry_run, show)
    if found is None:  # a dry run
        print(f"{design / tool.value}: run.sh in it builds for {target.title}, on any machine")
        return 0
    write_together({design / "synth.json": (found.model_dump_json(indent=2) + "\n").encode()})
    return 0


def _synthesize(tool: Tool, design: Path, board, dry_run: bool, show: Show):
    """The Synthesis that `tool` makes of `design`, with its files in a folder of its name."""
    match tool:
        case Tool.YOSYS:
            from flow.synth.netlist import build

            return build(design, board, design, show)
        case Tool.NEXTPNR:
            from flow.synth.ecp5 import build

            return build(design, board, design / tool.value, show)
        case Tool.VIVADO | Tool.VITIS:
            from flow.synth import amd

            out = design / tool.value
            return amd.build(design, board, out, show, amd.Tool(tool.value), dry_run)
