# SPDX-License-Identifier: MIT
"""tarsier sim: frames through the stitched RTL, counted cycle by cycle and compared bit for bit.

With --video a camera sends them, and not all of them whole.
"""

from pathlib import Path
from typing import Annotated

import typer

from tarsier_fpga.cli.guard import NOT_EXACT
from tarsier_fpga.cli.options import parse_trace
from tarsier_fpga.cli.progress import progress
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["sim"]


def sim(
    design: Annotated[Path, typer.Argument(help="folder written by tarsier build")],
    frames: Annotated[
        int | None, typer.Option(min=2, help="frames to send: 3, or 12 of a camera, if left out")
    ] = None,
    stall_in: Annotated[float, typer.Option(min=0, max=0.95, help="share of idle input")] = 0.0,
    stall_out: Annotated[float, typer.Option(min=0, max=0.95, help="share of busy output")] = 0.0,
    stall_memory: Annotated[
        float | None,
        typer.Option(min=0, max=0.95, help="share of cycles that memories of states pause: 0.1"),
    ] = None,
    stalls: Annotated[bool, typer.Option(help="draw where it waits: DESIGN/stalls.png")] = False,
    check_reset: Annotated[
        bool, typer.Option("--check-reset", help="also look for what reset leaves undefined")
    ] = False,
    trace: Annotated[
        str,
        typer.Option(metavar="frame=N,layer=NAME", help="waves of them: DESIGN/NAME-frameN.fst"),
    ] = "",
    video: Annotated[
        bool,
        typer.Option(
            "--video",
            help="behind a camera whose frames are torn, with the shell of tarsier video:"
            " DESIGN/video_sim.json and .png",
        ),
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="of what --video draws")] = 0,
    faults: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="faults for --video in place of drawn ones"),
    ] = None,
) -> int:
    """Simulate a design on test frames; writes DESIGN/sim.json."""
    if video:
        only = {"--stall-in": stall_in, "--stalls": stalls, "--check-reset": check_reset}
        only |= {"--stall-memory": stall_memory is not None}
        for option, given in {**only, "--trace": trace}.items():
            if given:
                raise HostError(f"{option} is not of a camera: leave it out, or --video")
        return _with_camera(design, frames or 12, seed, faults, stall_out)
    if faults or seed:
        raise HostError(f"{'--faults' if faults else '--seed'} is for a camera: add --video")
    stall = stall_in, stall_out, stall_memory
    return _alone(design, frames or 3, stall, stalls, check_reset, trace)


def _alone(
    design: Path,
    frames: int,
    stall: tuple[float, float, float | None],
    stalls: bool,
    check_reset: bool,
    trace: str,
) -> int:
    stall_in, stall_out, stall_memory = stall
    wanted = parse_trace(trace) if trace else None
    with progress() as show:
        show("loading the simulator", 0.0)
        from tarsier_fpga.flow.sim.built_design import BuiltDesign

        built = BuiltDesign.read(design)
        from tarsier_fpga.flow.sim.memory_knobs import MEMORY_STALL
        from tarsier_fpga.jobs.sim_job import SimJob, perform_sim

        if stall_memory is not None and not built.facts.states:
            raise HostError(f"--stall-memory is of states, and {built.facts.net} has none")
        job = SimJob(
            design=built,
            frames=frames,
            stall_in=stall_in,
            stall_out=stall_out,
            stall_memory=MEMORY_STALL if stall_memory is None else stall_memory,
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


def _with_camera(
    design: Path, frames: int, seed: int, faults: Path | None, stall_out: float
) -> int:
    with progress() as show:
        show("loading the simulator", 0.0)
        from tarsier_fpga.flow.sim.built_design import BuiltDesign

        built = BuiltDesign.read(design)
        from tarsier_fpga.hls.base.files import write_together
        from tarsier_fpga.jobs.video_sim_job import VideoSimJob, perform_video_sim
        from tarsier_fpga.report.camera_section import VIDEO_PAGE, camera_files

        job = VideoSimJob(
            design=built, frames=frames, seed=seed, stimuli=faults, stall_out=stall_out
        )
        done = perform_video_sim(job, show)
        write_together(camera_files(done, design, built.facts))
    found = done.facts
    arrived, read = found.arrived, found.registers
    torn = [one for one in arrived if not one.whole]
    whole = [one for one in arrived if one.whole]
    behind = [one for one in whole if one.behind_fault]
    print(
        f"{frames} frames meant, {len(arrived)} arrived, {len(torn)} of them torn; "
        f"{read['frames_out']} came out\n"
        f"{sum(one.right for one in whole)} of {len(whole)} whole ones right, "
        f"{sum(one.right for one in behind)} of {len(behind)} behind a fault"
    )
    for one in arrived:
        if one.faults:
            lost = "none came out"
            came = "right" if one.right else "repaired" if one.repaired else "wrong"
            print(
                f"  frame {one.frame}: {', '.join(one.faults)}: "
                f"{lost if one.given is None else came}"
            )
    for number in sorted({*range(frames)} - {one.frame for one in arrived}):
        print(f"  frame {number}: missing frame: none came out")
    kinds = ("short_lines", "long_lines", "missing_lines", "extra_lines")
    counted = {name: read[name] for name in (*kinds, "short_frames", "long_frames", "overflows")}
    print("counted: " + ", ".join(f"{name} {count}" for name, count in counted.items()))
    print(
        f"{read['cycles']} cycles per frame, latency {read['latency']} cycles; "
        f"{design / 'video_sim.json'}, {design / VIDEO_PAGE}"
    )
    for sentence in found.broken:
        print(f"BROKEN: {sentence}")
    return NOT_EXACT if found.broken else 0
