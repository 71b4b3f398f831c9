# SPDX-License-Identifier: MIT
"""A stand-in for the package pynq: what our driver uses of it, over a board that is not there.

Its two DMAs behave as FINN's: once both are started the bytes are taken apart with FINN's own
packing, the network is computed, and the bytes of the result are in the buffer.
"""

from types import SimpleNamespace

import numpy as np
from finn.util.data_packing import finnpy_to_packed_bytearray, packed_bytearray_to_finnpy
from qonnx.core.datatype import DataType

CODE = DataType["UINT10"]


def unpacked(content: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Bytes as FINN's driver packs them -> codes of `shape`, (N, H, W, 4)."""
    beats = content.reshape(*shape[:3], -1)
    codes = packed_bytearray_to_finnpy(beats, CODE, shape, reverse_inner=True, reverse_endian=True)
    return codes.astype(np.uint16)


def packed(frames: np.ndarray) -> np.ndarray:
    """The inverse."""
    folded = frames.astype(np.float32)
    packed = finnpy_to_packed_bytearray(folded, CODE, reverse_inner=True, reverse_endian=True)
    return packed.astype(np.uint8).ravel()


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
    """Memory, two DMAs and a network between them."""

    def __init__(self, network, shape: tuple[int, int]) -> None:
        self.network, self.shape = network, shape
        self.memory, self.started = {}, []
        self.flushed, self.invalidated = set(), set()
        self.busy = self.hangs = False
        self.idma0, self.odma0 = Dma(self), Dma(self)

    def work(self) -> None:
        if len(self.started) < 2 or self.hangs:
            return
        assert self.started == [self.odma0, self.idma0]  # else the first pixels would be lost
        self.started.clear()
        count = self.idma0.registers[0x1C]
        frames = unpacked(np.array(self.idma0.buffer), (count, *self.shape, 4))
        self.odma0.buffer[:] = packed(np.stack([self.network(frame) for frame in frames]))
        self.odma0.done = True


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
