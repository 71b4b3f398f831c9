# SPDX-License-Identifier: MIT
"""An Alveo card under XRT: the xclbin's DMA kernels, one a port, called through pyxrt."""

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

__all__ = ["XrtAccelerator", "XrtCard"]

_SLICE_MS = 100  # how often a wait looks whether it is still wanted
_PATIENCE = 10.0  # seconds a frame; none takes as long


# The vendor's buffers, which have no type of their own here: with the frames they hold, and with
# the seconds.
_Buffers = tuple[list[Any], int]
_Done = tuple[list[Any], float]


class XrtCard:
    """Card number `card`, with the xclbin of a design: frames of each of its ports."""

    name = "xrt"

    def __init__(
        self, folder: Path, facts: Design, deploy: Path | None = None, card: int = 0
    ) -> None:
        """The design `facts` in `folder`.

        Raises:
            HostError: it is not deployed in `deploy`, or there is no such card here.
        """
        self.facts = facts
        self._deployed = found = read_deploy(deploy or folder / "vitis/deploy", facts, "-0.xclbin")
        self._xrt = driver_package("pyxrt", "XRT")
        with sentences_of(self.name):
            self._device = self._xrt.device(card)
            xclbin = self._xrt.xclbin(str(found.bitstream))
            uuid = self._device.load_xclbin(xclbin)
            names = [kernel.get_name() for kernel in xclbin.get_kernels()]
        self._sources = [self._kernel(uuid, names, dma.name) for dma in found.sources]
        self._sinks = [self._kernel(uuid, names, dma.name) for dma in found.sinks]

    def send(self, frames: Mapping[str, np.ndarray]) -> _Buffers:
        """Put (N, H, W, channels) codes of every input onto the card.

        Raises:
            FlowError: they are not of the design's size.
        """
        contents, count = bytes_of(frames, self.facts)
        direction = self._xrt.xclBOSyncDirection.XCL_BO_SYNC_BO_TO_DEVICE
        buffers = []
        with sentences_of(self.name):
            for kernel, content in zip(self._sources, contents, strict=True):
                buffer = self._buffer(kernel, content.size)
                buffer.write(content, 0)
                buffer.sync(direction, content.size, 0)
                buffers.append(buffer)
        return buffers, count

    def run(self, sent: _Buffers, show: Show = silent) -> _Done:
        """Start every DMA, and wait until those of the outputs are done."""
        given, count = sent
        with sentences_of(self.name):
            taken = [
                self._buffer(kernel, count * dma.frame_bytes)
                for kernel, dma in zip(self._sinks, self._deployed.sinks, strict=True)
            ]
            begin = time.perf_counter()
            writing = [
                kernel(buffer, count) for kernel, buffer in zip(self._sinks, taken, strict=True)
            ]
            for kernel, buffer in zip(self._sources, given, strict=True):
                kernel(buffer, count)
            for one in writing:
                self._wait(one, begin, count, show)
            seconds = time.perf_counter() - begin
        return taken, seconds

    def receive(self, done: _Done) -> dict[str, np.ndarray]:
        """The (N, H, W, channels) codes of every output."""
        direction = self._xrt.xclBOSyncDirection.XCL_BO_SYNC_BO_FROM_DEVICE
        made = {}
        with sentences_of(self.name):
            for dma, buffer in zip(self._deployed.sinks, done[0], strict=True):
                buffer.sync(direction, buffer.size(), 0)
                content = np.asarray(buffer.read(buffer.size(), 0)).view(np.uint8)
                made[dma.port.name] = from_bytes(content, self.facts, dma.port)
        return made

    def _wait(self, writing: Any, begin: float, count: int, show: Show) -> None:
        states = self._xrt.ert_cmd_state
        while (state := writing.wait(_SLICE_MS)) != states.ERT_CMD_STATE_COMPLETED:
            if state in (states.ERT_CMD_STATE_ERROR, states.ERT_CMD_STATE_ABORT):
                raise HostError(f"xrt: the card gave up with {state}")
            if time.perf_counter() - begin > _PATIENCE * count:
                raise HostError(
                    f"xrt: no {count} frames after {_PATIENCE * count:g} s: the design hangs"
                )
            show(RESTORING, 0.0)

    def _kernel(self, uuid: Any, names: list[str], instance: str) -> Any:
        """The DMA called `instance`; FINN's linker files it under a kernel of any name."""
        for name in names:
            try:
                return self._xrt.kernel(self._device, uuid, f"{name}:{{{instance}}}")
            except RuntimeError:  # this kernel has no such instance
                continue
        raise HostError(f"xrt: the xclbin has no {instance}, but {', '.join(names) or 'nothing'}")

    def _buffer(self, kernel: Any, size: int) -> Any:
        return self._xrt.bo(self._device, size, self._xrt.bo.normal, kernel.group_id(0))


class XrtAccelerator(OnBoard):
    """A design of one input and one output, on card number `card`."""

    name = XrtCard.name

    def __init__(self, design: BuiltDesign, deploy: Path | None = None, card: int = 0) -> None:
        super().__init__(design)
        self.board = XrtCard(design.folder, design.facts, deploy, card)
