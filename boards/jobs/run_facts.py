# SPDX-License-Identifier: MIT
"""What run.json holds: what came out, how fast, and whether it is right."""

from typing import Any

from tarsier_fpga.devices.accelerator import Accelerator, Measured
from tarsier_fpga.hls.base.facts import Facts
from tarsier_fpga.hls.base.files import json_bytes

__all__ = [
    "FrameGain",
    "PictureFacts",
    "RunFacts",
    "VideoFacts",
    "chip_facts",
    "rounded",
    "run_json",
]


class RunFacts(Facts):
    """Frames through a network; None is what the accelerator cannot tell, or nobody asked for.

    Attributes:
        net, accel: the network, and what it ran on
        raw: the file or folder that was read
        tiles: in which each frame passed
        board: that the design is for
        cycles_per_frame, ideal_cycles: of all tiles of a frame
        latency_cycles: first pixel taken to first pixel given
        clock_mhz, fps: of the board, a clock assumed until placed and routed
        sim_cycles_per_second: per second of wall time
        bit_exact: whether every bit that was compared is that of the hardware graph in Python
        compared: in how many parts of how many, of the first frame; all, unless they were drawn
        accel_seconds: of all frames in the network itself
        seconds: of everything
        state: of a network that remembers, what became of it
    """

    net: str
    accel: str
    raw: str
    tiles: int
    board: str | None
    cycles_per_frame: int | None
    ideal_cycles: int | None
    latency_cycles: int | None
    clock_mhz: float | None
    fps: float | None
    sim_cycles_per_second: float | None
    bit_exact: bool | None
    compared: tuple[int, int] | None = None
    accel_seconds: float | None
    seconds: float
    state: str | None = None


class PictureFacts(RunFacts):
    """A single frame: its size, and how close it is to a reference before and after.

    Attributes:
        width, height: pixels of the sensor or of the picture
        kind: of the network's frames: bayer, rgb or luma
        result: of what it gives; rgb of bayer where it finishes pictures
        scale: how many times as wide and high the result is
        gain: that a raw frame was given
        psnr_noisy_db, psnr_db: of a raw frame's light, or of a picture's levels of 8 bits
        ssim_noisy, ssim: of a picture, finished ones too
    """

    width: int
    height: int
    kind: str
    result: str
    scale: float
    gain: float | None
    psnr_noisy_db: float | None
    psnr_db: float | None
    ssim_noisy: float | None
    ssim: float | None


class FrameGain(Facts):
    """A frame of a video, and the gain it was given; None of a picture."""

    name: str
    gain: float | None


class VideoFacts(RunFacts):
    """A video: its frames, why others were skipped, and the pace with reading and writing.

    `stage_seconds` is what each stage worked; they overlap.
    """

    frames: tuple[FrameGain, ...]
    skipped: tuple[str, ...]
    host_fps: float
    stage_seconds: dict[str, float]


def run_json(facts: RunFacts) -> bytes:
    """`facts` as JSON; the PSNR of equal frames, infinite, becomes null."""
    return json_bytes(facts.model_dump())


def chip_facts(accelerator: Accelerator, tiles: int, measured: Measured) -> dict[str, Any]:
    """What only hardware has: its board, and the cycles where they were counted."""
    design = accelerator.design.facts if accelerator.design else None
    facts: dict[str, Any] = {
        "board": design and design.board,
        "cycles_per_frame": None,
        "ideal_cycles": None,
        "latency_cycles": measured.latency_cycles,
        "clock_mhz": None,
        "fps": None,
        "sim_cycles_per_second": rounded(measured.sim_cycles_per_second, 0),
    }
    if design and measured.cycles_per_frame is not None:
        cycles = tiles * measured.cycles_per_frame
        facts |= {
            "cycles_per_frame": cycles,
            "ideal_cycles": tiles * design.ideal_cycles,
            "clock_mhz": design.clock_mhz,
            "fps": round(design.clock_mhz * 1e6 / cycles, 2),
        }
    return facts


def rounded(value: float | None, digits: int = 2) -> float | None:
    """`value` to so many digits; what is not known stays so."""
    return None if value is None else round(value, digits)
