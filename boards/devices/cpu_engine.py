# SPDX-License-Identifier: MIT
"""The network compiled for this machine's processor: the same bits as the RTL, for any frame."""

import time

import numpy as np
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.devices.accelerator import RESTORING, Measured
from tarsier_fpga.devices.lowered import restorer_of
from tarsier_fpga.flow.cpu.execute import CpuGraph
from tarsier_fpga.flow.sim.built_design import HardwareGraph
from tarsier_fpga.hls.base.progress import Show, silent
from tarsier_fpga.hls.sim.toolchain import has_cxx

__all__ = ["EngineAccelerator", "compiles"]

# Of integer matrices; each is a few lines of C++, and so many take a compiler a minute.
_MOST_WEIGHTS = 20_000


def compiles(model: ModelWrapper) -> bool:
    """Whether the hardware graph `model` is compiled here, within about a minute."""
    weights = (
        model.get_initializer(node.input[1])
        for node in model.graph.node
        if node.op_type.startswith("TarsierIntDot")
    )
    return has_cxx() and sum(map(np.count_nonzero, weights)) <= _MOST_WEIGHTS


class EngineAccelerator:
    """A hardware graph on all of the processor's cores.

    A frame is one tile, of any size: of what lies between its layers only the rows at work are
    kept.
    """

    design = None
    name = "cpu"

    def __init__(self, graph: HardwareGraph) -> None:
        self.graph = graph
        self.restorer = restorer_of(graph)
        self._run = CpuGraph(graph.model)

    def tile(self, frame: tuple[int, int]) -> tuple[int, int]:
        return frame

    def send(self, frames: np.ndarray) -> np.ndarray:
        return frames

    def run(self, sent: np.ndarray, show: Show = silent) -> Measured:
        begin = time.perf_counter()
        codes = np.int16 if self.restorer.y.signed else np.uint16
        restored = []
        for index, frame in enumerate(sent):
            restored.append(self._run(frame).astype(codes, copy=False))
            show(RESTORING, (index + 1) / len(sent))
        frames = restored[0][None] if len(restored) == 1 else np.stack(restored)
        return Measured(frames, time.perf_counter() - begin)

    def receive(self, done: Measured) -> Measured:
        return done
