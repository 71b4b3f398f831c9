# SPDX-License-Identifier: MIT
"""Stream tasks of FINN's simulation engine, run by C++ a slice of cycles at a time.

The tasks stay FINN's own objects: before a slice their state is copied into a table, and after it
back, so a run may change between this and FINN's cycle by cycle loop at any time.
"""

import ctypes
import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from finn_xsi import sim_engine

from tarsier_fpga.flow.finn_xsi.xsi import Port, storage_bytes

__all__ = ["Beats", "Feed", "fast", "run_slice"]

_Engine = sim_engine.SimEngine
_FinnTask = Any  # one of FINN's three kinds of tasks, as its Python has them
_FOREVER = 2**63
_MOST_TASKS = 256  # kMaxTasks in xsi.cpp


class _Task(ctypes.Structure):
    """Twin of `Task` in xsi.cpp."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("valid", "ready", "data", "beats")),
        *((name, ctypes.c_uint64) for name in ("size", "count", "moved", "kind", "active")),
        *((name, ctypes.c_uint64) for name in ("burst", "gap", "sent", "resume")),
        ("watchdog", ctypes.c_int64),
    ]


class _Watchdog(ctypes.Structure):
    """Twin of `Watchdog` in xsi.cpp."""

    _fields_ = [("ticks", ctypes.c_uint64), ("timeout", ctypes.c_uint64)]


_INPUT, _OUTPUT, _TRACE = range(3)


class Beats:
    """Values of one port as the model keeps them: rows of bytes, most of them never Python's.

    A list of hexadecimal strings to FINN, whose OutputCollector appends and iterates.
    """

    def __init__(self, width: int, rows: np.ndarray | None = None) -> None:
        self.width = width
        self.size = storage_bytes(width)
        self.rows = np.zeros((0, self.size), np.uint8) if rows is None else rows
        self.used = len(self.rows)

    @classmethod
    def pack(cls, values: list[int], width: int) -> "Beats":
        """`values`, which must fit in `width` bits."""
        size = storage_bytes(width)
        if size <= 8:
            rows = np.array(values, np.uint64).astype(f"<u{size}")
        else:
            packed = b"".join(value.to_bytes(size, "little") for value in values)
            rows = np.frombuffer(packed, np.uint8)
        return cls(width, rows.view(np.uint8).reshape(-1, size))

    def reserve(self, count: int) -> None:
        """Make room for `count` beats in all."""
        if count > len(self.rows):
            more = np.zeros((count - len(self.rows), self.size), np.uint8)
            self.rows = np.concatenate([self.rows, more])

    def append(self, value: str) -> None:
        self.reserve(self.used + 1)
        row = int(value, 16).to_bytes(self.size, "little")
        self.rows[self.used] = np.frombuffer(row, np.uint8)
        self.used += 1

    def ints(self) -> list[int]:
        rows = self.rows[: self.used].copy()
        if self.size <= 8:
            return rows.view(f"<u{self.size}").ravel().tolist()
        whole = rows.view(f"V{self.size}").ravel().tolist()
        return [int.from_bytes(row, "little") for row in whole]

    def __len__(self) -> int:
        return self.used

    def __getitem__(self, index: int) -> str:
        return list(self)[index]

    def __iter__(self) -> Iterator[str]:
        digits = -(-self.width // 4)
        return (f"{value:0{digits}x}" for value in self.ints())


class Feed:
    """The values of an InputStreamer: an iterator of hexadecimal strings, packed ahead."""

    def __init__(self, width: int, source: Iterable[str] = (), packed: Beats | None = None) -> None:
        self.source = iter(source)
        self.packed = packed or Beats(width)
        self.position = 0
        self.ended = packed is not None

    def fill(self, count: int) -> None:
        """Have `count` beats packed that are not yet sent, or all there are."""
        missing = count - (self.packed.used - self.position)
        if self.ended or missing <= 0:
            return
        values = [int(value, 16) for _, value in zip(range(missing), self.source, strict=False)]
        self.ended = len(values) < missing
        new = Beats.pack(values, self.packed.width).rows
        rest = self.packed.rows[self.position :]
        self.packed = Beats(self.packed.width, np.concatenate([rest, new]))
        self.position = 0

    def __iter__(self) -> "Feed":
        return self

    def __next__(self) -> str:
        self.fill(1)
        if self.position == self.packed.used:
            raise StopIteration
        value = int.from_bytes(self.packed.rows[self.position].tobytes(), "little")
        self.position += 1
        return f"{value:x}"


def fast(engine: sim_engine.SimEngine) -> bool:
    """Whether every task and watchdog of `engine` is one that C++ serves."""
    streams = (_Engine.InputStreamer, _Engine.OutputCollector, _Engine.StreamTracer)
    if len(engine.tasks) > _MOST_TASKS:
        return False
    return all(type(task) in streams for task in engine.tasks) and all(
        type(watchdog) is _Engine.Watchdog for watchdog in engine.watchdogs
    )


def run_slice(engine: sim_engine.SimEngine, budget: int) -> None:
    """Advance `engine` by up to `budget` cycles, exactly as its own loop would.

    `fast(engine)` must hold.
    """
    engine.top.run(0)  # settle what was written since
    watchdogs = (_Watchdog * max(1, len(engine.watchdogs)))(
        *(_Watchdog(watchdog.ticks, watchdog.timeout) for watchdog in engine.watchdogs)
    )
    tasks = (_Task * len(engine.tasks))()
    kept = [
        _load(row, task, budget, engine.watchdogs)
        for row, task in zip(tasks, engine.tasks, strict=True)
    ]
    done = engine.top.library.xsi_run(
        engine.top.handle,
        ctypes.byref(tasks),
        len(tasks),
        ctypes.byref(watchdogs),
        len(engine.watchdogs),
        engine.ticks,
        budget,
    )
    engine.ticks += done
    for watchdog, row in zip(engine.watchdogs, watchdogs, strict=False):
        watchdog.ticks = row.ticks
    for row, task, memory in zip(tasks, engine.tasks, kept, strict=True):
        _store(row, task, memory)
    left = [task for row, task in zip(tasks, engine.tasks, strict=True) if row.active]
    engine.tasks = left if any(left) else []


def _load(row: _Task, task: _FinnTask, budget: int, watchdogs: list) -> np.ndarray | None:
    """Fill `row` from `task`; the memory it points to must outlive the slice."""
    row.valid, row.ready = task.vld.address, task.rdy.address
    row.active, row.watchdog = 1, -1
    match task:
        case _Engine.InputStreamer():
            _load_input(row, task, budget)
        case _Engine.OutputCollector():
            _load_output(row, task, watchdogs)
        case _:
            memory = np.zeros(budget, np.uint8)
            row.kind, row.beats = _TRACE, memory.ctypes.data
            return memory
    row.data = task.dat.address
    return None


def _load_input(row: _Task, task: _FinnTask, budget: int) -> None:
    if not isinstance(task.values, Feed):
        task.values = Feed(task.dat.width(), task.values)
    feed = task.values
    feed.fill(budget)
    row.kind, row.size = _INPUT, feed.packed.size
    row.beats, row.count, row.moved = feed.packed.rows.ctypes.data, feed.packed.used, feed.position
    burst, row.gap = task.throttle
    row.burst = _FOREVER if math.isinf(burst) else int(burst)
    row.sent = 0 if math.isinf(burst) else task.count_txns
    row.resume = task.await_tick


def _load_output(row: _Task, task: _FinnTask, watchdogs: list) -> None:
    if not isinstance(task.buf, Beats):
        beats = Beats(task.dat.width())
        for value in task.buf:
            beats.append(value)
        task.buf = beats
    task.buf.reserve(task.size)
    row.kind, row.size = _OUTPUT, task.buf.size
    row.beats, row.count, row.moved = task.buf.rows.ctypes.data, task.size, task.buf.used
    if task.watchdog is not None:
        row.watchdog = next(i for i, w in enumerate(watchdogs) if w is task.watchdog)


def _store(row: _Task, task: _FinnTask, memory: np.ndarray | None) -> None:
    match task:
        case _Engine.InputStreamer():
            task.values.position = row.moved
            if not math.isinf(task.throttle[0]):
                task.count_txns = row.sent
            task.await_tick = row.resume
        case _Engine.OutputCollector():
            task.buf.used = row.moved
        case _ if memory is not None:
            task.trace += memory[: row.moved].tobytes().decode()
    for port in (task.vld, task.rdy) + ((task.dat,) if hasattr(task, "dat") else ()):
        _refresh(port)


def _refresh(port: Port) -> None:
    """FINN's loop takes what it last wrote to an input from the port's buffer."""
    if port.isInput():
        port.read()
