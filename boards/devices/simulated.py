# SPDX-License-Identifier: MIT
"""The cycle-accurate accelerator: the stitched RTL of a design, run by Verilator."""

from pathlib import Path

import numpy as np

from tarsier_fpga.devices.accelerator import Measured, Notify
from tarsier_fpga.devices.designed import Designed
from tarsier_fpga.flow.sim.frame_sim import FrameSim

__all__ = ["SimulatedAccelerator"]


class SimulatedAccelerator(Designed):
    """A design folder behind the `Accelerator` protocol; the simulator needs no sending."""

    name = "sim"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._sim = FrameSim(folder)

    def send(self, frames: np.ndarray) -> np.ndarray:
        return frames

    def run(self, sent: np.ndarray, progress: Notify | None = None) -> Measured:
        run = self._sim.restore(sent, progress=progress)
        return Measured(
            frames=run.frames,
            seconds=run.seconds,
            cycles_per_frame=run.cycles_per_frame,
            latency_cycles=run.latency_cycles,
            sim_cycles_per_second=run.sim_cycles_per_second,
            high_water=run.high_water,
        )

    def receive(self, done: Measured) -> Measured:
        return done
