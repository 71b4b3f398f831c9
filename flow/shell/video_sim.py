# SPDX-License-Identifier: MIT
"""A design with its video shell in the simulator: a camera's beats in, beats and counts out."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from pathlib import Path

import numpy as np

from tarsier_fpga.flow.design.design_facts import Design, read_design
from tarsier_fpga.flow.shell.registers import register_map
from tarsier_fpga.flow.shell.shell_facts import VideoShell
from tarsier_fpga.flow.shell.video import VIDEO_TOP, video_sources
from tarsier_fpga.hls.base.templates import render
from tarsier_fpga.hls.netlist.beats import pack, unpack
from tarsier_fpga.hls.netlist.instance import Stream
from tarsier_fpga.hls.sim import verilate
from tarsier_fpga.hls.sim.verilated import Model

__all__ = ["VideoRun", "VideoSim", "video_beats"]

_BENCH = "tarsier_camera_bench"
_GAP_BITS = 24


@dataclass(frozen=True)
class VideoRun:
    """What a run gave.

    Attributes:
        beats: (n, pixels + 2) with user and last
        counts: what the registers read in the end, by name
    """

    beats: np.ndarray
    counts: Mapping[str, int]


class VideoSim:
    """The SystemVerilog of a design folder and a shell, compiled once for its content."""

    def __init__(self, design_folder: Path, shell: VideoShell, design: Design | None = None):
        self.folder, self.shell = design_folder, shell
        self.design = design or read_design(design_folder)

    @property
    def _out_bits(self) -> int:
        return max(self.shell.bits, self.design.bits)

    @cached_property
    def model(self) -> Model:
        """Compiled at the first use, or taken from the cache."""
        shell = self.shell
        x_bits, y_bits = shell.pixels * shell.bits, shell.pixels * self._out_bits
        readings = [r.name for r in register_map({}) if r.fields[0].reset is None]
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
            readings=readings,
        )
        sources = {**video_sources(self.folder, self.design, shell), f"{_BENCH}.sv": bench}
        ports = (Stream("x", _GAP_BITS + x_bits + 2),), (Stream("y", y_bits + 2),)
        probes = {name: f"counts.{name}" for name in readings}
        return verilate.build_sources(_BENCH, sources, *ports, probes, {})

    def run(
        self, beats: np.ndarray, gaps: np.ndarray, expect: int, stall: float = 0.0, drain: int = 64
    ) -> VideoRun:
        """Send (n, pixels + 2) `beats`, each behind its gap of silent cycles; take `expect` beats.

        Raises:
            SimError: fewer or more of them come.
        """
        shell = self.shell
        fields = [(beats[:, pixel], shell.bits) for pixel in range(shell.pixels)]
        fields += [(beats[:, -2], 1), (beats[:, -1], 1), (gaps, _GAP_BITS)]
        bits = [values[:, None] >> np.arange(width) & 1 for values, width in fields]
        result = self.model.run(
            {"x": pack(np.concatenate(bits, axis=1), 1)},
            {"y": expect},
            stall={"y": stall},
            drain=drain,
            idle_limit=100_000 + 2 * int(gaps.max(initial=0)),
        )
        given = unpack(result.outputs["y"], shell.pixels * self._out_bits + 2, 1, False)
        weights = 1 << np.arange(self._out_bits)
        pixels = given[:, :-2].reshape(expect, shell.pixels, self._out_bits) @ weights
        return VideoRun(np.concatenate([pixels, given[:, -2:]], axis=1), result.probes)


def video_beats(frames: np.ndarray, pixels: int) -> np.ndarray:
    """(N, H, W) pixels -> (N * H * W / pixels, pixels + 2) with user and last."""
    count, height, width = frames.shape
    beats = np.zeros((count, height, width // pixels, pixels + 2), np.int64)
    beats[..., :pixels] = frames.reshape(count, height, -1, pixels)
    beats[:, 0, 0, -2] = 1
    beats[:, :, -1, -1] = 1
    return beats.reshape(-1, pixels + 2)
