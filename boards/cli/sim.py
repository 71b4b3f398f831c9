# SPDX-License-Identifier: MIT
"""tarsier sim: frames through the stitched RTL, counted cycle by cycle and compared bit for bit."""

from pathlib import Path
from typing import Annotated

import typer

from tarsier_fpga.cli.guard import NOT_EXACT
from tarsier_fpga.cli.options import parse_trace
from tarsier_fpga.cli.progress import progress

__all__ = ["sim"]


def sim(
    design: Annotated[Path, typer.Argument(help="folder written by tarsier build")],
    frames: Annotated[int, typer.Option(min=2, help="frames to send, back to back")] = 3,
    stall_in: Annotated[float, typer.Option(min=0, max=0.95, help="share of idle input")] = 0.0,
    stall_out: Annotated[float, typer.Option(min=0, max=0.95, help="share of busy output")] = 0.0,
    stalls: Annotated[bool, typer.Option(help="draw where it waits: DESIGN/stalls.png")] = False,
    check_reset: Annotated[
        bool, typer.Option("--check-reset", help="also look for what reset leaves undefined")
    ] = False,
    trace: Annotated[
        str,
        typer.Option(metavar="frame=N,layer=NAME", help="waves of them: DESIGN/NAME-frameN.fst"),
    ] = "",
) -> int:
    """Simulate a design on test frames; writes DESIGN/sim.json."""
    wanted = parse_trace(trace) if trace else None
    with progress() as show:
        show("loading the simulator", 0.0)
        from tarsier_fpga.flow.sim.built_design import BuiltDesign

        built = BuiltDesign.read(design)
        from tarsier_fpga.jobs.sim_job import SimJob, perform_sim

        job = SimJob(
            design=built,
            frames=frames,
            stall_in=stall_in,
            stall_out=stall_out,
            stalls=stalls,
            check_reset=check_reset,
            trace=wanted,
        )
        done = perform_sim(job, show)
    found = done.facts
    print(
        f"{frames} frames, {found.cycles_per_frame} cycles each (ideal {found.ideal_cycles}), "
        f"latency {found.latency_cycles} cycles, {found.sim_cycles_per_second} cycles per second\n"
        f"{'' if found.bit_exact else 'NOT '}bit-exact against the hardware graph in Python; "
        f"{design / 'sim.json'}"
    )
    if found.reset_complete:
        print("every stream is the same in runs that begin with other registers")
    if done.problem:
        print(done.problem)
    return NOT_EXACT if done.problem else 0
