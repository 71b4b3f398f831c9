# SPDX-License-Identifier: MIT
"""Run a compiled model: beats in, beats out, and the cycle in which each of them moved."""

import ctypes
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np

from tarsier_fpga.hls.base.errors import SimError
from tarsier_fpga.hls.netlist.beats import words
from tarsier_fpga.hls.netlist.instance import Stream
from tarsier_fpga.hls.sim.activity import NOTHING, Activity, Look, Recorder, Trace
from tarsier_fpga.hls.sim.hang import Hang

__all__ = ["Model", "Result", "Session"]


@dataclass(frozen=True)
class Result:
    """What one run gave.

    Attributes:
        outputs: stream name -> (beats, words) uint32, words little endian
        cycles: clock cycles from the end of reset to the last beat
        in_cycles, out_cycles: stream name -> (beats,) uint64, the cycle each beat moved in
        probes: probe name -> value after the run
        seconds: wall time inside the simulator
        activity: what the watched streams did
    """

    outputs: Mapping[str, np.ndarray]
    cycles: int
    in_cycles: Mapping[str, np.ndarray]
    out_cycles: Mapping[str, np.ndarray]
    probes: Mapping[str, int]
    seconds: float
    activity: Activity


class _Stream(ctypes.Structure):
    """Twin of `Stream` in harness.cpp."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("cycle", ctypes.c_void_p),
        ("beats", ctypes.c_uint64),
        ("moved", ctypes.c_uint64),
        ("stall", ctypes.c_uint64),
        ("random", ctypes.c_uint64),
        ("offered", ctypes.c_uint64),
    ]


_Table = ctypes.Array[_Stream]


class _Run(ctypes.Structure):
    """Twin of `Run` in harness.cpp."""

    _fields_ = [
        (name, ctypes.c_uint64)
        for name in ("cycle", "idle", "idle_limit", "drain", "drained", "culprit")
    ]


class _Status(IntEnum):
    """Twin of `Status` in harness.cpp."""

    DONE = 0
    PAUSED = 1
    IDLE = 2
    UNSTABLE = 3
    EXTRA = 4


@dataclass(frozen=True)
class Model:
    """A compiled design; every run starts from reset."""

    inputs: tuple[Stream, ...]
    outputs: tuple[Stream, ...]
    probes: tuple[str, ...]
    knobs: tuple[str, ...]
    watched: tuple[str, ...]  # names
    traced: str  # the top's name where waves can be written, else empty
    library: Path

    def run(
        self,
        inputs: Mapping[str, np.ndarray],
        outputs: Mapping[str, int],
        *,
        stall: float | Mapping[str, float] = 0.0,
        knobs: Mapping[str, int] | None = None,
        seed: int = 0,
        idle_limit: int = 100_000,
        drain: int = 16,
        progress: Callable[[float], None] | None = None,
        look: Look = NOTHING,
    ) -> Result:
        """Feed `inputs` and collect as many beats as `outputs` says.

        `inputs` are (beats, words) uint32 by stream name; `stall` is the chance, in each cycle and
        for each stream, that the outside does not offer or accept a beat. After the last beat the
        outputs are watched for `drain` more cycles. `knobs` gives every knob of the model its
        value. `progress` is told the fraction done. `look` is at the watched streams;
        waves need a traced model.

        Raises:
            Hang: nothing moves for `idle_limit` cycles.
            SimError: an output changes while it waits, or a beat comes that nobody asked for.
        """
        with self.session(seed, knobs) as session:
            return session.run(
                inputs,
                outputs,
                stall=stall,
                seed=seed,
                idle_limit=idle_limit,
                drain=drain,
                progress=progress,
                look=look,
            )

    @contextmanager
    def session(self, seed: int = 0, knobs: Mapping[str, int] | None = None) -> Iterator["Session"]:
        """The model behind reset, for several runs of which each goes on where the last one ended.

        What reset leaves undefined is drawn by `seed`; `knobs` as in `run`.
        """
        opening = int(np.random.default_rng(seed).integers(1, 2**31))
        with self._design(opening, knobs or {}) as (lib, handle):
            yield Session(self, lib, handle)

    def _run(
        self,
        lib: ctypes.CDLL,
        handle: int,
        inputs: Mapping[str, np.ndarray],
        outputs: Mapping[str, int],
        stall: float | Mapping[str, float],
        seed: int,
        idle_limit: int,
        drain: int,
        progress: Callable[[float], None] | None,
        look: Look,
    ) -> Result:
        rng = np.random.default_rng(seed)
        data_in = [_beats(s, inputs[s.name]) for s in self.inputs]
        data_out = [np.zeros((outputs[s.name], words(s.width)), np.uint32) for s in self.outputs]
        ins, in_cycles = _streams(self.inputs, data_in, stall, rng)
        outs, out_cycles = _streams(self.outputs, data_out, stall, rng)
        run = _Run(idle_limit=idle_limit, drain=drain)
        recorder = Recorder(self.watched, look)
        started = time.perf_counter()
        with self._waves(lib, handle, look.trace):
            status = _in_slices(lib, handle, run, ins, outs, recorder, progress)
        values = (ctypes.c_uint64 * max(1, len(self.probes)))()
        lib.tarsier_probe(handle, values)
        probes = dict(zip(self.probes, values, strict=False))
        activity = recorder.activity(run.cycle)
        self._check(status, run, ins, outs, probes, activity)
        return Result(
            outputs=dict(zip((s.name for s in self.outputs), data_out, strict=True)),
            cycles=run.cycle - run.drain,
            in_cycles=in_cycles,
            out_cycles=out_cycles,
            probes=probes,
            seconds=time.perf_counter() - started,
            activity=activity,
        )

    def collect(
        self,
        inputs: Mapping[str, np.ndarray],
        *,
        stall: float | Mapping[str, float] = 0.0,
        seed: int = 0,
        idle_limit: int = 2_000,
    ) -> dict[str, np.ndarray]:
        """All beats that come of `inputs`, until nothing has moved for `idle_limit` cycles.

        Raises:
            Hang: an input is not taken to its end.
            SimError: an output changes while it waits.
        """
        room = 16 + 4 * max(len(beats) for beats in inputs.values())
        while True:
            rng = np.random.default_rng(seed)
            data_in = [_beats(s, inputs[s.name]) for s in self.inputs]
            data_out = [np.zeros((room, words(s.width)), np.uint32) for s in self.outputs]
            ins, _kept_in = _streams(self.inputs, data_in, stall, rng)
            outs, _kept_out = _streams(self.outputs, data_out, stall, rng)
            run = _Run(idle_limit=idle_limit, drain=idle_limit)
            recorder = Recorder(self.watched, NOTHING)
            knobs = dict.fromkeys(self.knobs, 0)
            with self._design(int(rng.integers(1, 2**31)), knobs) as (lib, handle):
                status = _in_slices(lib, handle, run, ins, outs, recorder, None)
            if status is _Status.EXTRA:
                room *= 2
                continue
            taken = all(row.moved == row.beats for row in ins[: len(self.inputs)])
            if status is not _Status.IDLE or not taken:
                self._check(status, run, ins, outs, {}, recorder.activity(run.cycle))
            ends = zip(self.outputs, data_out, outs, strict=False)
            return {s.name: beats[: row.moved] for s, beats, row in ends}

    def pace(self, inputs: Mapping[str, np.ndarray], seconds: float = 0.2) -> float:
        """Clock cycles a second, measured from reset on for so long, or until `inputs` end."""
        rng = np.random.default_rng(0)
        data = [_beats(s, inputs[s.name]) for s in self.inputs]
        most = max(len(beats) for beats in data)
        room = [np.zeros((most, words(s.width)), np.uint32) for s in self.outputs]
        ins, _kept_in = _streams(self.inputs, data, 0.0, rng)
        outs, _kept_out = _streams(self.outputs, room, 0.0, rng)
        run = _Run(idle_limit=100_000)
        recorder = Recorder(self.watched, NOTHING)
        with self._design(1, dict.fromkeys(self.knobs, 0)) as (lib, handle):
            started = time.perf_counter()
            _in_slices(lib, handle, run, ins, outs, recorder, None, seconds)
            return run.cycle / (time.perf_counter() - started)

    @contextmanager
    def _design(self, seed: int, knobs: Mapping[str, int]) -> Iterator[tuple[ctypes.CDLL, int]]:
        lib = ctypes.CDLL(str(self.library))
        lib.tarsier_open.restype = ctypes.c_void_p
        lib.tarsier_close.argtypes = [ctypes.c_void_p]
        lib.tarsier_probe.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        lib.tarsier_run.argtypes = [ctypes.c_void_p] * 6 + [ctypes.c_uint64]
        lib.tarsier_open.argtypes = [ctypes.c_int, ctypes.c_void_p]
        values = (ctypes.c_uint64 * max(1, len(self.knobs)))(*(knobs[k] for k in self.knobs))
        handle = lib.tarsier_open(seed, values)
        try:
            yield lib, handle
        finally:
            lib.tarsier_close(handle)

    @contextmanager
    def _waves(self, lib: ctypes.CDLL, handle: int, trace: Trace | None) -> Iterator[None]:
        if trace is None:
            yield
            return
        scopes = " ".join(f"{self.traced}.{cell}" for cell in trace.cells) or self.traced
        lib.tarsier_trace.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p]
        lib.tarsier_trace_end.argtypes = [ctypes.c_void_p]
        lib.tarsier_trace(handle, str(trace.path).encode(), scopes.encode())
        try:
            yield
        finally:
            lib.tarsier_trace_end(handle)

    def _check(
        self,
        status: _Status,
        run: _Run,
        ins: Iterable[_Stream],
        outs: Iterable[_Stream],
        probes: Mapping[str, int],
        activity: Activity,
    ) -> None:
        match status:
            case _Status.UNSTABLE:
                name = self.outputs[run.culprit].name
                raise SimError(
                    f"stream {name} changed in cycle {run.cycle} while its beat was waiting"
                )
            case _Status.EXTRA:
                name = self.outputs[run.culprit].name
                raise SimError(f"stream {name} gave a beat too many in cycle {run.cycle}")
            case _Status.IDLE:
                ends = zip(self.inputs + self.outputs, [*ins, *outs], strict=True)
                state = ", ".join(f"{s.name} {e.moved} of {e.beats} beats" for s, e in ends)
                raise Hang(
                    f"the design hangs: nothing moved for {run.idle} cycles ({state})",
                    probes,
                    activity,
                )


@dataclass(frozen=True)
class Session:
    """A model that runs on from where it was left."""

    model: Model
    lib: ctypes.CDLL
    handle: int

    def run(
        self,
        inputs: Mapping[str, np.ndarray],
        outputs: Mapping[str, int],
        *,
        stall: float | Mapping[str, float] = 0.0,
        seed: int = 0,
        idle_limit: int = 100_000,
        drain: int = 16,
        progress: Callable[[float], None] | None = None,
        look: Look = NOTHING,
    ) -> Result:
        """As `Model.run`, without a reset before; cycles are counted from here.

        Raises:
            Hang, SimError: as there.
        """
        return self.model._run(
            self.lib, self.handle, inputs, outputs, stall, seed, idle_limit, drain, progress, look
        )


def _in_slices(
    lib: ctypes.CDLL,
    handle: int,
    run: _Run,
    ins: _Table,
    outs: _Table,
    recorder: Recorder,
    progress: Callable[[float], None] | None,
    seconds: float = math.inf,
) -> _Status:
    """Run in slices of about a tenth of a second, so that Ctrl-C and progress work."""
    budget, end = 2_000, time.perf_counter() + seconds
    total = sum(e.beats for e in [*ins, *outs]) or 1
    counted = ctypes.byref(recorder.watch), ctypes.byref(recorder.span)
    while True:
        started = time.perf_counter()
        status = _Status(lib.tarsier_run(handle, ctypes.byref(run), ins, outs, *counted, budget))
        if status is not _Status.PAUSED or time.perf_counter() > end:
            return status
        if progress:
            progress(sum(e.moved for e in [*ins, *outs]) / total)
        budget = max(100, int(budget * 0.1 / max(1e-6, time.perf_counter() - started)))


def _streams(
    streams: tuple[Stream, ...],
    data: list[np.ndarray],
    stall: float | Mapping[str, float],
    rng: np.random.Generator,
) -> tuple[_Table, dict[str, np.ndarray]]:
    table = (_Stream * max(1, len(streams)))()
    cycles = {}
    for row, stream, beats in zip(table, streams, data, strict=False):
        chance = stall if isinstance(stall, int | float) else stall.get(stream.name, 0.0)
        cycles[stream.name] = np.zeros(len(beats), np.uint64)
        row.data = beats.ctypes.data
        row.cycle = cycles[stream.name].ctypes.data
        row.beats = len(beats)
        row.stall = int(chance * 2**32)
        row.random = int(rng.integers(1, 2**63))
    return table, cycles


def _beats(stream: Stream, beats: np.ndarray) -> np.ndarray:
    beats = np.ascontiguousarray(beats, np.uint32)
    if beats.ndim != 2 or beats.shape[1] != words(stream.width):
        raise SimError(
            f"stream {stream.name}: beats of shape {beats.shape}, "
            f"expected (n, {words(stream.width)}) for {stream.width} bits"
        )
    return beats
