# SPDX-License-Identifier: MIT
"""tarsier synth: what a design takes on its board, or the files that configure the board."""

from collections.abc import Sequence
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer

from tarsier_fpga.cli.progress import progress
from tarsier_fpga.flow.board import Board, load_board
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.files import write_together
from tarsier_fpga.hls.base.progress import Show

__all__ = ["summary", "synth"]


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
    from tarsier_fpga.flow.design.design_facts import read_design

    if dry_run and tool not in (Tool.VIVADO, Tool.VITIS):
        raise HostError(f"--dry-run is for vivado and vitis, {tool} is here to run")
    facts = read_design(design)
    target = load_board(board or facts.board)
    with progress() as show:
        found = _synthesize(tool, design, target, dry_run, show)
        if found is None:  # a dry run
            print(f"{design / tool.value}: run.sh in it builds for {target.title}")
            return 0
        written = {design / "synth.json": (found.model_dump_json(indent=2) + "\n").encode()}
        if found.layers:
            show("drawing", 1.0)
            written[design / "synth.png"] = _chart(found, facts.net)
        write_together(written)
        if not found.layers:  # a chart that is there is of another run
            (design / "synth.png").unlink(missing_ok=True)
    print(summary(found, target, facts.net, [*written, *(design / name for name in found.files)]))
    if tool is Tool.YOSYS:
        _check_fit(found, target, design, facts)
    return 0


def _synthesize(tool: Tool, design: Path, board: Board, dry_run: bool, show: Show):
    """The Synthesis that `tool` makes of `design`, with its files in a folder of its name."""
    match tool:
        case Tool.YOSYS:
            from tarsier_fpga.flow.synth.yosys.count_design import build

            return build(design, board, show)
        case Tool.NEXTPNR:
            from tarsier_fpga.flow.synth.ecp5 import build

            return build(design, board, design / tool.value, show)
        case Tool.VIVADO | Tool.VITIS:
            from tarsier_fpga.flow.synth import amd

            out = design / tool.value
            return amd.build(design, board, out, show, amd.Tool(tool.value), dry_run)


def _chart(found, net: str) -> bytes:
    from tarsier_fpga.flow.synth.chart import draw

    picture = BytesIO()
    draw(found, f"{net} on {found.board}, by {found.tool}", picture)
    return picture.getvalue()


def _check_fit(found, board: Board, folder: Path, design) -> None:
    """Raise FlowError, with what would help, if what Yosys counted is more than `board` has."""
    from tarsier_fpga.flow.design.design_facts import LOWERED
    from tarsier_fpga.flow.size.fit import check_fit
    from tarsier_fpga.hls.cost.resources import total

    fifos = total(part.estimate for part in found.layers if part.name.startswith("fifo"))
    height, width = design.packed_shape
    pace = design.ideal_cycles // (height * width)
    check_fit(found, board, design.net, folder / LOWERED, fifos, pace)


def summary(found, board: Board, net: str, files: list[Path]) -> str:
    """What a person reads: what it takes, how well that was estimated, where it is written."""
    amounts = [
        f"{board.family.amounts(name, getattr(found, name), have)} ({found.utilisation[name]:.0%})"
        for name, have in board.resources
        if have
    ]
    reached = "assumed, since nothing was placed"
    if found.fmax_mhz is not None:
        reached = f"asked for, {found.fmax_mhz:g} MHz reached"
    power = f", {found.power_w:g} W by estimate" if found.power_w else ""
    lines = [
        f"{net} on {board.title}: {', '.join(amounts)}",
        f"{found.clock_mhz:g} MHz {reached}{power}; {found.tool}, {found.seconds:g} s",
        *([_timing(found.timing)] if found.timing else []),
        *(_estimates(found) if found.estimate else []),
        ", ".join(map(str, files)),
    ]
    return "\n".join(lines)


def _timing(found) -> str:
    """What the logic of the longest path takes; no wires are known yet."""
    unknown = f"; no delays for {', '.join(found.untimed)}" if found.untimed else ""
    return (
        f"before place and route: {found.delay_ns:.2f} ns through {_ends(found.path)}"
        f" ({found.delays}); between registers at most {found.adders} carry chains, and"
        f" {found.levels} LUTs through {_ends(found.deepest)}{unknown}"
    )


def _ends(kernels: Sequence[str]) -> str:
    """A way through kernels, long ones by their ends and length."""
    if len(kernels) > 3:
        return f"{len(kernels)} kernels from {kernels[0]} to {kernels[-1]}"
    return ", ".join(kernels)


def _estimates(found) -> list[str]:
    """How near the formulas came, and each kernel for which they did not come near."""
    total = found.estimate
    lines = [
        f"the estimate was {total.lut / found.lut - 1:+.1%} LUT,"
        f" {total.bram36 - found.bram36:+g} BRAM36, {total.dsp - found.dsp:+g} DSP"
    ]
    off = [part for part in found.layers if not _near(part)]
    width = max((len(part.name) for part in off), default=0)
    for part in off:
        guess = part.estimate
        lines.append(
            f"  {part.name:<{width}}  {part.lut:,g} LUT, estimated {guess.lut:,};"
            f" {part.bram36:g} BRAM36, {guess.bram36:g}; {part.dsp:g} DSP, {guess.dsp}"
        )
    return lines


def _near(part) -> bool:
    """Within 10 % or 5 LUTs, and exactly in blocks."""
    guess = part.estimate
    near = abs(guess.lut - part.lut) <= max(0.1 * part.lut, 5)
    return near and (guess.bram36, guess.dsp) == (part.bram36, part.dsp)
