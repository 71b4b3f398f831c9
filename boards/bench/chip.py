# SPDX-License-Identifier: MIT
"""A design as a row of a bench: its cycles from the RTL, its clock and power from a vendor."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tarsier_fpga.bench.bench_facts import Basis, Place, Row
from tarsier_fpga.devices.accelerator import Measured, Notify, restore_frames
from tarsier_fpga.devices.simulated import SimulatedAccelerator
from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.flow.synth.synth_facts import Synthesis

__all__ = ["Counted", "chip_row", "count_cycles", "skipped_chip"]

ASSUMED = "clock assumed, power unknown: no vendor has placed this design"


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What the simulation of a design gave."""

    design: Design
    measured: Measured
    frames: np.ndarray  # that were sent


def count_cycles(folder: Path, progress: Notify) -> Counted:
    """Two frames of noise, back to back, through the RTL of the design in `folder`."""
    chip = SimulatedAccelerator(folder)
    shape = (2, *chip.design.packed_shape, chip.design.channels)
    frames = np.random.default_rng(0).integers(0, 1 << chip.design.bits, shape, np.uint16)
    return Counted(chip.design, restore_frames(chip, frames, progress), frames)


def chip_row(counted: Counted, synthesis: Synthesis | None, psnr_db: float | None) -> Row:
    """The design's row; its clock is the slower of the one asked for and the one reached."""
    design, measured = counted.design, counted.measured
    facts = _facts(design)
    clock, watts, basis, note = design.clock_mhz, None, Basis.ASSUMED, ASSUMED
    if synthesis and synthesis.fmax_mhz is not None:
        clock, watts = min(clock, synthesis.fmax_mhz), synthesis.power_w
        basis, note = Basis.PLACED, f"clock by {synthesis.tool}"
        note += ", power estimated by it" if watts else ", power unknown"
    fps = clock * 1e6 / measured.cycles_per_frame
    return Row(
        **facts,
        basis=basis,
        fps=fps,
        latency_ms=measured.latency_cycles / clock / 1000,
        watts=watts,
        joules=watts and watts / fps,
        psnr_db=psnr_db,
        note=f"{measured.cycles_per_frame:,} cycles at {clock:g} MHz; {note}",
    )


def skipped_chip(design: Design, size: tuple[int, int], reason: str) -> Row:
    """The row of a size that `design` could not be built or run for."""
    facts = _facts(design) | {"width": size[0], "height": size[1]}
    return Row(**facts, basis=Basis.SKIPPED, note=reason)


def _facts(design: Design) -> dict:
    return {
        "net": design.net,
        "place": Place.CHIP,
        "device": design.board,
        "precision": "1 bit",
        "width": design.width,
        "height": design.height,
    }
