# SPDX-License-Identifier: MIT
"""Test frames through a design's RTL: counted, compared bit for bit, and looked into."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from tarsier_fpga.flow.design.queue_facts import Filled
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.flow.sim.frame_sim import FrameRun, FrameSim, stage_trace
from tarsier_fpga.flow.sim.memory_knobs import MEMORY_STALL
from tarsier_fpga.flow.sim.sim_facts import Simulation
from tarsier_fpga.flow.sim.stimuli import SCENES, sample_frames
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.files import write_together, writing
from tarsier_fpga.hls.base.progress import Show

__all__ = ["SimJob", "Simulated", "perform_sim"]

Frames = Mapping[str, np.ndarray]  # by port, (N, H, W, channels) or one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class SimJob:
    """What a user asks for.

    Attributes:
        frames: to send, back to back
        stall_in, stall_out: shares of cycles in which the outside does not offer, or accept
        stall_memory: share of cycles in which memories of states take or give nothing
        stalls: whether a picture is drawn of where it waits
        check_reset: whether to look for what reset leaves undefined
        trace: a frame, and the stage or layer whose waves of it are kept
    """

    design: BuiltDesign
    frames: int = 3
    stall_in: float = 0.0
    stall_out: float = 0.0
    stall_memory: float = MEMORY_STALL
    stalls: bool = False
    check_reset: bool = False
    trace: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was found; `problem` says where the design is wrong, if it is."""

    facts: Simulation
    problem: str


def perform_sim(job: SimJob, show: Show) -> Simulated:
    """Do `job`; leaves sim.json in the design's folder, and what was asked for beside it.

    Raises:
        HostError: there is no such frame to trace.
        FlowError, SimError: there is no such layer, or the design hangs.
    """
    load = os.getloadavg()[0]
    inputs = sample_frames(job.design.facts, job.frames)
    show("compiling the simulation", 0.0)
    simulation = FrameSim(
        job.design.folder,
        watched=job.stalls,
        traced=job.trace is not None,
        design=job.design.facts,
    )
    run = _ran(job, simulation, inputs, show)
    wrong = _first_wrong(job, simulation, inputs, run, show)
    unset = ""
    if job.check_reset and not wrong:
        show("looking for what reset leaves undefined", 0.0)
        unset = simulation.unset(_only(inputs, 0))
    if job.stalls:
        show("drawing the stalls", 1.0)
        from tarsier_fpga.flow.sim.stall_map import stall_map

        with writing(job.design.folder / "stalls.png") as partial:
            stall_map(job.design.facts, run.activity, partial)
    reset_complete = not unset if job.check_reset and not wrong else None
    facts = _facts(job, run, load, not wrong, reset_complete)
    content = (facts.model_dump_json(indent=2) + "\n").encode()
    write_together({job.design.folder / "sim.json": content})
    return Simulated(facts, wrong or unset)


def _ran(job: SimJob, simulation: FrameSim, inputs: Frames, show: Show) -> FrameRun:
    """The run of all frames, with the waves that are asked for."""
    with ExitStack() as files:
        trace = None
        if job.trace:
            frame, layer = job.trace
            if frame >= job.frames:
                raise HostError(
                    f"trace of frame {frame}: the run has frames 0 to {job.frames - 1};"
                    " --frames makes more"
                )
            waves = files.enter_context(writing(job.design.folder / f"{layer}-frame{frame}.fst"))
            trace = stage_trace(job.design.facts, layer, frame, waves)
        return simulation.restore(
            inputs,
            job.stall_in,
            job.stall_out,
            progress=lambda done: show("simulating", done),
            trace=trace,
            stall_memory=job.stall_memory,
        )


def _first_wrong(
    job: SimJob, simulation: FrameSim, inputs: Frames, run: FrameRun, show: Show
) -> str:
    """Where the first frame goes wrong that is not what the hardware graph gives; or nothing."""
    wanted = _references(job, inputs)
    for index in range(job.frames):
        show("comparing bit for bit", index / job.frames)
        made = next(wanted)
        if any(not np.array_equal(made[name], run.outputs[name][index]) for name in made):
            show("looking for the first wrong stream", index / job.frames)
            first = 0 if job.design.facts.states else index
            seen = {name: each[first : index + 1] for name, each in inputs.items()}
            return f"frame {index}: {simulation.explain(seen)}"
    return ""


def _references(job: SimJob, inputs: Frames) -> Iterator[Frames]:
    """What the hardware graph makes of each frame; those that repeat others are not run again."""
    if job.design.facts.states:
        yield from job.design.sequence(inputs)
        return
    exact: list[Frames] = []
    for index in range(job.frames):
        if index < SCENES:
            one = {name: frames[0] for name, frames in _only(inputs, index).items()}
            exact.append(job.design.references(one))
        yield exact[index % SCENES]


def _only(frames: Frames, index: int) -> dict[str, np.ndarray]:
    """Frame number `index` of every input, still (1, H, W, channels)."""
    return {name: each[index : index + 1] for name, each in frames.items()}


def _facts(
    job: SimJob, run: FrameRun, load: float, exact: bool, reset_complete: bool | None
) -> Simulation:
    return Simulation(
        frames=job.frames,
        stall_in=job.stall_in,
        stall_out=job.stall_out,
        stall_memory=job.stall_memory if job.design.facts.states else None,
        cycles_per_frame=run.cycles_per_frame,
        ideal_cycles=job.design.facts.ideal_cycles,
        latency_cycles=run.latency_cycles,
        load=round(load, 1),
        sim_cycles_per_second=round(run.sim_cycles_per_second),
        sim_seconds=round(run.seconds, 2),
        compile_seconds=run.compiling and run.compiling.seconds,
        compile_gigabytes=run.compiling and run.compiling.gigabytes,
        bit_exact=exact,
        reset_complete=reset_complete,
        fifos=tuple(
            Filled(name=fifo.name, depth=fifo.depth, high_water=run.high_water[fifo.name])
            for fifo in job.design.facts.fifos
        ),
    )
