# SPDX-License-Identifier: MIT
"""A built design in the simulator: packed frames in, restored frames and cycle counts out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from tarsier_fpga.flow.design.close_loops import queue_of
from tarsier_fpga.flow.design.design_facts import RTL, TOP, Design, read_design
from tarsier_fpga.flow.sim.diagnose import why_stuck, why_wrong
from tarsier_fpga.flow.sim.memory_knobs import MEMORY_STALL, knob_paths, stalling
from tarsier_fpga.flow.sim.port_beats import beats_in, by_port, frames_out
from tarsier_fpga.flow.sim.reset import why_unset
from tarsier_fpga.flow.sim.threads import fastest
from tarsier_fpga.hls.base.cache import Cost, cost_of
from tarsier_fpga.hls.base.errors import FlowError, SimError
from tarsier_fpga.hls.netlist.instance import Stream
from tarsier_fpga.hls.netlist.simulated_top import INSIDE, simulated_top
from tarsier_fpga.hls.sim import verilate
from tarsier_fpga.hls.sim.activity import Activity, Look, Trace
from tarsier_fpga.hls.sim.hang import Hang
from tarsier_fpga.hls.sim.verilate import MEMORY_MODEL, Part
from tarsier_fpga.hls.sim.verilated import Model

__all__ = ["FrameRun", "FrameSim", "stage_trace"]


@dataclass(frozen=True)
class FrameRun:
    """What a run of frames gave.

    Attributes:
        outputs: (N, H, W, channels) codes of every output, by port
        cycles: from the end of reset to the last pixel
        cycles_per_frame: last pixel of one frame to last pixel of the next, at steady state
        latency_cycles: first pixel taken to first pixel given
        seconds: of wall time in the simulator
        compiling: what compiling the design took, now or earlier; None if that is not known
        high_water: FIFO name -> most beats it held
        activity: what every stream inside did, where they are watched
    """

    outputs: Mapping[str, np.ndarray]
    cycles: int
    cycles_per_frame: int
    latency_cycles: int
    seconds: float
    compiling: Cost | None
    high_water: Mapping[str, int]
    activity: Activity

    @property
    def frames(self) -> np.ndarray:
        """(N, H, W, channels) codes of the first output."""
        return next(iter(self.outputs.values()))

    @property
    def sim_cycles_per_second(self) -> float:
        """Clock cycles that the simulator ran per second of wall time."""
        return self.cycles / self.seconds


class FrameSim:
    """The stitched RTL of a design folder, compiled once for its content.

    Where it is `watched`, the streams inside are counted, which slows the simulation down; where it
    is `traced`, it can also write waves.
    """

    def __init__(
        self,
        folder: Path,
        watched: bool = False,
        traced: bool = False,
        design: Design | None = None,
    ) -> None:
        self.folder = folder
        self.design = design or read_design(folder)
        self._watched, self._traced = watched or traced, traced

    @cached_property
    def model(self) -> Model:
        """The compiled design; the first use may take a minute."""
        return self._compiled(threads=1)

    def _compiled(self, threads: int) -> Model:
        rtl = self.folder / RTL
        sources = {path.name: path.read_text() for path in sorted(rtl.glob("*.sv"))}
        if f"{TOP}.sv" not in sources:
            raise FlowError(f"{rtl}: there is no {TOP}.sv; delete {self.folder} and build it again")
        inputs, outputs = (
            tuple(Stream(port.name, port.width) for port in side)
            for side in (self.design.inputs, self.design.outputs)
        )
        inside = [Stream(wire.name, wire.bits) for wire in self.design.streams]
        watched = inside if self._watched else []
        top, place, knobs, within = TOP, "", {}, None
        if self.design.states:
            memories = {loop.cell: queue_of(loop) for loop in self.design.states}
            top, text = simulated_top(TOP, memories, inputs, outputs)
            sources |= {f"{top}.sv": text, MEMORY_MODEL.name: MEMORY_MODEL.read_text()}
            place, within = f"{INSIDE}.", Part(INSIDE, TOP)
            knobs = knob_paths(memories)
        probes = {fifo.name: f"{place}{fifo.name}.high_water_q" for fifo in self.design.fifos}
        return verilate.build_sources(
            top,
            sources,
            inputs,
            outputs,
            probes,
            knobs,
            watched,
            self._traced,
            threads,
            within=within,
        )

    def restore(
        self,
        frames: np.ndarray | Mapping[str, np.ndarray],
        stall_in: float = 0.0,
        stall_out: float = 0.0,
        seed: int = 0,
        progress: Callable[[float], None] | None = None,
        trace: Trace | None = None,
        stall_memory: float = MEMORY_STALL,
    ) -> FrameRun:
        """Run (N, H, W, channels) `frames`, of each input port, back to back through the design.

        A single frame runs twice, since a rate needs two frames; both must come out the same,
        unless the design has states, to which they are a sequence. The memories of states take and
        give nothing in `stall_memory` of the cycles, on each of their channels.
        A `trace` needs a traced simulation.

        Raises:
            FlowError: the frames are not of the size the design was built for.
            SimError: the design hangs, or the two runs of a single frame differ.
        """
        design = self.design
        given = by_port(design, frames)
        count = len(given[design.x.name])
        fed = {
            name: np.repeat(each, 2, axis=0) if count == 1 else each for name, each in given.items()
        }
        beats, runs = beats_in(design, fed), max(count, 2)
        wires = {wire.name: wire.beats for wire in design.streams}
        ports = {port.name: port for port in design.outputs}
        try:
            model = self._model_for(beats, runs * design.ideal_cycles)
            result = model.run(
                beats,
                {name: runs * wires[name] for name in ports},
                stall={port.name: stall_in for port in design.inputs}
                | dict.fromkeys(ports, stall_out),
                seed=seed,
                progress=progress,
                idle_limit=100_000 + 16 * design.ideal_cycles // design.packed_shape[0],
                knobs=stalling(model, stall_memory),
                look=Look(trace=trace),
            )
        except Hang as hang:
            if not self._watched:  # the same again, to see inside
                return self._watching().restore(
                    frames, stall_in, stall_out, seed, progress, None, stall_memory
                )
            why = why_stuck(design, hang.activity, hang.probes)
            raise SimError(f"{self.folder}: {hang}; {why}") from None
        made = {
            name: frames_out(design, port, result.outputs[name]) for name, port in ports.items()
        }
        if (
            count == 1
            and not design.states
            and any(not np.array_equal(each[0], each[1]) for each in made.values())
        ):
            raise SimError(f"{self.folder}: the same frame came out differently the second time")
        ends = {name: result.out_cycles[name][wires[name] - 1 :: wires[name]] for name in ports}
        first = min(int(cycles[0]) for cycles in result.out_cycles.values())
        return FrameRun(
            outputs={name: each[:count] for name, each in made.items()},
            cycles=result.cycles,
            cycles_per_frame=max(int(each[-1] - each[-2]) for each in ends.values()),
            latency_cycles=first - int(result.in_cycles[design.x.name][0]),
            seconds=result.seconds,
            compiling=cost_of(model.library.parent),
            high_water=result.probes,
            activity=result.activity,
        )

    def _model_for(self, beats: Mapping[str, np.ndarray], cycles: int) -> Model:
        if self._watched:
            return self.model
        return fastest(self.model, lambda: self._compiled(threads=2), beats, cycles)

    def explain(self, frames: np.ndarray | Mapping[str, np.ndarray]) -> str:
        """Where the first of (N, H, W, channels) `frames` goes wrong inside; of a design with
        states, where the sequence of them all does.
        """
        seen = by_port(self.design, frames) if self.design.states else self._first(frames)
        model = self._watching().model
        return self.unset(seen) or why_wrong(self.folder, self.design, model, seen)

    def unset(self, frames: np.ndarray | Mapping[str, np.ndarray]) -> str:
        """Where the first of `frames` meets what reset leaves undefined; or nothing."""
        return why_unset(self.design, self._watching().model, self._first(frames))

    def _first(self, frames: np.ndarray | Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: each[:1] for name, each in by_port(self.design, frames).items()}

    def _watching(self) -> "FrameSim":
        return self if self._watched else FrameSim(self.folder, watched=True, design=self.design)


def stage_trace(design: Design, stage: str, frame: int, path: Path) -> Trace:
    """Waves of a stage (or of one layer) from its first beat of frame number `frame` to its last.

    Raises:
        FlowError: the design has no such stage or layer.
    """
    layers = [layer for layer in design.layers if stage in (layer.stage, layer.name)]
    if not layers:
        known = ", ".join(dict.fromkeys(layer.stage for layer in design.layers))
        raise FlowError(f"{stage}: no stage or layer of this design; its stages are {known}")
    cells = tuple(f"u_{layer.name}" for layer in layers)
    first = next(wire for wire in design.streams if wire.target == cells[0])
    last = next(wire for wire in reversed(design.streams) if wire.source == cells[-1])
    start, stop = (first.name, frame * first.beats), (last.name, (frame + 1) * last.beats)
    return Trace(path, cells, start, stop)
