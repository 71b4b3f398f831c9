# SPDX-License-Identifier: MIT
"""A design with its video shell in the simulator: a camera's beats in, and a host's registers."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from tarsier_fpga.flow.design.design_facts import Design, read_design
from tarsier_fpga.flow.shell.registers import register_class
from tarsier_fpga.flow.shell.shell_facts import VideoShell
from tarsier_fpga.flow.shell.video import (
    VIDEO_TOP,
    address_bits,
    out_bits,
    register_values,
    video_sources,
)
from tarsier_fpga.hls.base.templates import render
from tarsier_fpga.hls.netlist.beats import pack, unpack
from tarsier_fpga.hls.netlist.instance import Stream
from tarsier_fpga.hls.sim import verilate
from tarsier_fpga.hls.sim.verilated import Model, Session

__all__ = ["VideoBench", "VideoRun", "VideoSim", "video_beats"]

_BENCH = "tarsier_camera_bench"
_GAP_BITS = 24
_BLENDED = "blended"  # the name of the probe of what waits to be mixed


@dataclass(frozen=True)
class VideoRun:
    """What a run gave.

    Attributes:
        beats: (n, pixels + 2) with user and last
        counts: every field of the registers in the end, by name
        filled: FIFO of the design -> the most beats it held since reset
        blended: the most beats that waited to be mixed into their results; 0 where none are
        cycles: from its first to its last beat
        seconds: wall time inside the simulator
    """

    beats: np.ndarray
    counts: Mapping[str, int]
    filled: Mapping[str, int]
    blended: int
    cycles: int
    seconds: float


class VideoSim:
    """The SystemVerilog of a design folder and a shell, compiled once for its content.

    It begins behind a receiver of CSI-2: what comes in are its pixels.
    """

    def __init__(self, design_folder: Path, shell: VideoShell, design: Design | None = None):
        self.folder, self.shell = design_folder, shell.model_copy(update={"csi2": None})
        self.design = design or read_design(design_folder)

    @cached_property
    def model(self) -> Model:
        """Compiled at the first use, or taken from the cache."""
        shell = self.shell
        x_bits, y_bits = shell.pixels * shell.bits, shell.pixels * out_bits(self.design, shell)
        address = address_bits(self.design, shell)
        bench = render(
            Path(__file__).with_name("camera_bench.sv.j2"),
            {},
            bench=_BENCH,
            top=VIDEO_TOP,
            gap_bits=_GAP_BITS,
            x_bits=x_bits,
            y_bits=y_bits,
            in_bytes=ceil(x_bits / 8),
            out_bytes=ceil(y_bits / 8),
            address_bits=address,
        )
        sources = {**video_sources(self.folder, self.design, shell), f"{_BENCH}.sv": bench}
        inputs = Stream("x", _GAP_BITS + x_bits + 2), Stream("c", address + 33)
        outputs = Stream("y", y_bits + 2), Stream("r", 32)
        probes = {fifo.name: f"u_top.u_net.{fifo.name}.high_water_q" for fifo in self.design.fifos}
        if shell.blend:
            probes[_BLENDED] = "u_top.u_shell.gen_blend.u_raster.u_sent.high_water_q"
        return verilate.build_sources(_BENCH, sources, inputs, outputs, probes, {})

    @contextmanager
    def opened(self, seed: int = 0) -> Iterator["VideoBench"]:
        """The shell behind reset, as a board has it."""
        with self.model.session(seed) as session:
            yield VideoBench(self, session)

    def run(
        self,
        beats: np.ndarray,
        gaps: np.ndarray,
        expect: int,
        stall: float = 0.0,
        progress: Callable[[float], None] | None = None,
    ) -> VideoRun:
        """From reset on: see `VideoBench.send`."""
        with self.opened() as bench:
            return bench.send(beats, gaps, expect, stall, progress)


class VideoBench:
    """A simulated board with a camera: what is read, written and sent comes one after the other.

    It is a bus as `VideoRegisters` asks for, and `registers` are its own.
    """

    def __init__(self, sim: VideoSim, session: Session) -> None:
        self._sim, self._session = sim, session
        kind = register_class(register_values(sim.design, sim.shell))
        self.registers: Any = kind(self)

    def read(self, offset: int) -> int:
        """32 bits."""
        return self._access([offset])[0]

    def write(self, offset: int, value: int) -> None:
        """32 bits."""
        self._access([offset], value)

    def send(
        self,
        beats: np.ndarray,
        gaps: np.ndarray,
        expect: int,
        stall: float = 0.0,
        progress: Callable[[float], None] | None = None,
    ) -> VideoRun:
        """Send (n, pixels + 2) `beats`, each behind its gap of silent cycles; take `expect` beats.

        Raises:
            SimError: fewer or more of them come.
        """
        shell, width = self._sim.shell, out_bits(self._sim.design, self._sim.shell)
        fields = [(beats[:, pixel], shell.bits) for pixel in range(shell.pixels)]
        fields += [(beats[:, -2], 1), (beats[:, -1], 1), (gaps, _GAP_BITS)]
        bits = [values[:, None] >> np.arange(many) & 1 for values, many in fields]
        result = self._session.run(
            {"x": pack(np.concatenate(bits, axis=1), 1), "c": self._accesses([])},
            {"y": expect, "r": 0},
            stall={"y": stall},
            drain=64,
            idle_limit=100_000 + 2 * int(gaps.max(initial=0)),
            progress=progress,
        )
        given = unpack(result.outputs["y"], shell.pixels * width + 2, 1, False)
        pixels = given[:, :-2].reshape(expect, shell.pixels, width) @ (1 << np.arange(width))
        filled = dict(result.probes)
        return VideoRun(
            np.concatenate([pixels, given[:, -2:]], axis=1),
            self.registers.readings(),
            blended=filled.pop(_BLENDED, 0),
            filled=filled,
            cycles=result.cycles,
            seconds=result.seconds,
        )

    def _access(self, offsets: list[int], value: int | None = None) -> list[int]:
        none = np.zeros((0, self._sim.model.inputs[0].width), np.int64)
        result = self._session.run(
            {"x": pack(none, 1), "c": self._accesses(offsets, value)},
            {"y": 0, "r": len(offsets)},
            stall={"y": 1.0},  # nothing is taken meanwhile
            drain=0,
        )
        return [int(word) for word in result.outputs["r"][:, 0]]

    def _accesses(self, offsets: list[int], value: int | None = None) -> np.ndarray:
        """As the bench takes them: data, address, and whether it is written."""
        width = self._sim.model.inputs[1].width
        words = np.array([offset << 32 | (value or 0) for offset in offsets], np.int64)
        bits = words[:, None] >> np.arange(width) & 1
        bits[:, -1] = value is not None
        return pack(bits, 1)


def video_beats(frames: np.ndarray, pixels: int) -> np.ndarray:
    """(N, H, W) pixels -> (N * H * W / pixels, pixels + 2) with user and last."""
    count, height, width = frames.shape
    beats = np.zeros((count, height, width // pixels, pixels + 2), np.int64)
    beats[..., :pixels] = frames.reshape(count, height, -1, pixels)
    beats[:, 0, 0, -2] = 1
    beats[:, :, -1, -1] = 1
    return beats.reshape(-1, pixels + 2)
