# SPDX-License-Identifier: MIT
"""The main job: a raw file through a network on an accelerator, measured and compared."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tarsier_fpga.camera.exposure import Exposure, check_gain
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.camera.read import read_raw
from tarsier_fpga.cli.options import Accel
from tarsier_fpga.devices.accelerator import Accelerator, Measured
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.jobs.accelerators import open_accelerator
from tarsier_fpga.jobs.restore import Restored, matches, restore
from tarsier_fpga.picture.isp import develop, grey_world

__all__ = ["Job", "Result", "chip_facts", "parse_gain", "perform"]


@dataclass(frozen=True, slots=True)
class Job:
    """What a user asks for.

    `gain` is a factor, or how it is found in the frame; `design` None builds one for the whole
    frame, at `fps` or, with None, as fast as one packed pixel per cycle; `deploy` None is where
    `tarsier synth` leaves the files of a board; `check` compares all bits with the hardware graph;
    `reference` has been given `exposure` times the light of `raw`.
    """

    raw: Path
    net: str
    board: str
    accel: Accel = Accel.SIM
    design: Path | None = None
    fps: float | None = None
    gain: float | Exposure = Exposure.AUTO
    sidecar: Path | None = None
    reference: Path | None = None
    deploy: Path | None = None
    check: bool = True
    exposure: float = 1.0

    def open(self, raw: Raw, show: Show) -> tuple[Accelerator, Path]:
        """The accelerator for frames like `raw`, and the folder of its hardware graph."""
        size = raw.width, raw.height
        return open_accelerator(
            self.accel, self.net, self.board, size, show, self.design, self.fps, self.deploy
        )

    def gain_of(self, raw: Raw) -> float:
        """The gain of `raw`."""
        return self.gain.gain(raw) if isinstance(self.gain, Exposure) else self.gain


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A finished job: the frame, the design it ran on, and `facts`, the keys of its JSON.

    `design` is None where PyTorch ran a network that no design was built of.
    """

    raw: Raw
    restored: Restored
    folder: Path
    design: Any
    facts: dict[str, Any]

    @property
    def bit_exact(self) -> bool | None:
        return self.facts["bit_exact"]

    def picture(self, codes: np.ndarray) -> np.ndarray:
        """(H, W, 3) uint8 of `codes`, developed the same way for before, after and reference."""
        scale = self.restored.scale
        balance = self.raw.balance or grey_world(self.restored.after, scale)
        return develop(codes, self.raw, balance, scale)


def perform(job: Job, show: Show) -> Result:
    """Do `job`.

    Raises:
        HostError, BoardError, FlowError, TrainingError: one sentence each.
    """
    begin = time.monotonic()
    load_board(job.board)
    show("reading the raw frame", 0.0)
    raw = read_raw(job.raw, job.sidecar)
    reference = _read_reference(job)
    gain = job.gain_of(raw)
    accelerator, folder = job.open(raw, show)
    restored = restore(
        raw, accelerator, gain, reference, lambda done: show("restoring", done), job.exposure
    )
    exact = None
    if job.check:
        from tarsier_fpga.flow.sim import execute

        exact = matches(
            restored.before,
            restored.after,
            lambda frame: execute.reference(folder, frame),
            accelerator.radius,
            lambda done: show("comparing bit for bit", done),
        )
    measured = restored.measured
    facts = {
        "net": accelerator.net,
        "accel": accelerator.name,
        "raw": str(job.raw),
        "width": raw.width,
        "height": raw.height,
        "gain": gain,
        "tiles": restored.tiles,
        **chip_facts(accelerator, restored.tiles, measured),
        "bit_exact": exact,
        "psnr_noisy_db": _rounded(restored.psnr_before),
        "psnr_db": _rounded(restored.psnr_after),
        "accel_seconds": _rounded(measured.seconds, 6),
        "seconds": round(time.monotonic() - begin, 2),
    }
    design = getattr(accelerator, "design", None)
    return Result(raw, restored, folder, design, facts)


def chip_facts(accelerator: Accelerator, tiles: int, measured: Measured) -> dict[str, Any]:
    """What only hardware has: its board, and the cycles where they were counted."""
    design = getattr(accelerator, "design", None)
    cycles = measured.cycles_per_frame
    counted = design is not None and cycles is not None
    return {
        "board": design and design.board,
        "cycles_per_frame": tiles * cycles if counted else None,
        "ideal_cycles": tiles * design.ideal_cycles if counted else None,
        "latency_cycles": measured.latency_cycles,
        "clock_mhz": design.clock_mhz if counted else None,
        "fps": round(design.clock_mhz * 1e6 / (tiles * cycles), 2) if counted else None,
        "sim_cycles_per_second": _rounded(measured.sim_cycles_per_second, 0),
    }


def parse_gain(text: str) -> float | Exposure:
    """A factor on the grid of gains, or how one is found.

    Raises:
        HostError: neither.

    >>> parse_gain("auto"), parse_gain("2.5")
    (<Exposure.AUTO: 'auto'>, 2.5)
    """
    if text in list(Exposure):
        return Exposure(text)
    try:
        factor = float(text)
    except ValueError:
        raise HostError(f"gain {text!r} is neither a number nor {' nor '.join(Exposure)}") from None
    return check_gain(factor)


def _read_reference(job: Job) -> Raw | None:
    """The clean frame, which shares the sidecar of a raw file of its own kind."""
    if job.reference is None:
        return None
    alike = job.reference.suffix == job.raw.suffix
    return read_raw(job.reference, job.sidecar if alike else None)


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)
