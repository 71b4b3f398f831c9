# SPDX-License-Identifier: MIT
"""A video shell in Verilator: frames, settings and silences in; frames, flags and counts out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tarsier_fpga.hls.golden.bayer_front import bayer_front
from tarsier_fpga.hls.golden.defective_pixels import defective_pixels
from tarsier_fpga.hls.golden.frame_regulariser import frame_regulariser
from tarsier_fpga.hls.kernels.bayer_front import Cfa
from tarsier_fpga.hls.netlist.beats import pack, unpack
from tarsier_fpga.hls.netlist.instance import Stream, rtl_paths
from tarsier_fpga.hls.sim import verilate
from tarsier_fpga.hls.sim.verilated import Model, Result

__all__ = ["COUNTS", "Settings", "Shell", "camera", "given", "restored", "run", "settings_beats"]

COUNTS = (
    *("lines", "frames_in", "frames_out", "crc_in", "crc_out", "cycles", "latency"),
    *("overflows", "dropped", "fullest", "mended"),
    *(f"fault_{kind}" for kind in range(6)),
)
GAIN_WIDTH, TIMEOUT_WIDTH = 16, 24


@dataclass(frozen=True)
class Shell:
    """The parameters of the bench."""

    pixels: int = 2
    bits: int = 12
    net_bits: int = 10
    width: int = 16
    height: int = 8
    fraction: int = 12
    offset: int = 128
    sensor: bool = False
    buffer_depth: int = 64
    block_depth: int = 8
    pace: int = 1
    blend: bool = False
    input_depth: int = 64
    invert: bool = False
    mend: bool = False

    @property
    def out_bits(self) -> int:
        """Of a pixel that is given."""
        return max(self.bits, self.net_bits)

    @property
    def columns(self) -> int:
        """Beats of a line."""
        return self.width // self.pixels


@dataclass(frozen=True)
class Settings:
    """What the registers hold; levels and gains by colour, size in pixels."""

    size: tuple[int, int]
    black: tuple[int, ...] = (64, 64, 64, 64)
    gain: tuple[int, ...] = (4096, 4096, 4096, 4096)
    red: Cfa = Cfa.RGGB
    fill: int = 0
    timeout: int = 0
    hold: bool = False
    bypass: bool = False
    pattern: bool = False
    blend: int = 0
    defect: int = 0


def settings_beats(shell: Shell, settings: Sequence[Settings]) -> np.ndarray:
    """As the bench takes them."""
    column_w, row_w = shell.columns.bit_length(), shell.height.bit_length()
    rows = []
    for s in settings:
        fields = [
            *((int(value), GAIN_WIDTH) for value in s.gain),
            *((int(value), shell.bits) for value in s.black),
            (s.timeout, TIMEOUT_WIDTH),
            (s.fill, shell.bits),
            (s.size[1], row_w),
            (s.size[0] // shell.pixels, column_w),
            (int(s.red), 2),
            *((int(flag), 1) for flag in (s.pattern, s.bypass, s.hold)),
            (s.blend, 9),
            (s.defect, shell.bits),
        ]
        rows.append([value >> at & 1 for value, width in fields for at in range(width)])
    return pack(np.array(rows), 1)


def camera(shell: Shell, beats: np.ndarray, gaps: np.ndarray, loads: np.ndarray) -> np.ndarray:
    """(n, pixels + 2) beats, silences before them, and which come with settings."""
    pixels = beats[:, :-2, None] >> np.arange(shell.bits) & 1
    gap = gaps[:, None] >> np.arange(16) & 1
    parts = [pixels.reshape(len(beats), -1), beats[:, -2:], gap, loads[:, None]]
    return pack(np.concatenate(parts, axis=1).astype(int), 1)


def model(shell: Shell) -> Model:
    """Compiled, or taken from the cache."""
    bench = Path(__file__).with_suffix(".sv")
    text = bench.read_text()
    for name, value in {
        "Pixels": shell.pixels,
        "Bits": shell.bits,
        "NetBits": shell.net_bits,
        "Width": shell.width,
        "Height": shell.height,
        "Fraction": shell.fraction,
        "Offset": shell.offset,
        "BufferDepth": shell.buffer_depth,
        "BlockDepth": shell.block_depth,
        "Pace": shell.pace,
        "InputDepth": shell.input_depth,
    }.items():
        before, rest = text.split(f"unsigned {name:<11} = ", 1)
        text = f"{before}unsigned {name:<11} = {value}{rest[rest.index(',') :]}"
    text = text.replace("Sensor      = 1'b0", f"Sensor      = 1'b{int(shell.sensor)}")
    for name, value in {
        "Blend ": shell.blend,
        "Invert": shell.invert,
        "Mend  ": shell.mend,
    }.items():
        text = text.replace(f"{name}      = 1'b0", f"{name}      = 1'b{int(value)}")
    sources = {path.name: path.read_text() for path in rtl_paths("video_shell")}
    width = 14 + shell.columns.bit_length() + shell.height.bit_length() + 6 * shell.bits
    inputs = (
        Stream("x", shell.pixels * shell.bits + 19),
        Stream("c", width + TIMEOUT_WIDTH + 4 * GAIN_WIDTH),
    )
    outputs = (Stream("y", shell.pixels * shell.out_bits + 2),)
    probes = {name: f"counts.{name}" for name in COUNTS}
    return verilate.build_sources(
        "shell_bench", {**sources, bench.name: text}, inputs, outputs, probes, {}
    )


def run(
    shell: Shell,
    beats: np.ndarray,
    settings: Sequence[Settings],
    loads: np.ndarray | None = None,
    gaps: np.ndarray | None = None,
    *,
    expect: int | None,
    stall: float | dict[str, float] = 0.0,
    drain: int = 64,
) -> tuple[np.ndarray, Result | None]:
    """(`expect`, pixels + 2) beats with user and last, and what the simulator says.

    Where it is not known how many beats to expect, it says nothing, and all are there.
    """
    none = np.zeros(len(beats), int)
    if loads is None:
        loads = none.copy()
        loads[0] = 1
    x = camera(shell, beats, none if gaps is None else gaps, loads)
    inputs = {"x": x, "c": settings_beats(shell, settings)}
    if expect is None:
        result, found = None, model(shell).collect(inputs, stall=stall)["y"]
    else:
        result = model(shell).run(
            inputs, {"y": expect}, stall=stall, drain=drain, idle_limit=20_000, seed=3
        )
        found = result.outputs["y"]
    bits = unpack(found, shell.pixels * shell.out_bits + 2, 1, False)
    weights = 1 << np.arange(shell.out_bits)
    pixels = bits[:, :-2].reshape(len(found), shell.pixels, shell.out_bits) @ weights
    return np.concatenate([pixels, bits[:, -2:]], axis=1), result


def restored(shell: Shell, frame: np.ndarray, settings: Settings) -> np.ndarray:
    """What becomes of a frame of the network's size where the network gives what it takes, or what
    that lacks to the most."""
    if settings.bypass:
        return frame
    if shell.mend:
        frame, _ = defective_pixels(frame, settings.defect, settings.size[::-1])
    gain = np.stack([np.array(settings.gain), np.full(4, 1 << shell.fraction)], axis=1)
    most = (1 << shell.net_bits) - 1
    blocks = bayer_front(
        frame, np.array(settings.black), gain, shell.offset, most, int(settings.red)
    )
    share = min(settings.blend, 256)
    made = most - blocks if shell.invert else blocks
    blocks = (blocks * share + made * (256 - share) + 128) >> 8
    mosaic = np.empty_like(frame)
    for lane in range(4):
        row, column = divmod(lane ^ int(settings.red), 2)
        mosaic[row::2, column::2] = blocks[..., lane]
    return mosaic


def given(shell: Shell, beats: np.ndarray, settings: Settings) -> list[np.ndarray]:
    """The frames that come out of the beats, all with the same settings; the last may be cut."""
    size = (shell.height, shell.columns)
    columns, rows = settings.size[0] // shell.pixels, settings.size[1]
    y, _ = frame_regulariser(beats, columns, rows, size, settings.fill)
    whole = len(y) // (shell.height * shell.columns)
    frames = y[: whole * shell.height * shell.columns, : shell.pixels]
    frames = frames.reshape(whole, shell.height, shell.width)
    return [restored(shell, f, settings)[:rows, : settings.size[0]] for f in frames]
