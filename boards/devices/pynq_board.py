# SPDX-License-Identifier: MIT
"""A Zynq board under PYNQ: the bitstream as an Overlay, frames through a DMA of FINN's a port."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tarsier_fpga.devices.accelerator import RESTORING
from tarsier_fpga.devices.deploy import (
    bytes_of,
    driver_package,
    from_bytes,
    read_deploy,
    sentences_of,
)
from tarsier_fpga.devices.on_board import OnBoard
from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.progress import Show, silent

__all__ = ["PynqAccelerator", "PynqBoard"]

# Registers of FINN's DMA, a Vitis HLS kernel: control, the buffer's address, frames of a batch.
_CONTROL, _ADDRESS_LOW, _ADDRESS_HIGH, _FRAMES = 0x00, 0x10, 0x14, 0x1C
_START, _DONE, _IDLE = 0x1, 0x2, 0x4

_PATIENCE = 10.0  # seconds; no frame takes as long


# The vendor's buffers, which have no type of their own here: with the frames they hold, and with
# the seconds.
_Buffers = tuple[list[Any], int]
_Done = tuple[list[Any], float]


class PynqBoard:
    """The board this runs on, with the bitstream of a design: frames of each of its ports."""

    name = "pynq"

    def __init__(self, folder: Path, facts: Design, deploy: Path | None = None) -> None:
        """The design `facts` in `folder`.

        Raises:
            HostError: it is not deployed in `deploy`, or there is no such board here.
        """
        self.facts = facts
        self._deployed = found = read_deploy(deploy or folder / "vivado/deploy", facts, ".bit")
        self._pynq = driver_package("pynq", "the PYNQ image of the board")
        with sentences_of(self.name):
            overlay = self._pynq.Overlay(str(found.bitstream))
            # PYNQ leaves the clock of the block design, or of whatever ran before.
            self._pynq.ps.Clocks.fclk0_mhz = found.clock_mhz
            self._sources = [getattr(overlay, dma.name) for dma in found.sources]
            self._sinks = [getattr(overlay, dma.name) for dma in found.sinks]
        self._overlay = overlay  # PYNQ frees what nothing refers to

    def send(self, frames: Mapping[str, np.ndarray]) -> _Buffers:
        """Put (N, H, W, channels) codes of every input where its DMA reads them.

        Raises:
            FlowError: they are not of the design's size.
        """
        contents, count = bytes_of(frames, self.facts)
        buffers = []
        with sentences_of(self.name):
            for content in contents:
                buffers.append(self._pynq.allocate(content.shape, np.uint8))
                buffers[-1][:] = content
                buffers[-1].flush()
        return buffers, count

    def run(self, sent: _Buffers, show: Show = silent) -> _Done:
        """Start every DMA, and wait until those of the outputs are done."""
        given, count = sent
        with sentences_of(self.name):
            taken = [
                self._pynq.allocate((count * dma.frame_bytes,), np.uint8)
                for dma in self._deployed.sinks
            ]
            for dma in (*self._sinks, *self._sources):
                if not dma.read(_CONTROL) & _IDLE:
                    raise HostError("pynq: the accelerator is busy with frames of another program")
            begin = time.perf_counter()
            for dma, buffer in zip(self._sinks, taken, strict=True):
                self._start(dma, buffer, count)
            for dma, buffer in zip(self._sources, given, strict=True):
                self._start(dma, buffer, count)
            waiting = list(self._sinks)
            while waiting := [dma for dma in waiting if not dma.read(_CONTROL) & _DONE]:
                if time.perf_counter() - begin > _PATIENCE * count:
                    raise HostError(
                        f"pynq: no {count} frames after {_PATIENCE * count:g} s: the design hangs"
                    )
                show(RESTORING, 0.0)
            seconds = time.perf_counter() - begin
            for buffer in given:
                buffer.freebuffer()
        return taken, seconds

    def receive(self, done: _Done) -> dict[str, np.ndarray]:
        """The (N, H, W, channels) codes of every output."""
        made = {}
        with sentences_of(self.name):
            for dma, buffer in zip(self._deployed.sinks, done[0], strict=True):
                buffer.invalidate()
                made[dma.port.name] = from_bytes(np.array(buffer), self.facts, dma.port)
                buffer.freebuffer()
        return made

    def _start(self, dma: Any, buffer: Any, count: int) -> None:
        dma.write(_ADDRESS_LOW, buffer.device_address & 0xFFFFFFFF)
        dma.write(_ADDRESS_HIGH, buffer.device_address >> 32)
        dma.write(_FRAMES, count)
        dma.write(_CONTROL, _START)


class PynqAccelerator(OnBoard):
    """A design of one input and one output, on the board this runs on."""

    name = PynqBoard.name

    def __init__(self, design: BuiltDesign, deploy: Path | None = None) -> None:
        super().__init__(design)
        self.board = PynqBoard(design.folder, design.facts, deploy)
