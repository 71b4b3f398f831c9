# SPDX-License-Identifier: MIT
"""What the streams inside a design did while it ran: where beats moved, and where they waited."""

import ctypes
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["NOTHING", "Activity", "Look", "Recorder", "Trace", "hash_beats"]

_BINS = 1024
_MAX_WORDS = 4096  # of a beat, as in harness.cpp


@dataclass(frozen=True, eq=False)
class Activity:
    """Counts of cycles by stream and bin of time; in the others no beat was offered.

    Attributes:
        streams: names of the S watched streams
        bin_cycles: cycles in a bin of time
        moved, waited: (S, bins) cycles in which a beat moved, or was offered and not taken
        valid, ready: (S,) bool, the wires at the end
        beats: (S,) beats that moved
        hashes: (S, N) of the first N beats of each, see `hash_beats`
        caught: (words,) uint32, the beat that was asked for
    """

    streams: tuple[str, ...]
    bin_cycles: int
    moved: np.ndarray
    waited: np.ndarray
    valid: np.ndarray
    ready: np.ndarray
    beats: np.ndarray
    hashes: np.ndarray
    caught: np.ndarray


@dataclass(frozen=True)
class Trace:
    """Waves of some cells while some beats pass.

    Attributes:
        path: the FST file
        cells: instance names in the top, whose insides are written; none for all of it
        start: (stream, beats): from when so many beats of it have moved
        stop: (stream, beats): until so many beats of it have moved
    """

    path: Path
    cells: tuple[str, ...]
    start: tuple[str, int]
    stop: tuple[str, int]


@dataclass(frozen=True)
class Look:
    """What a run shall note beside counting.

    Attributes:
        hashed: beats of each stream to hash
        beat: (stream, number) of a beat to catch
        trace: waves to write
    """

    hashed: int = 0
    beat: tuple[str, int] | None = None
    trace: Trace | None = None


NOTHING = Look()


class _Watch(ctypes.Structure):
    """Twin of `Watch` in harness.cpp."""

    _fields_ = [
        *(
            (name, ctypes.c_void_p)
            for name in ("beats", "moved", "waited", "state", "hash", "caught")
        ),
        *((name, ctypes.c_uint64) for name in ("hashed", "bins", "bin_cycles", "stream", "beat")),
    ]


class _Span(ctypes.Structure):
    """Twin of `Span` in harness.cpp."""

    _fields_ = [
        (name, ctypes.c_uint64) for name in ("from_stream", "from_beats", "to_stream", "to_beats")
    ]


class Recorder:
    """The memory that one run of the harness counts in, and the span it writes waves of."""

    def __init__(self, streams: tuple[str, ...], look: Look) -> None:
        rows, at = len(streams), streams.index
        self._streams = streams
        self._beats = np.zeros(rows, np.uint64)
        self._moved = np.zeros((rows, _BINS), np.uint32)
        self._waited = np.zeros((rows, _BINS), np.uint32)
        self._state = np.zeros(rows, np.uint8)
        self._hash = np.zeros((rows, look.hashed), np.uint32)
        self._caught = np.zeros(_MAX_WORDS, np.uint32)
        arrays = self._beats, self._moved, self._waited, self._state, self._hash, self._caught
        stream, beat = (at(look.beat[0]), look.beat[1]) if look.beat else (rows, 0)
        self.watch = _Watch(
            *(array.ctypes.data for array in arrays), look.hashed, _BINS, 1, stream, beat
        )
        self.span = _Span()
        if look.trace:
            (start, after), (stop, until) = look.trace.start, look.trace.stop
            self.span = _Span(at(start), after, at(stop), until)

    def activity(self, cycles: int) -> Activity:
        """What was counted in `cycles` cycles."""
        used = -(-cycles // self.watch.bin_cycles)
        return Activity(
            streams=self._streams,
            bin_cycles=self.watch.bin_cycles,
            moved=self._moved[:, :used],
            waited=self._waited[:, :used],
            valid=self._state & 1 > 0,
            ready=self._state & 2 > 0,
            beats=self._beats.astype(np.int64),
            hashes=self._hash,
            caught=self._caught,
        )


def hash_beats(beats: np.ndarray) -> np.ndarray:
    """(n, words) uint32 beats -> (n,) uint32: FNV-1a by words, as the harness hashes them."""
    hashes = np.full(len(beats), 2166136261, np.uint32)
    for word in beats.T:
        hashes = (hashes ^ word) * np.uint32(16777619)
    return hashes
