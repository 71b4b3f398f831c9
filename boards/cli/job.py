# SPDX-License-Identifier: MIT
"""The main job: a raw file through a network on an accelerator, measured and compared."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from boards.board import load_board
from boards.cli.designs import kept_design
from boards.cli.options import Accel
from boards.cli.progress import Show
from boards.host.codes import auto_gain, check_gain
from boards.host.isp import develop, grey_world
from boards.host.raw import Raw
from boards.host.read import read_raw
from boards.host.restore import Restored, matches, restore

__all__ = ["Job", "Result", "perform"]


@dataclass(frozen=True, slots=True)
class Job:
    """What a user asks for.

    `gain` None chooses it from the frame; `design` None builds one for the whole frame, at `fps`
    or, with None, as fast as one packed pixel per cycle.
    """

    raw: Path
    net: str
    board: str
    accel: Accel = Accel.SIM
    design: Path | None = None
    fps: float | None = None
    gain: float | None = None
    sidecar: Path | None = None
    reference: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A finished job: the frame, the design it ran on, and `facts`, the keys of its JSON."""

    raw: Raw
    restored: Restored
    folder: Path
    design: Any
    facts: dict[str, Any]

    @property
    def bit_exact(self) -> bool:
        return self.facts["bit_exact"]

    def picture(self, codes: np.ndarray) -> np.ndarray:
        """(H, W, 3) uint8 of `codes`, developed the same way for before, after and reference."""
        return develop(codes, self.raw, self.raw.balance or grey_world(self.restored.after))


def perform(job: Job, show: Show) -> Result:
    """Do `job`.

    Raises:
        HostError, BoardError, FlowError, TrainingError: one sentence each.
    """
    begin = time.monotonic()
    board = load_board(job.board)
    gain = None if job.gain is None else check_gain(job.gain)
    show("reading the raw frame", 0.0)
    raw = read_raw(job.raw, job.sidecar)
    reference = _read_reference(job)
    gain = auto_gain(raw) if gain is None else gain

    folder = job.design or kept_design(job.net, board, (raw.width, raw.height), job.fps, show)
    show("compiling the simulation", 0.0)
    accelerator = _open(job.accel, folder)
    from flow import execute

    restored = restore(raw, accelerator, gain, reference, lambda done: show("simulating", done))
    exact = matches(
        restored,
        lambda frame: execute.reference(folder, frame),
        accelerator.radius,
        lambda done: show("comparing bit for bit", done),
    )
    design, measured = accelerator.design, restored.measured
    facts = {
        "net": design.net,
        "board": design.board,
        "accel": accelerator.name,
        "raw": str(job.raw),
        "width": raw.width,
        "height": raw.height,
        "gain": gain,
        "tiles": restored.tiles,
        "cycles_per_frame": restored.cycles_per_frame,
        "ideal_cycles": restored.tiles * design.ideal_cycles,
        "latency_cycles": measured.latency_cycles,
        "clock_mhz": design.clock_mhz,
        "fps": round(design.clock_mhz * 1e6 / restored.cycles_per_frame, 2),
        "bit_exact": exact,
        "psnr_noisy_db": _rounded(restored.psnr_before),
        "psnr_db": _rounded(restored.psnr_after),
        "sim_cycles_per_second": _rounded(measured.sim_cycles_per_second, 0),
        "seconds": round(time.monotonic() - begin, 2),
    }
    return Result(raw, restored, folder, design, facts)


def _read_reference(job: Job) -> Raw | None:
    """The clean frame, which shares the sidecar of a raw file of its own kind."""
    if job.reference is None:
        return None
    alike = job.reference.suffix == job.raw.suffix
    return read_raw(job.reference, job.sidecar if alike else None)


def _open(accel: Accel, folder: Path):
    match accel:
        case Accel.SIM:
            from boards.host.simulated import SimulatedAccelerator

            return SimulatedAccelerator(folder)


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)
