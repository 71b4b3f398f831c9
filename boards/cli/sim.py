# SPDX-License-Identifier: MIT
"""tarsier sim: frames through the stitched RTL, counted cycle by cycle and compared bit for bit."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tarsier_fpga.cli.guard import NOT_EXACT
from tarsier_fpga.cli.options import parse_trace
from tarsier_fpga.cli.progress import progress
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.files import write_together

__all__ = ["sim"]

SCENES = 2  # frames that differ; longer runs repeat them


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
    import numpy as np

    wanted = parse_trace(trace) if trace else None
    load = os.getloadavg()[0]
    with progress() as show, _partial(design) as partial:
        show("compiling the simulation", 0.0)
        from tarsier_fpga.flow.design.design_facts import read_design

        facts = read_design(design)
        from tarsier_fpga.flow.sim.execute import reference
        from tarsier_fpga.flow.sim.frame_sim import FrameSim
        from tarsier_fpga.flow.sim.sim_facts import Simulation

        span, waves = _span(facts, wanted, frames, partial) if wanted else (None, None)
        inputs = sample_frames(frames, (*facts.packed_shape, facts.channels))
        simulation = FrameSim(design, watched=stalls, traced=bool(trace))
        run = simulation.restore(
            inputs, stall_in, stall_out, progress=lambda done: show("simulating", done), trace=span
        )
        if waves:
            partial.replace(design / waves)
        wrong, exact = "", []
        for index, (frame, restored) in enumerate(zip(inputs, run.frames, strict=True)):
            show("comparing bit for bit", index / frames)
            if index < SCENES:
                exact.append(reference(design, frame))
            if not np.array_equal(exact[index % SCENES], restored):
                show("looking for the first wrong stream", index / frames)
                wrong = f"frame {index}: {simulation.explain(frame)}"
                break
        unset = ""
        if check_reset and not wrong:
            show("looking for what reset leaves undefined", 0.0)
            unset = simulation.unset(inputs[0])
        if stalls:
            show("drawing the stalls", 1.0)
            from tarsier_fpga.flow.sim.stall_map import stall_map

            stall_map(facts, run.activity, partial)
            partial.replace(design / "stalls.png")
    found = Simulation(
        frames=frames,
        stall_in=stall_in,
        stall_out=stall_out,
        cycles_per_frame=run.cycles_per_frame,
        ideal_cycles=facts.ideal_cycles,
        latency_cycles=run.latency_cycles,
        load=round(load, 1),
        sim_cycles_per_second=round(run.sim_cycles_per_second),
        sim_seconds=round(run.seconds, 2),
        compile_seconds=run.compiling and run.compiling.seconds,
        compile_gigabytes=run.compiling and run.compiling.gigabytes,
        bit_exact=not wrong,
        reset_complete=not unset if check_reset and not wrong else None,
        fifos=[
            {"name": fifo.name, "depth": fifo.depth, "high_water": run.high_water[fifo.name]}
            for fifo in facts.fifos
        ],
    )
    write_together({design / "sim.json": (found.model_dump_json(indent=2) + "\n").encode()})
    print(
        f"{frames} frames, {run.cycles_per_frame} cycles each (ideal {facts.ideal_cycles}), "
        f"latency {run.latency_cycles} cycles, {found.sim_cycles_per_second} cycles per second\n"
        f"{'NOT bit-exact' if wrong else 'bit-exact'} against the hardware graph in Python; "
        f"{design / 'sim.json'}"
    )
    if found.reset_complete:
        print("every stream is the same in runs that begin with other registers")
    if wrong or unset:
        print(wrong or unset)
    return NOT_EXACT if wrong or unset else 0


def _span(facts, wanted: tuple[int, str], frames: int, partial: Path):
    """The waves of a (frame, layer), and the file they shall end in."""
    from tarsier_fpga.flow.sim.frame_sim import stage_trace

    frame, layer = wanted
    if frame >= frames:
        raise HostError(
            f"trace of frame {frame}: the run has frames 0 to {frames - 1}; --frames makes more"
        )
    return stage_trace(facts, layer, frame, partial), f"{layer}-frame{frame}.fst"


@contextmanager
def _partial(design: Path) -> Iterator[Path]:
    """A name in the folder `design` for a file that is being written, gone afterwards."""
    path = design / f".partial.{os.getpid()}"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def sample_frames(count: int, shape: tuple[int, int, int]):
    """(count, *shape) uint16 codes: pure noise, and noise on a ramp, in turn.

    `shape` is (height, width, channels).
    """
    import numpy as np

    rng = np.random.default_rng(0)
    ramp = np.linspace(128, 896, shape[1])[None, :, None]
    noise = rng.integers(0, 1024, shape)
    scene = np.clip(np.rint(ramp + rng.normal(0, 40, shape)), 0, 1023)
    return np.stack([(noise, scene)[index % SCENES] for index in range(count)]).astype(np.uint16)
