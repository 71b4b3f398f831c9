# SPDX-License-Identifier: MIT
"""A Zynq shell with its design in Verilator, and the package pynq as a board with it would have it.

What our driver uses of the package moves the simulated AXI ports: MMIO those of the processor,
flush and invalidate the words of the memory, in which every buffer has a place of its own.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.flow.shell.zynq import ZYNQ_TOP, zynq_sources
from tarsier_fpga.flow.shell.zynq_facts import ZynqShell
from tarsier_fpga.hls.base.templates import render
from tarsier_fpga.hls.netlist.axi import axi_signals
from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.netlist.instance import Memory, Stream
from tarsier_fpga.hls.sim import verilate
from tarsier_fpga.hls.sim.verilated import Model, Session

__all__ = ["BASE", "Buffer", "ZynqBench", "opened", "pynq_module"]

BASE = 0x1000_0000  # byte address of the memory
_WORDS = 1 << 14
_MEMORY = Path(verilate.__file__).with_name("tarsier_axi_memory_model.sv")
KNOBS = {"least_latency": 60, "most_latency": 120, "pause": 10, "fault": 0, "shared": 1}


def model(folder: Path, design: Design, shell: ZynqShell) -> Model:
    """Compiled, or taken from the cache."""
    bench = render(
        Path(__file__).with_name("zynq_bench.sv.j2"),
        {},
        top=ZYNQ_TOP,
        axi=axi_signals(Memory(32, 64, 0, 0)),
        base=BASE,
        words=_WORDS,
    )
    sources = zynq_sources(folder, design, shell)
    return verilate.build_sources(
        "zynq_bench",
        {**sources, _MEMORY.name: _MEMORY.read_text(), "zynq_bench.sv": bench},
        (Stream("c", 65), Stream("w", 97)),
        (Stream("r", 32), Stream("q", 64)),
        {"interrupt": "u_top.interrupt", "lights": "u_top.lights"},
        {name: f"u_memory.{name}" for name in KNOBS},
    )


class ZynqBench:
    """A simulated board; a bus as the registers' class asks for, and a memory."""

    def __init__(self, session: Session, address: int) -> None:
        self._session, self._address = session, address
        self.interrupt, self.lights, self.accesses = 0, 0, 0
        self._free = BASE

    def read(self, offset: int) -> int:
        """32 bits."""
        return self._access(offset << 32)

    def write(self, offset: int, value: int) -> None:
        """32 bits."""
        assert 0 <= value < 1 << 32
        self._access(1 << 64 | offset << 32 | value)

    def put(self, at: int, content: np.ndarray) -> None:
        """uint8 from byte address `at` on, whole words."""
        words = content.view("<u8")
        first = (at - BASE) // 8
        self._run(w=[1 << 96 | (first + n) << 64 | int(word) for n, word in enumerate(words)])

    def get(self, at: int, size: int) -> np.ndarray:
        """`size` uint8 from byte address `at` on, whole words."""
        first = (at - BASE) // 8
        ran = self._run(w=[(first + n) << 64 for n in range(size // 8)], q=size // 8)
        return np.ascontiguousarray(ran.outputs["q"]).view(np.uint8).ravel()

    def place(self, size: int) -> int:
        """A free byte address, as PYNQ gives them: at the start of a page."""
        at = self._free
        self._free += -(-size // 4096) * 4096
        assert self._free <= BASE + 8 * _WORDS
        return at

    def _access(self, code: int) -> int:
        self.accesses += 1
        return int(self._run(c=[code | self._address << 32], r=1).outputs["r"][0, 0])

    def _run(self, c: Any = (), w: Any = (), r: int = 0, q: int = 0) -> Any:
        ran = self._session.run(
            {"c": _beats(c, 65), "w": _beats(w, 97)}, {"r": r, "q": q}, drain=0, idle_limit=2_000
        )
        self.interrupt, self.lights = ran.probes["interrupt"], ran.probes["lights"]
        return ran


@contextmanager
def opened(
    folder: Path,
    design: Design,
    shell: ZynqShell,
    knobs: Mapping[str, int] | None = None,
    seed: int = 0,
) -> Iterator[ZynqBench]:
    """The shell behind reset."""
    with model(folder, design, shell).session(seed, {**KNOBS, **(knobs or {})}) as session:
        yield ZynqBench(session, shell.address)


class Buffer(np.ndarray):
    """What allocate returns: an array at an address, which is in the memory once it is flushed."""

    def flush(self) -> None:
        self.bench.put(self.device_address, np.array(self))

    def invalidate(self) -> None:
        self[:] = self.bench.get(self.device_address, self.size)

    def freebuffer(self) -> None:
        self.freed.append(self.device_address)


def pynq_module(bench: ZynqBench, shell: ZynqShell) -> SimpleNamespace:
    """What `import pynq` gives on that board."""
    board = SimpleNamespace(bitfile=None, freed=[], allocated=[], afi={})

    class Bitstream:
        def __init__(self, path: str) -> None:
            assert Path(path).is_file()
            self.path = path

        def download(self) -> None:
            board.bitfile = self.path

    class Mmio:
        def __init__(self, address: int, size: int) -> None:
            assert board.bitfile is not None  # an access before would hang the processor
            self.address, self.size = address, size

        def read(self, offset: int) -> int:
            assert offset < self.size
            if self.address != shell.address:
                return board.afi.get(self.address + offset, 0xF00)
            return bench.read(offset)

        def write(self, offset: int, value: int) -> None:
            assert offset < self.size
            if self.address != shell.address:
                board.afi[self.address + offset] = value
            else:
                bench.write(offset, value)

    def allocate(shape: tuple[int, ...], dtype: type) -> Buffer:
        buffer = np.full(shape, 0xA5, dtype).view(Buffer)
        buffer.bench, buffer.freed = bench, board.freed
        buffer.device_address = bench.place(buffer.size)
        board.allocated.append(buffer.device_address)
        return buffer

    clocks = SimpleNamespace(fclk0_mhz=50.0)
    return SimpleNamespace(
        Bitstream=Bitstream,
        MMIO=Mmio,
        allocate=allocate,
        ps=SimpleNamespace(Clocks=clocks),
        board=board,
    )


def _beats(values: Any, width: int) -> np.ndarray:
    bits = [[value >> at & 1 for at in range(width)] for value in values]
    return pack(np.array(bits, np.int64).reshape(-1, width), 1)
