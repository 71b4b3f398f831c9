# SPDX-License-Identifier: MIT
"""A Zynq board under PYNQ: the bitstream as an Overlay, frames through FINN's two DMAs."""

import time
from pathlib import Path
from typing import Any

import numpy as np

from tarsier_fpga.devices.accelerator import RESTORING, Measured
from tarsier_fpga.devices.deploy import (
    driver_package,
    from_bytes,
    read_deploy,
    sentences_of,
    to_bytes,
)
from tarsier_fpga.devices.designed import Designed
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.progress import Show, silent

__all__ = ["PynqAccelerator"]

# Registers of FINN's DMA, a Vitis HLS kernel: control, the buffer's address, frames of a batch.
_CONTROL, _ADDRESS_LOW, _ADDRESS_HIGH, _FRAMES = 0x00, 0x10, 0x14, 0x1C
_START, _DONE, _IDLE = 0x1, 0x2, 0x4

_PATIENCE = 10.0  # seconds; no frame takes as long


# The vendor's buffer, which has no type of its own here: with its frames, and with the seconds.
_Buffer = tuple[Any, int]
_Done = tuple[Any, float]


class PynqAccelerator(Designed):
    """A design, on the board this runs on."""

    name = "pynq"

    def __init__(self, design: BuiltDesign, deploy: Path | None = None) -> None:
        super().__init__(design)
        self._deployed = facts = read_deploy(
            deploy or design.folder / "vivado/deploy", self.facts, ".bit"
        )
        self._pynq = driver_package("pynq", "the PYNQ image of the board")
        with sentences_of(self.name):
            overlay = self._pynq.Overlay(str(facts.bitstream))
            # PYNQ leaves the clock of the block design, or of whatever ran before.
            self._pynq.ps.Clocks.fclk0_mhz = facts.clock_mhz
            self._source, self._sink = getattr(overlay, facts.source), getattr(overlay, facts.sink)
        self._overlay = overlay  # PYNQ frees what nothing refers to

    def send(self, frames: np.ndarray) -> _Buffer:
        content = to_bytes(frames, self.facts.x)
        with sentences_of(self.name):
            buffer = self._pynq.allocate(content.shape, np.uint8)
            buffer[:] = content
            buffer.flush()
        return buffer, len(frames)

    def run(self, sent: _Buffer, show: Show = silent) -> _Done:
        source, count = sent
        with sentences_of(self.name):
            sink = self._pynq.allocate((count * self._deployed.sink_bytes,), np.uint8)
            for dma in (self._sink, self._source):
                if not dma.read(_CONTROL) & _IDLE:
                    raise HostError("pynq: the accelerator is busy with frames of another program")
            begin = time.perf_counter()
            self._start(self._sink, sink, count)
            self._start(self._source, source, count)
            while not self._sink.read(_CONTROL) & _DONE:
                if time.perf_counter() - begin > _PATIENCE * count:
                    raise HostError(
                        f"pynq: no {count} frames after {_PATIENCE * count:g} s: the design hangs"
                    )
                show(RESTORING, 0.0)
            seconds = time.perf_counter() - begin
            source.freebuffer()
        return sink, seconds

    def receive(self, done: _Done) -> Measured:
        sink, seconds = done
        with sentences_of(self.name):
            sink.invalidate()
            frames = from_bytes(np.array(sink), self.facts, self.facts.y)
            sink.freebuffer()
        return Measured(frames, seconds)

    def _start(self, dma: Any, buffer: Any, count: int) -> None:
        dma.write(_ADDRESS_LOW, buffer.device_address & 0xFFFFFFFF)
        dma.write(_ADDRESS_HIGH, buffer.device_address >> 32)
        dma.write(_FRAMES, count)
        dma.write(_CONTROL, _START)
