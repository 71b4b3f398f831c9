# SPDX-License-Identifier: MIT
"""A Zynq-7000 under PYNQ with the shell that `tarsier synth --with openxc7` builds.

The bitstream is loaded as it is, without a description for PYNQ; registers are words at the
shell's address, frames lie in buffers that the host and the fabric both see. Several starts wait in
the shell, so frames of one batch come in while those of another leave.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tarsier_fpga.devices.accelerator import RESTORING
from tarsier_fpga.devices.deploy import driver_package, sentences_of
from tarsier_fpga.devices.on_board import OnBoard
from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.flow.shell.registers import ZYNQ, register_module
from tarsier_fpga.flow.shell.zynq_facts import ZYNQ_FACTS, MemoryFrame, read_zynq
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.flow.sim.port_beats import by_port, frames_out
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.base.progress import Show, silent
from tarsier_fpga.hls.netlist.beats import pack, words

__all__ = ["ZynqAccelerator", "ZynqBoard", "has_zynq_shell"]

_RANGE = 0x1000  # bytes of the shell's addresses
_PATIENCE = 10.0  # seconds; no frame takes as long
_COUNT = 1 << 32  # counters wrap there
_MOST = (1 << 16) - 1  # frames of a start

# Of the port HP0 (UG585, AXI_HP0_AFI): bit 0 of each makes it half as wide as the shell wants it.
_PORT, _PORT_RANGE, _HALF_WIDTH = 0xF800_8000, 0x1000, 1
_READ_CONTROL, _WRITE_CONTROL = 0x00, 0x14


@dataclass(frozen=True, slots=True, eq=False)
class _Sent:
    """Frames in a buffer, started; where their results go, and what `done` counts with them."""

    source: Any
    target: Any
    count: int
    first: int  # frames done before the first of these
    begin: float  # seconds


_Done = tuple[Any, float]  # the buffer with the results, and the seconds they took


class ZynqBoard:
    """The board this runs on, with the bitstream of a design."""

    name = "pynq"

    def __init__(self, folder: Path, facts: Design, deploy: Path) -> None:
        """The design `facts` in `folder`, whose shell's files are in `deploy`.

        Raises:
            HostError: the shell is another design's, its bitstream is missing, or there is no such
                board here.
        """
        self.facts, self._shell = facts, read_zynq(deploy)
        if self._shell.key != facts.key:
            raise HostError(
                f"{deploy} configures the board for {self._shell.net} (design"
                f" {self._shell.key[:8]}), not for {facts.net} (design {facts.key[:8]});"
                " synthesize it again"
            )
        bitstream, module = deploy / "system.bit", deploy / ZYNQ.python
        for path in (bitstream, module):
            if not path.is_file():
                raise HostError(
                    f"{path} is missing: tarsier synth {folder} --with openxc7 makes it"
                )
        self._pynq = driver_package("pynq", "the PYNQ image of the board")
        with sentences_of(self.name):
            self._pynq.Bitstream(str(bitstream)).download()
            # PYNQ leaves the clock and the port of whatever ran before.
            self._pynq.ps.Clocks.fclk0_mhz = self._shell.clock_mhz
            port = self._pynq.MMIO(_PORT, _PORT_RANGE)
            for control in (_READ_CONTROL, _WRITE_CONTROL):
                port.write(control, port.read(control) & ~_HALF_WIDTH)
            bus = self._pynq.MMIO(self._shell.address, _RANGE)
            self._registers = register_module(module.read_text())[ZYNQ.python_class](bus)
        try:
            self._registers.check()
        except ValueError as error:
            raise HostError(f"{bitstream} is not the shell of {facts.net}: {error}") from None
        self._begun = self._errors = 0  # frames started, and what was counted of errors

    def send(self, frames: Mapping[str, np.ndarray]) -> _Sent:
        """Put (N, H, W, channels) codes where the shell reads them, and start them.

        Raises:
            FlowError: they are not of the design's size.
            HostError: the shell takes no start.
        """
        given = by_port(self.facts, frames)[self.facts.x.name]
        count, shell = len(given), self._shell
        if count > _MOST:
            raise HostError(f"{self.name}: {count} frames at once must be at most {_MOST}")
        with sentences_of(self.name):
            source = self._pynq.allocate((count * shell.x.size,), np.uint8)
            target = self._pynq.allocate((count * shell.y.size,), np.uint8)
            source[:] = _in_memory(given, self.facts.x, shell.x)
            source.flush()
            target.flush()  # what the processor's cache holds of it must not be written back later
            self._wait(lambda: self._registers["status.ready"], 1, "the shell takes no frames")
            self._registers["source"] = source.device_address
            self._registers["source_stride"] = shell.x.size
            self._registers["target"] = target.device_address
            self._registers["target_stride"] = shell.y.size
            begin, first = time.perf_counter(), self._begun
            self._registers["start"] = count
        self._begun += count
        return _Sent(source, target, count, first, begin)

    def run(self, sent: _Sent, show: Show = silent) -> _Done:
        """Wait until the frames that were sent are in the memory again.

        Raises:
            HostError: they do not come, or the memory answered with errors.
        """
        end = sent.first + sent.count
        with sentences_of(self.name):
            self._wait(
                lambda: (self._registers["done"] - end) % _COUNT < _COUNT // 2,
                sent.count,
                f"no {sent.count} frames come back",
                show,
            )
            seconds = time.perf_counter() - sent.begin
            sent.source.freebuffer()
            counted = self._registers["read_errors"] + self._registers["write_errors"]
        found, self._errors = counted - self._errors, counted
        if found:
            raise HostError(
                f"{self.name}: the memory answered {found} times with an error while frames were"
                " under way; is the buffer within its reach?"
            )
        return sent.target, seconds

    def receive(self, done: _Done) -> dict[str, np.ndarray]:
        """The (N, H, W, channels) codes of the output."""
        with sentences_of(self.name):
            done[0].invalidate()
            content = np.array(done[0])
            done[0].freebuffer()
        port = self.facts.y
        return {port.name: _of_memory(content, self.facts, port, self._shell.y)}

    def _wait(self, ready: Any, frames: int, problem: str, show: Show = silent) -> None:
        begin = time.perf_counter()
        while not ready():
            if time.perf_counter() - begin > _PATIENCE * frames:
                raise HostError(
                    f"{self.name}: {problem} after {_PATIENCE * frames:g} s: the design hangs"
                )
            show(RESTORING, 0.0)


class ZynqAccelerator(OnBoard):
    """A design of one input and one output, on the board this runs on."""

    name = ZynqBoard.name

    def __init__(self, design: BuiltDesign, deploy: Path) -> None:
        super().__init__(design)
        self.board = ZynqBoard(design.folder, design.facts, deploy)


def has_zynq_shell(folder: Path) -> bool:
    """Whether the files of such a shell are in `folder`."""
    return (folder / ZYNQ_FACTS).is_file()


def _in_memory(frames: np.ndarray, port: Port, frame: MemoryFrame) -> np.ndarray:
    """(N, H, W, channels) codes as (N * size,) uint8."""
    beats = pack(frames.reshape(-1, port.channels), port.bits).astype("<u4", copy=False)
    content = beats.view(np.uint8)
    pixels = np.zeros((len(content), frame.bytes), np.uint8)
    many = min(frame.bytes, content.shape[1])
    pixels[:, :many] = content[:, :many]
    whole = np.zeros((len(frames), frame.size), np.uint8)
    whole[:, : frame.pixels * frame.bytes] = pixels.reshape(len(frames), -1)
    return whole.ravel()


def _of_memory(content: np.ndarray, design: Design, port: Port, frame: MemoryFrame) -> np.ndarray:
    """The (N, H, W, channels) codes in (N * size,) uint8: the inverse."""
    whole = content.reshape(-1, frame.size)[:, : frame.pixels * frame.bytes]
    pixels = np.ascontiguousarray(whole).reshape(-1, frame.bytes)
    size = 4 * words(port.width)
    padded = np.zeros((len(pixels), size), np.uint8)
    many = min(size, frame.bytes)
    padded[:, :many] = pixels[:, :many]
    return frames_out(design, port, padded.view("<u4"))
