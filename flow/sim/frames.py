# SPDX-License-Identifier: MIT
"""A built design in the simulator: packed frames in, restored frames and cycle counts out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from flow.design import RTL, TOP, read_design
from flow.errors import FlowError
from flow.sim import verilate
from flow.sim.errors import Hang, SimError
from flow.sim.model import Model
from hls.beats import pack, unpack
from hls.instance import Stream

__all__ = ["FrameRun", "FrameSim"]


@dataclass(frozen=True)
class FrameRun:
    """What a run of frames gave.

    Attributes:
        frames: (N, H, W, channels) uint16
        cycles: from the end of reset to the last pixel
        cycles_per_frame: last pixel of one frame to last pixel of the next, at steady state
        latency_cycles: first pixel taken to first pixel given
        sim_cycles_per_second: clock cycles the simulator ran per second of wall time
        high_water: FIFO name -> most beats it held
    """

    frames: np.ndarray
    cycles: int
    cycles_per_frame: int
    latency_cycles: int
    sim_cycles_per_second: float
    high_water: Mapping[str, int]


class FrameSim:
    """The stitched RTL of a design folder, compiled once for its content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.design = read_design(folder)

    @cached_property
    def model(self) -> Model:
        """The compiled design; the first use may take a minute."""
        sources = {path.name: path.read_text() for path in sorted((self.folder / RTL).glob("*.sv"))}
        width = self.design.channels * self.design.bits
        probes = {fifo.name: f"{fifo.name}.high_water_q" for fifo in self.design.fifos}
        streams = (Stream("x", width),), (Stream("y", width),)
        return verilate.build_sources(TOP, sources, *streams, probes, {})

    def restore(
        self,
        frames: np.ndarray,
        stall_in: float = 0.0,
        stall_out: float = 0.0,
        seed: int = 0,
        progress: Callable[[float], None] | None = None,
    ) -> FrameRun:
        """Run (N, H, W, channels) uint16 `frames` back to back through the design.

        A single frame runs twice, since a rate needs two frames; both must come out the same.

        Raises:
            FlowError: the frames are not of the size the design was built for.
            SimError: the design hangs, or the two runs of a single frame differ.
        """
        shape = (*self.design.packed_shape, self.design.channels)
        if frames.ndim != 4 or frames.shape[1:] != shape:
            raise FlowError(
                f"{self.folder}: frames of shape {frames.shape[1:]}, the design takes {shape}"
            )
        fed = np.repeat(frames, 2, axis=0) if len(frames) == 1 else frames
        pixels = shape[0] * shape[1]
        try:
            result = self.model.run(
                {"x": pack(fed.reshape(-1, self.design.channels), self.design.bits)},
                {"y": len(fed) * pixels},
                stall={"x": stall_in, "y": stall_out},
                seed=seed,
                progress=progress,
                idle_limit=100_000 + 16 * self.design.ideal_cycles // shape[0],
            )
        except Hang as hang:
            raise SimError(f"{self.folder}: {hang}; {self._full(hang.probes)}") from None
        lanes = unpack(result.outputs["y"], self.design.channels, self.design.bits, False)
        restored = lanes.astype(np.uint16).reshape(fed.shape)
        if len(frames) == 1 and not np.array_equal(restored[0], restored[1]):
            raise SimError(f"{self.folder}: the same frame came out differently the second time")
        ends = result.out_cycles["y"][pixels - 1 :: pixels]
        return FrameRun(
            frames=restored[: len(frames)],
            cycles=result.cycles,
            cycles_per_frame=int(ends[-1] - ends[-2]),
            latency_cycles=int(result.out_cycles["y"][0] - result.in_cycles["x"][0]),
            sim_cycles_per_second=result.cycles / result.seconds,
            high_water=result.probes,
        )

    def _full(self, high_water: Mapping[str, int]) -> str:
        depths = {fifo.name: fifo.depth for fifo in self.design.fifos}
        full = [
            f"{name} of depth {depths[name]}" for name in depths if high_water[name] >= depths[name]
        ]
        return f"full were {', '.join(full)}: too small?" if full else "no FIFO was full"
