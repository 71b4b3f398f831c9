# SPDX-License-Identifier: MIT
"""An Alveo card under XRT: the xclbin's two DMA kernels, called through pyxrt."""

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

__all__ = ["XrtAccelerator"]

_SLICE_MS = 100  # how often a wait looks whether it is still wanted
_PATIENCE = 10.0  # seconds a frame; none takes as long


# The vendor's buffer, which has no type of its own here: with its frames, and with the seconds.
_Buffer = tuple[Any, int]
_Done = tuple[Any, float]


class XrtAccelerator(Designed):
    """A design, on card number `card`."""

    name = "xrt"

    def __init__(self, design: BuiltDesign, deploy: Path | None = None, card: int = 0) -> None:
        super().__init__(design)
        self._deployed = facts = read_deploy(
            deploy or design.folder / "vitis/deploy", self.facts, "-0.xclbin"
        )
        self._xrt = driver_package("pyxrt", "XRT")
        with sentences_of(self.name):
            self._device = self._xrt.device(card)
            xclbin = self._xrt.xclbin(str(facts.bitstream))
            uuid = self._device.load_xclbin(xclbin)
            names = [kernel.get_name() for kernel in xclbin.get_kernels()]
        self._source = self._kernel(uuid, names, facts.source)
        self._sink = self._kernel(uuid, names, facts.sink)

    def send(self, frames: np.ndarray) -> _Buffer:
        content = to_bytes(frames, self.facts.x)
        with sentences_of(self.name):
            buffer = self._buffer(self._source, content.size)
            buffer.write(content, 0)
            direction = self._xrt.xclBOSyncDirection.XCL_BO_SYNC_BO_TO_DEVICE
            buffer.sync(direction, content.size, 0)
        return buffer, len(frames)

    def run(self, sent: _Buffer, show: Show = silent) -> _Done:
        source, count = sent
        with sentences_of(self.name):
            sink = self._buffer(self._sink, count * self._deployed.sink_bytes)
            begin = time.perf_counter()
            writing = self._sink(sink, count)
            self._source(source, count)
            states = self._xrt.ert_cmd_state
            while (state := writing.wait(_SLICE_MS)) != states.ERT_CMD_STATE_COMPLETED:
                if state in (states.ERT_CMD_STATE_ERROR, states.ERT_CMD_STATE_ABORT):
                    raise HostError(f"xrt: the card gave up with {state}")
                if time.perf_counter() - begin > _PATIENCE * count:
                    raise HostError(
                        f"xrt: no {count} frames after {_PATIENCE * count:g} s: the design hangs"
                    )
                show(RESTORING, 0.0)
            seconds = time.perf_counter() - begin
        return sink, seconds

    def receive(self, done: _Done) -> Measured:
        sink, seconds = done
        with sentences_of(self.name):
            direction = self._xrt.xclBOSyncDirection.XCL_BO_SYNC_BO_FROM_DEVICE
            sink.sync(direction, sink.size(), 0)
            content = np.asarray(sink.read(sink.size(), 0)).view(np.uint8)
        return Measured(from_bytes(content, self.facts, self.facts.y), seconds)

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
