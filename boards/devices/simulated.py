# SPDX-License-Identifier: MIT
"""The cycle-accurate accelerator: the stitched RTL of a design, run by Verilator."""

import numpy as np

from tarsier_fpga.devices.accelerator import RESTORING, Measured
from tarsier_fpga.devices.designed import Designed
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.flow.sim.frame_sim import FrameRun, FrameSim
from tarsier_fpga.hls.base.progress import Show, silent

__all__ = ["SimulatedAccelerator"]


class SimulatedAccelerator(Designed):
    """A design behind the `Accelerator` protocol; the simulator needs no sending."""

    name = "sim"

    def __init__(self, design: BuiltDesign) -> None:
        super().__init__(design)
        self._sim = FrameSim(design.folder, design=design.facts)

    def send(self, frames: np.ndarray) -> np.ndarray:
        return frames

    def run(self, sent: np.ndarray, show: Show = silent) -> FrameRun:
        return self._sim.restore(sent, progress=lambda done: show(RESTORING, done))

    def receive(self, done: FrameRun) -> Measured:
        return Measured(
            frames=done.frames,
            seconds=done.seconds,
            cycles_per_frame=done.cycles_per_frame,
            latency_cycles=done.latency_cycles,
            sim_cycles_per_second=done.sim_cycles_per_second,
            high_water=done.high_water,
        )
