# SPDX-License-Identifier: MIT
"""A frame mover in Verilator: a memory, jobs in, and what the memory holds when they are done."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from math import lcm
from pathlib import Path

import numpy as np

from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.netlist.instance import Stream, rtl_paths
from tarsier_fpga.hls.sim import verilate
from tarsier_fpga.hls.sim.verilated import Model, Result, Session

__all__ = ["Job", "Memory", "Mover", "Opened"]

WORD = 8  # bytes
_HERE = Path(__file__).parent
_MODEL = Path(verilate.__file__).with_name("tarsier_axi_memory_model.sv")
_WORDS = 4096  # of the memory
_PROBES = ("read_errors", "write_errors")
_FAULTS = ("faulty_reads_q", "faulty_writes_q")


@dataclass(frozen=True)
class Mover:
    """The parameters of the bench: bits, bytes and pixels of frames in and out."""

    x_width: int = 40
    x_bytes: int = 5
    x_pixels: int = 64
    y_width: int = 40
    y_bytes: int = 5
    y_pixels: int = 64

    def words(self, side: str) -> int:
        """Words of a frame in the memory, `side` x or y."""
        size, pixels = getattr(self, f"{side}_bytes"), getattr(self, f"{side}_pixels")
        whole = lcm(size, WORD)
        return -(-size * pixels // whole) * whole // WORD

    def frame_words(self, pixels: np.ndarray, side: str) -> np.ndarray:
        """(n,) object integers -> the words of a frame in the memory."""
        size, total = getattr(self, f"{side}_bytes"), self.words(side) * WORD
        data = b"".join(int(pixel).to_bytes(size, "little") for pixel in pixels)
        return np.frombuffer(data.ljust(total, b"\0"), "<u8")

    def restored(self, pixels: list[int]) -> list[int]:
        """What the network of the bench makes of the pixels of a frame."""
        mask = (1 << self.y_width) - 1
        turned = [~pixel & (1 << self.x_width) - 1 & mask for pixel in pixels]
        if self.y_width > self.x_width:  # ~ is taken in the width of the result
            turned = [~pixel & mask for pixel in pixels]
        return [*turned, *(n & mask for n in range(self.x_pixels, self.y_pixels))][: self.y_pixels]


@dataclass(frozen=True)
class Job:
    """Frames from byte address `source` on, to `target` on."""

    source: int
    target: int
    frames: int
    source_stride: int
    target_stride: int

    @property
    def bits(self) -> int:
        strides = self.source | self.source_stride << 32
        strides |= self.target << 64 | self.target_stride << 96
        return strides | self.frames << 128


@dataclass(frozen=True)
class Memory:
    """How the memory behaves; see tarsier_axi_memory_model.sv."""

    least_latency: int = 60
    most_latency: int = 120
    pause: int = 10
    fault: int = 0
    shared: int = 1


def model(mover: Mover) -> Model:
    """Compiled, or taken from the cache."""
    bench = _HERE / "tarsier_mover_bench.sv"
    sources = {path.name: path.read_text() for path in rtl_paths("frame_mover")}
    params = {
        "".join(part.capitalize() for part in name.split("_")): value
        for name, value in asdict(mover).items()
    }
    text = bench.read_text()
    options = [f"-G{name}={value}" for name, value in params.items()]
    inputs = Stream("c", 97), Stream("j", 144)
    outputs = Stream("r", 64), Stream("e", 1)
    probes = {name: f"u_mover.{name}_o" for name in _PROBES}
    probes |= {name: f"u_memory.{name}" for name in _FAULTS}
    knobs = {field.name: f"u_memory.{field.name}" for field in fields(Memory)}
    return verilate.build_sources(
        bench.stem,
        {**sources, _MODEL.name: _MODEL.read_text(), bench.name: text},
        inputs,
        outputs,
        probes,
        knobs,
        options=options,
    )


class Opened:
    """A mover behind reset."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, words: np.ndarray, at: int) -> None:
        """Words into the memory from byte address `at` on."""
        self._run([(1 << 96) | (at // WORD + n) << 64 | int(w) for n, w in enumerate(words)], [])

    def get(self, at: int, count: int) -> np.ndarray:
        """`count` words from byte address `at` on."""
        ran = self._run([(at // WORD + n) << 64 for n in range(count)], [], r=count)
        return np.ascontiguousarray(ran.outputs["r"]).view("<u8").ravel()

    def move(self, jobs: list[Job], frames: int, seed: int = 0) -> Result:
        """Give all jobs and wait until `frames` are done."""
        return self._run([], jobs, e=frames, seed=seed)

    def _run(
        self, words: list[int], jobs: list[Job], r: int = 0, e: int = 0, seed: int = 0
    ) -> Result:
        return self._session.run(
            {"c": _beats(words, 97), "j": _beats([job.bits for job in jobs], 144)},
            {"r": r, "e": e},
            drain=300 if e else 0,
            idle_limit=5_000,
            seed=seed,
        )


@contextmanager
def opened(mover: Mover, memory: Memory, seed: int = 0) -> Iterator[Opened]:
    """The bench behind reset, with a memory of zeros."""
    with model(mover).session(seed, asdict(memory)) as session:
        bench = Opened(session)
        bench.put(np.zeros(_WORDS, np.uint64), 0)
        yield bench


def _beats(values: list[int], width: int) -> np.ndarray:
    bits = [[value >> at & 1 for at in range(width)] for value in values]
    return pack(np.array(bits, np.int64).reshape(-1, width), 1)
