# SPDX-License-Identifier: MIT
"""tarsier build: a network for a board, a frame size and a rate."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tarsier_fpga.cli.options import parse_size
from tarsier_fpga.cli.progress import progress
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.files import check_folder

if TYPE_CHECKING:  # it takes longer to load than the command line should
    from tarsier_fpga.flow.design.design_facts import Design

__all__ = ["build"]


def build(
    net: Annotated[str, typer.Argument(help="a shipped net, a checkpoint or an .onnx")],
    board: Annotated[str | None, typer.Option(help="board to build for: a name or a TOML")] = None,
    size: Annotated[str | None, typer.Option(help="frame, WIDTHxHEIGHT")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="folder to write the design to")
    ] = None,
    fps: Annotated[
        float | None, typer.Option(help="frames per second; the most if left out")
    ] = None,
    bits: Annotated[int | None, typer.Option(help="bits of a code, if NET does not say")] = None,
    black: Annotated[int | None, typer.Option(help="code of black")] = None,
    white: Annotated[int | None, typer.Option(help="code of white")] = None,
    kind: Annotated[FrameKind | None, typer.Option(help="what its frames are")] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="print the network as it is understood; without --out, only"
        ),
    ] = False,
) -> int:
    """Build a design; its folder holds everything and design.json."""
    given = {"bits": bits, "black": black, "white": white, "kind": kind}
    told = {key: str(value) for key, value in given.items() if value is not None}
    if explain and out is None:
        _explain(net, board, size, fps, told)
        return 0
    if board is None or size is None or out is None:
        options = {"--board": board, "--size": size, "--out": out}
        missing = [option for option, value in options.items() if value is None]
        raise HostError(
            f"a design needs {', '.join(missing)}; to see how {net} is understood before one is"
            " built, give --explain"
        )
    from tarsier_fpga.flow.board import load_board
    from tarsier_fpga.jobs.designs import build_design

    target, extent = load_board(board), parse_size(size)
    if not out.parent.is_dir():
        check_folder(out)
    with progress() as show:
        built = build_design(net, target, extent, fps, out, show, told)
    design = built.facts
    if explain:
        from tarsier_fpga.jobs.explain import explain as explained

        print(explained(built.graph.model))
    fifos = design.fifo_sizing
    used = design.estimate.lut / target.resources.lut
    print(
        f"{design.net} for {target.title}: {design.width} x {design.height}, "
        f"{design.cycles_per_frame} cycles per frame, "
        f"{design.clock_mhz * 1e6 / design.cycles_per_frame:.1f} fps at {design.clock_mhz:g} MHz "
        f"(clock assumed)\n"
        f"FIFOs of {fifos.bits / 1000:.0f} kbit, {fifos.bits_unbounded / 1000:.0f} before they "
        f"were made less; the rate is the same\n"
        f"{_memories(design)}"
        f"about {design.estimate.lut} LUT, {used:.0%} of the board (estimate); {out}"
    )
    return 0


def _memories(design: "Design") -> str:
    """A line on each state, if there are any."""
    fps = design.clock_mhz * 1e6 / design.cycles_per_frame
    return "".join(
        f"state {loop.name}: {loop.bytes:,} bytes of memory from {loop.base:#x} on, a port of"
        f" {loop.data_width} bits, {loop.traffic:,} bytes a frame,"
        f" {loop.traffic * fps / 1e6:,.1f} MB/s\n"
        for loop in design.states
    )


def _explain(
    net: str, board: str | None, size: str | None, fps: float | None, told: Mapping[str, str]
) -> None:
    from tarsier_fpga.flow.board import load_board
    from tarsier_fpga.jobs.explain import explain, understood

    if fps is not None and board is None:
        raise HostError(f"--fps {fps:g} is of a board's clock; give --board too, or neither")
    target = None if board is None else load_board(board)
    with progress() as show:
        extent = None if size is None else parse_size(size)
        graph = understood(net, target, extent, fps, show, told)
    print(explain(graph, None if target is None else target.clock_mhz))
