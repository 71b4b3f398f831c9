# SPDX-License-Identifier: MIT
"""The network compiled for this machine's processor: the same bits as the RTL, for any frame."""

import time

import numpy as np

from tarsier_fpga.devices.accelerator import RESTORING, Measured
from tarsier_fpga.flow.cpu.execute import CpuGraph
from tarsier_fpga.flow.lower.ingest import net_facts
from tarsier_fpga.flow.sim.built_design import HardwareGraph
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.progress import Show, silent

__all__ = ["EngineAccelerator"]


class EngineAccelerator:
    """A hardware graph on all of the processor's cores.

    A frame is one tile, of any size: of what lies between its layers only the rows at work are
    kept.
    """

    design = None
    name = "cpu"

    def __init__(self, graph: HardwareGraph) -> None:
        facts = net_facts(graph.model)
        self.graph = graph
        self.net, self.radius = facts.name, facts.radius
        self.scale = facts.coding
        self._run = CpuGraph(graph.model)

    def tile(self, frame: tuple[int, int]) -> tuple[int, int]:
        height, width = frame
        least = 2 * self.radius + 1
        if min(frame) < least:
            raise HostError(
                f"the frame is {2 * width} x {2 * height}, too small for {self.net}, "
                f"which needs {2 * least} x {2 * least}"
            )
        return frame

    def send(self, frames: np.ndarray) -> np.ndarray:
        return frames

    def run(self, sent: np.ndarray, show: Show = silent) -> Measured:
        begin = time.perf_counter()
        restored = np.empty_like(sent)
        for index, frame in enumerate(sent):
            restored[index] = self._run(frame)
            show(RESTORING, (index + 1) / len(sent))
        return Measured(restored, time.perf_counter() - begin)

    def receive(self, done: Measured) -> Measured:
        return done
