# SPDX-License-Identifier: MIT
"""tarsier synth: what a design takes on its board, or the files that configure the board."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperOption

from tarsier_fpga.cli.progress import progress
from tarsier_fpga.flow.board import Board, board_of, load_board
from tarsier_fpga.flow.design.design_facts import LOWERED, Design, read_design
from tarsier_fpga.flow.synth.synth_facts import Part, Synthesis, Timing
from tarsier_fpga.hls.base.files import write_together
from tarsier_fpga.hls.cost.resources import Resources

__all__ = ["SynthCommand", "summary", "synth"]


class SynthCommand(TyperCommand):
    """`synth` with the backends there are, looked for only when it is asked for."""

    def get_params(self, ctx: Any) -> Any:
        from tarsier_fpga.flow.synth.backend import backends

        for option in self.params:
            if isinstance(option, TyperOption) and option.name == "tool":
                option.metavar = f"<{'|'.join(backends())}>"
            if isinstance(option, TyperOption) and option.name == "dry_run":
                able = [name for name, backend in backends().items() if backend.writes_project]
                option.help = f"{', '.join(able)}: write the project, run nothing"
        return super().get_params(ctx)


def synth(
    design: Annotated[Path, typer.Argument(help="folder written by tarsier build")],
    tool: Annotated[str, typer.Option("--with", help="what synthesizes it")],
    board: Annotated[
        str, typer.Option(help="another of the design's family: a name or a TOML")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
) -> int:
    """Synthesize a design; writes DESIGN/synth.json."""
    from tarsier_fpga.flow.synth.backend import find_backend, synthesize, write_project

    backend = find_backend(tool)
    facts = read_design(design)
    target = load_board(board) if board else board_of(design, facts.board)
    with progress() as show:
        if dry_run:
            out = write_project(backend, design, target, show)
            print(f"{out}: run.sh in it builds for {target.title}")
            return 0
        found = synthesize(backend, design, target, show)
        written = {design / "synth.json": (found.model_dump_json(indent=2) + "\n").encode()}
        if found.layers:
            show("drawing", 1.0)
            written[design / "synth.png"] = _chart(found, facts.net)
        write_together(written)
        if not found.layers:  # a chart that is there is of another run
            (design / "synth.png").unlink(missing_ok=True)
    print(summary(found, target, facts.net, [*written, *(design / name for name in found.files)]))
    if found.fmax_mhz is None:  # what was placed fits, or its tool has said what lacks
        _check_fit(found, target, design, facts)
    return 0


def _chart(found: Synthesis, net: str) -> bytes:
    from tarsier_fpga.flow.synth.chart import draw

    picture = BytesIO()
    draw(found, f"{net} on {found.board}, by {found.tool}", picture)
    return picture.getvalue()


def _check_fit(found: Synthesis, board: Board, folder: Path, design: Design) -> None:
    """Raise FlowError, with what would help, if what was counted is more than `board` has."""
    if found.fits:
        return
    from tarsier_fpga.flow.size.fit import check_fit

    buffers = [part for part in found.layers if part.name.startswith("fifo")]
    fifos = sum((part.estimate or part for part in buffers), Resources())
    height, width = design.packed_shape
    pace = design.ideal_cycles // (height * width)
    check_fit(found, board, design.net, folder / LOWERED, fifos, pace)


def summary(found: Synthesis, board: Board, net: str, files: list[Path]) -> str:
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
        *(_estimates(found, found.estimate) if found.estimate else []),
        ", ".join(map(str, files)),
    ]
    return "\n".join(lines)


def _timing(found: Timing) -> str:
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


def _estimates(found: Synthesis, total: Resources) -> list[str]:
    """How near the formulas came, and each kernel for which they did not come near."""
    lines = [
        f"the estimate was {total.lut / found.lut - 1:+.1%} LUT,"
        f" {total.bram36 - found.bram36:+g} BRAM36, {total.dsp - found.dsp:+g} DSP"
    ]
    compared = [(part, part.estimate) for part in found.layers if part.estimate]
    off = [(part, guess) for part, guess in compared if not _near(part, guess)]
    width = max((len(part.name) for part, _ in off), default=0)
    for part, guess in off:
        lines.append(
            f"  {part.name:<{width}}  {part.lut:,g} LUT, estimated {guess.lut:,};"
            f" {part.bram36:g} BRAM36, {guess.bram36:g}; {part.dsp:g} DSP, {guess.dsp}"
        )
    return lines


def _near(part: Part, guess: Resources) -> bool:
    """Within 10 % or 5 LUTs, and exactly in blocks."""
    near = abs(guess.lut - part.lut) <= max(0.1 * part.lut, 5)
    return near and (guess.bram36, guess.dsp) == (part.bram36, part.dsp)
