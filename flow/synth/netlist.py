# SPDX-License-Identifier: MIT
"""The resources of a design: each distinct kernel synthesized by Yosys, and all of them added."""

import time
from collections.abc import Callable
from pathlib import Path

from qonnx.core.modelwrapper import ModelWrapper

from boards.board import Board
from flow.design import GRAPH, TOP, read_design
from flow.finn import prepare_finn
from flow.stitch import stitch
from flow.synth.facts import COUNTED, Part, Synthesis, utilisation
from flow.synth.pool import synthesize_all
from flow.synth.resources import total
from flow.synth.yosys import TOOL

__all__ = ["build"]

Show = Callable[[str, float], None]


def build(folder: Path, board: Board, out: Path, show: Show) -> Synthesis:
    """What Yosys makes of the design in `folder` for `board`."""
    begin = time.monotonic()
    design = read_design(folder)
    prepare_finn()
    netlist = stitch(ModelWrapper(str(folder / GRAPH)), TOP)
    stages = {f"u_{layer.name}": layer.stage for layer in design.layers}
    found = synthesize_all([cell.instance for cell in netlist.cells], board.family, show)
    used = total(found)
    shares = utilisation(used, board)
    return Synthesis(
        tool=TOOL,
        board=board.name,
        part=board.part,
        clock_mhz=design.clock_mhz,
        **{name: getattr(used, name) for name in COUNTED},
        utilisation=shares,
        fits=max(shares.values()) <= 1,
        layers=[
            Part(
                name=cell.name.removeprefix("u_"),
                stage=stages.get(cell.name, ""),
                **{name: getattr(part, name) for name in COUNTED},
            )
            for cell, part in zip(netlist.cells, found, strict=True)
        ],
        seconds=round(time.monotonic() - begin, 1),
    )
