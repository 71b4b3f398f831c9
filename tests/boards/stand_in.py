# SPDX-License-Identifier: MIT
"""An accelerator that answers at once, with a receptive field as real as a network's."""

from typing import Any

import numpy as np

from tarsier_fpga.devices.accelerator import Measured, Restorer
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.progress import silent
from tests.boards.design_stand_in import port


def network(frame: np.ndarray, radius: int) -> np.ndarray:
    """`radius` rounds of a 3x3 sum with zero padding, modulo 1024: any missing pixel shows."""
    state = frame.astype(np.int64)
    for _ in range(radius):
        padded = np.pad(state, ((1, 1), (1, 1), (0, 0)))
        rows, columns = state.shape[:2]
        taps = [padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
        state = sum((weight + 1) * tap for weight, tap in enumerate(taps)) % 1024
    return state.astype(np.uint16)


class StandIn:
    """`network` behind the Accelerator protocol."""

    name = net = "stand-in"
    design = None

    def __init__(self, shape: tuple[int, int], radius: int = 3) -> None:
        self.shape, self.radius = shape, radius
        ports = (port("x"),), (port("y"),)
        self.restorer = Restorer.of(self.net, *ports, reach=(radius,) * 4, align=1)
        self.graph: Any = self  # which says what is right, too

    def reference(self, frame):
        return network(frame, self.radius)

    def tile(self, frame):
        if frame[0] < self.shape[0] or frame[1] < self.shape[1]:
            raise HostError("too small for the stand-in")
        return self.shape

    def send(self, frames):
        assert frames.dtype == np.uint16
        assert frames.shape[1:] == (*self.shape, 4)
        return frames

    def run(self, frames, show=silent):
        restored = np.stack([network(frame, self.radius) for frame in frames])
        show("restoring", 1.0)
        return restored

    def receive(self, restored) -> Measured:
        return Measured(restored, cycles_per_frame=100, latency_cycles=7)
