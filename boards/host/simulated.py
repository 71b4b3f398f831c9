# SPDX-License-Identifier: MIT
"""The cycle-accurate accelerator: the stitched RTL of a design, run by Verilator."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from boards.host.accelerator import Measured
from flow.design import read_design
from flow.sim.frames import FrameSim

__all__ = ["SimulatedAccelerator"]


class SimulatedAccelerator:
    """A design folder behind the `Accelerator` protocol."""

    name = "sim"

    def __init__(self, folder: Path) -> None:
        self.design = read_design(folder)
        self.shape = (self.design.height // 2, self.design.width // 2)
        self.radius = self.design.radius
        self._sim = FrameSim(folder)

    def restore(
        self, frames: np.ndarray, progress: Callable[[float], None] | None = None
    ) -> Measured:
        run = self._sim.restore(frames, progress=progress)
        return Measured(
            frames=run.frames,
            cycles_per_frame=run.cycles_per_frame,
            latency_cycles=run.latency_cycles,
            sim_cycles_per_second=run.sim_cycles_per_second,
            high_water=run.high_water,
        )
