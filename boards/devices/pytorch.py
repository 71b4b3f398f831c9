# SPDX-License-Identifier: MIT
"""The network in PyTorch, on the CPU or on a GPU: the same bits as the RTL, for any frame size."""

import time

import numpy as np
import torch
from torch import Tensor

from tarsier_fpga.devices.accelerator import RESTORING, Measured
from tarsier_fpga.devices.lowered import restorer_of
from tarsier_fpga.devices.tiles import padded_side
from tarsier_fpga.flow.sim.built_design import HardwareGraph
from tarsier_fpga.flow.sim.integer_net import IntegerNet
from tarsier_fpga.flow.sim.integer_ops import EXACT, EXACT_BY_DETOUR
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.progress import Show, silent

__all__ = ["TorchAccelerator"]

# Packed pixels worked on at once: enough to keep a device busy, few enough to stay near its cache
# and out of the memory that other programs need.
_AT_ONCE = {"cpu": 300_000, "cuda": 8_000_000}


class TorchAccelerator:
    """A hardware graph on a device that PyTorch calls `device`."""

    design = None

    def __init__(self, graph: HardwareGraph, device: str) -> None:
        if device == "cuda" and not torch.cuda.is_available():
            raise HostError("accelerator gpu: PyTorch finds no CUDA GPU here; use cpu")
        model = graph.model
        self.name = "gpu" if device == "cuda" else device
        self.graph = graph
        self.restorer = restorer_of(graph)
        self._device = torch.device(device)
        exact = EXACT_BY_DETOUR if device == "cuda" else EXACT
        self._net = IntegerNet(model, exact).to(self._device)
        torch.backends.cudnn.allow_tf32 = False  # which would keep 11 bits of every number

    def tile(self, frame: tuple[int, int]) -> tuple[int, int]:
        height, width = frame
        cutting = self.restorer.cutting
        most = _AT_ONCE[self._device.type] // width
        # Few enough rows at once, and enough that most of them are kept.
        rows = max(most, 4 * (cutting.above + cutting.below + 1))
        return min(height, padded_side(rows, cutting.align)), width

    def send(self, frames: np.ndarray) -> Tensor:
        codes = torch.from_numpy(frames.view(np.int16))
        return codes.to(self._device, non_blocking=True)

    def run(self, sent: Tensor, show: Show = silent) -> tuple[Tensor, float]:
        begin = time.perf_counter()
        parts = []
        for index, frame in enumerate(sent):
            parts.append(self._net(frame[None]))
            show(RESTORING, (index + 1) / len(sent))
        restored = torch.cat(parts)
        if sent.is_cuda:
            torch.cuda.synchronize(self._device)
        return restored, time.perf_counter() - begin

    def receive(self, done: tuple[Tensor, float]) -> Measured:
        restored, seconds = done
        codes = restored.cpu().numpy()
        return Measured(codes if self.restorer.y.signed else codes.view(np.uint16), seconds)
