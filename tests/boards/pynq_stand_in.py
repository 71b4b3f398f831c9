# SPDX-License-Identifier: MIT
"""A stand-in for the package pynq: what our driver uses of it, over a board that is not there.

Its DMAs behave as FINN's: once all are started the bytes are taken apart with FINN's own packing,
the network is computed, and the bytes of the results are in the buffers.
"""

from collections.abc import Callable, Mapping
from types import SimpleNamespace

import numpy as np
from finn.util.data_packing import finnpy_to_packed_bytearray, packed_bytearray_to_finnpy
from qonnx.core.datatype import DataType

from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.hls.base.port import Port

Network = Callable[[Mapping[str, np.ndarray]], Mapping[str, np.ndarray]]  # frames by port


def kind_of(port: Port) -> DataType:
    """FINN's type of a channel."""
    return DataType[f"{'INT' if port.signed else 'UINT'}{port.bits}"]


def unpacked(content: np.ndarray, port: Port, shape: tuple[int, ...]) -> np.ndarray:
    """Bytes as FINN's driver packs them -> codes of `shape`, (N, H, W, channels)."""
    beats = content.reshape(*shape[:3], -1)
    codes = packed_bytearray_to_finnpy(
        beats, kind_of(port), shape, reverse_inner=True, reverse_endian=True
    )
    return codes.astype(np.int64)


def packed(frames: np.ndarray, port: Port) -> np.ndarray:
    """The inverse."""
    folded = frames.astype(np.float32)
    packed = finnpy_to_packed_bytearray(
        folded, kind_of(port), reverse_inner=True, reverse_endian=True
    )
    return packed.astype(np.uint8).ravel()


def computed(
    design: Design, network: Network, contents: Mapping[str, np.ndarray], count: int
) -> dict[str, np.ndarray]:
    """The bytes of each output for those of each input, by port."""
    frames = {
        port.name: unpacked(contents[port.name], port, (count, *design.shape(port)))
        for port in design.inputs
    }
    results = [network({name: each[n] for name, each in frames.items()}) for n in range(count)]
    return {
        port.name: packed(np.stack([made[port.name] for made in results]), port)
        for port in design.outputs
    }


class Buffer(np.ndarray):
    """What allocate returns: an array at an address."""

    def flush(self) -> None:
        self.board.flushed.add(self.device_address)

    def invalidate(self) -> None:
        self.board.invalidated.add(self.device_address)

    def freebuffer(self) -> None:
        del self.board.memory[self.device_address]


class Dma:
    """FINN's IODMA: start, done, idle; address in two registers; frames of a batch."""

    def __init__(self, board: "Board") -> None:
        self.board, self.registers, self.done = board, {}, False

    def write(self, offset: int, value: int) -> None:
        assert 0 <= value < 1 << 32
        self.registers[offset] = value
        if offset == 0x00 and value & 1:
            self.board.started.append(self)
            self.board.work()

    def read(self, offset: int) -> int:
        assert offset == 0x00
        done, self.done = self.done, False  # reading clears it
        return 0x0 if self.board.busy else 0x4 | 0x2 * done

    @property
    def buffer(self) -> np.ndarray:
        return self.board.memory[self.registers[0x10] | self.registers[0x14] << 32]


class Board:
    """Memory, a DMA for each port of `design`, and a network between them.

    The DMAs are idma0 of the last input on, and odma0 of the last output on: FINN numbers them as
    its graph goes.
    """

    def __init__(self, network: Network, design: Design) -> None:
        self.network, self.design = network, design
        self.memory, self.started = {}, []
        self.flushed, self.invalidated = set(), set()
        self.busy = self.hangs = False
        for way, ports in (("i", design.inputs), ("o", design.outputs)):
            dmas = {port.name: Dma(self) for port in ports}
            setattr(self, f"{way}dmas", dmas)
            for n, dma in enumerate(reversed(dmas.values())):
                setattr(self, f"{way}dma{n}", dma)

    def work(self) -> None:
        every = [*self.odmas.values(), *self.idmas.values()]
        if len(self.started) < len(every) or self.hangs:
            return
        assert self.started == every  # else the first pixels would be lost
        self.started.clear()
        (count,) = {dma.registers[0x1C] for dma in every}
        contents = {name: np.array(dma.buffer) for name, dma in self.idmas.items()}
        for name, content in computed(self.design, self.network, contents, count).items():
            self.odmas[name].buffer[:] = content
            self.odmas[name].done = True


def module(board: Board, problem: str = "") -> SimpleNamespace:
    """What `import pynq` gives."""

    def overlay(bitfile: str):
        if problem:
            raise RuntimeError(problem)
        board.bitfile = bitfile
        return board

    def allocate(shape, dtype) -> Buffer:
        buffer = np.zeros(shape, dtype).view(Buffer)
        buffer.board, buffer.device_address = board, 0x8_0000_0000 + 0x1000 * len(board.memory)
        while buffer.device_address in board.memory:
            buffer.device_address += 0x1000
        board.memory[buffer.device_address] = buffer
        return buffer

    clocks = SimpleNamespace(fclk0_mhz=100.0)
    return SimpleNamespace(Overlay=overlay, allocate=allocate, ps=SimpleNamespace(Clocks=clocks))
