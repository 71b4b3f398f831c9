# SPDX-License-Identifier: MIT
"""A design as a row of a bench: its cycles from the RTL, its clock and power from a vendor."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tarsier_fpga.bench.bench_facts import Basis, Place, Row
from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.flow.sim.frame_sim import FrameRun
from tarsier_fpga.flow.synth.synth_facts import Synthesis
from tarsier_fpga.hls.base.progress import Show

__all__ = ["Counted", "chip_row", "count_cycles", "skipped_chip"]

ASSUMED = "clock assumed, power unknown: no vendor has placed this design"


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What the simulation of a design gave."""

    design: BuiltDesign
    frames: np.ndarray  # that were sent
    run: FrameRun


def count_cycles(design: BuiltDesign, show: Show) -> Counted:
    """Two frames of noise, back to back, through the RTL of `design`."""
    facts = design.facts
    shape = (2, *facts.shape(facts.x))
    frames = np.random.default_rng(0).integers(0, 1 << facts.x.bits, shape, np.uint16)
    return Counted(design, frames, design.simulate(frames, show=show))


def chip_row(counted: Counted, synthesis: Synthesis | None, psnr_db: float | None) -> Row:
    """The design's row; its clock is the slower of the one asked for and the one reached."""
    design, run = counted.design.facts, counted.run
    clock, watts, basis, note = design.clock_mhz, None, Basis.ASSUMED, ASSUMED
    if synthesis and synthesis.fmax_mhz is not None:
        clock, watts = min(clock, synthesis.fmax_mhz), synthesis.power_w
        basis, note = Basis.PLACED, f"clock by {synthesis.tool}"
        note += ", power estimated by it" if watts else ", power unknown"
    fps = clock * 1e6 / run.cycles_per_frame
    return Row(
        **_facts(design),
        basis=basis,
        fps=fps,
        latency_ms=run.latency_cycles / clock / 1000,
        watts=watts,
        joules=watts and watts / fps,
        psnr_db=psnr_db,
        note=f"{run.cycles_per_frame:,} cycles at {clock:g} MHz; {note}",
    )


def skipped_chip(design: Design, size: tuple[int, int], reason: str) -> Row:
    """The row of a size that `design` could not be built or run for."""
    facts = _facts(design) | {"width": size[0], "height": size[1]}
    return Row(**facts, basis=Basis.SKIPPED, note=reason)


def _facts(design: Design) -> dict[str, Any]:
    return {
        "net": design.net,
        "place": Place.CHIP,
        "device": design.board,
        "precision": "1 bit",
        "width": design.width,
        "height": design.height,
    }
