# SPDX-License-Identifier: MIT
"""Faults of a camera's video: what they do to a frame's beats, drawn by a seed or read from TOML.

[[fault]]
frame = 2              # which of those that the camera means to send, from 0
kind = "lost pixels"
line = 3               # where; drawn where it is left out
column = 4             # in beats
count = 2              # how many beats, lines or silent cycles

A camera goes on by its own clock: what is lost of its beats is as many silent cycles.
"""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from pydantic import NonNegativeInt, PositiveInt, ValidationError

from tarsier_fpga.flow.shell.video_sim import video_beats
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.facts import Facts

__all__ = ["FaultKind", "Sent", "Stimulus", "draw_stimuli", "faulty_video", "read_stimuli"]

_USER, _LAST = -2, -1  # columns of a beat, behind its pixels
_SEVERAL = 3  # beats, lines or times that a drawn fault has at most
_JITTER = 12  # cycles at most in front of a beat, unless a stimulus says otherwise


class FaultKind(StrEnum):
    """What may happen to a frame."""

    LOST_PIXELS = "lost pixels"
    DOUBLED_PIXELS = "doubled pixels"
    SHORT_LINE = "short line"
    LONG_LINE = "long line"
    MISSING_LINE = "missing line"
    DOUBLED_LINE = "doubled line"
    SHORT_FRAME = "short frame"
    LOST_START = "lost start"
    MISSING_FRAME = "missing frame"
    DOUBLED_FRAME = "doubled frame"
    JITTER = "jitter"


class Stimulus(Facts):
    """A fault of one frame; what is None is drawn."""

    frame: NonNegativeInt
    kind: FaultKind
    line: NonNegativeInt | None = None
    column: NonNegativeInt | None = None
    count: PositiveInt | None = None


class _Stimuli(Facts):
    fault: tuple[Stimulus, ...]


@dataclass(frozen=True)
class Sent:
    """A frame as it arrives: number `frame` of those meant, and (n, pixels + 2) beats.

    Attributes:
        gaps: silent cycles before each beat, beside the camera's pauses
        faults: what happened to it
        whole: it arrives as it was meant
    """

    frame: int
    beats: np.ndarray
    gaps: np.ndarray
    faults: tuple[FaultKind, ...]
    whole: bool


def read_stimuli(path: Path, frames: int) -> tuple[Stimulus, ...]:
    """What the TOML file `path` says of a video of so many `frames`.

    Raises:
        FlowError: there is none, it is not of this form, or it names a frame that is not sent, or
            the last one, which must come whole.
    """
    try:
        text = path.read_text(encoding="utf-8")
        stimuli = _Stimuli(**tomllib.loads(text)).fault
    except OSError as error:
        raise FlowError(f"{path}: {error.strerror}; a TOML file of [[fault]] is needed") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FlowError(f"{path} is no TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise FlowError(f"{path}: {where}: {first['msg'].lower()}") from None
    for one in stimuli:
        if one.frame >= frames - 1:
            raise FlowError(
                f"{path}: a fault of frame {one.frame} must be of one of 0..{frames - 2}, as the"
                f" last of {frames} comes whole; --frames makes more"
            )
    return stimuli


def draw_stimuli(rng: np.random.Generator, frames: int) -> tuple[Stimulus, ...]:
    """A fault for every other frame, so that the one behind it tells whether all is well again.

    Each kind comes before any comes twice.
    """
    kinds: list[FaultKind] = []
    while len(kinds) < frames:
        kinds += [list(FaultKind)[at] for at in rng.permutation(len(FaultKind))]
    places = range(1, frames - 1, 2)
    return tuple(
        Stimulus(frame=at, kind=kind) for at, kind in zip(places, kinds[: len(places)], strict=True)
    )


def faulty_video(
    rng: np.random.Generator, frames: np.ndarray, pixels: int, stimuli: tuple[Stimulus, ...]
) -> list[Sent]:
    """(N, H, W) `frames` as they arrive, in order; a frame that is lost is not among them.

    Raises:
        FlowError: a stimulus lies outside of its frame.
    """
    sent: list[Sent] = []
    silent = 0
    for number, frame in enumerate(frames):
        meant = video_beats(frame[None], pixels)
        beats, gaps = meant, np.zeros(len(meant) + 1, np.int64)  # the last is behind the frame
        mine = [one for one in stimuli if one.frame == number]
        for one in mine:
            beats, gaps = _torn(rng, beats, gaps, frame.shape[1] // pixels, one)
        faults = tuple(one.kind for one in mine)
        gaps[0] += silent
        silent = int(gaps[-1])
        if len(beats):
            came = Sent(number, beats, gaps[:-1], faults, np.array_equal(beats, meant))
            sent += [came] * (faults.count(FaultKind.DOUBLED_FRAME) + 1)
    return sent


def _torn(
    rng: np.random.Generator, beats: np.ndarray, gaps: np.ndarray, columns: int, one: Stimulus
) -> tuple[np.ndarray, np.ndarray]:
    """The beats of a frame, lines of `columns`, and their gaps behind one more fault."""
    if not len(beats):
        return beats, gaps
    lines = max(1, len(beats) // columns)
    line = int(rng.integers(lines)) if one.line is None else one.line
    column = int(rng.integers(columns)) if one.column is None else one.column
    count = int(rng.integers(1, _SEVERAL + 1)) if one.count is None else one.count
    if line >= lines or column >= columns:
        raise FlowError(
            f"{one.kind} of frame {one.frame}: line {line} and column {column} must be below"
            f" {lines} and {columns}, in beats"
        )
    start = line * columns
    at, end = start + column, start + columns
    match one.kind:
        case FaultKind.LOST_PIXELS:
            return _without(beats, gaps, slice(at, at + count))
        case FaultKind.DOUBLED_PIXELS:
            return _again(beats, gaps, at, beats[at : at + 1].repeat(count, axis=0))
        case FaultKind.SHORT_LINE:
            kept = max(start, end - 1 - count)
            return _without(beats, gaps, slice(kept, end - 1))
        case FaultKind.LONG_LINE:
            more = beats[end - 1 : end].repeat(count, axis=0)
            more[:, _LAST] = 0
            return _again(beats, gaps, end - 1, more)
        case FaultKind.MISSING_LINE:
            return _without(beats, gaps, slice(start, start + count * columns))
        case FaultKind.DOUBLED_LINE:
            more = np.tile(beats[start:end], (count, 1))
            more[:, _USER] = 0
            return _again(beats, gaps, end, more)
        case FaultKind.SHORT_FRAME:
            return _without(beats, gaps, slice(max(1, at), None))
        case FaultKind.LOST_START:
            unflagged = beats.copy()
            unflagged[0, _USER] = 0
            return unflagged, gaps
        case FaultKind.JITTER:
            most = one.count or _JITTER
            return beats, gaps + rng.integers(0, most + 1, len(gaps))
        case FaultKind.MISSING_FRAME:
            return _without(beats, gaps, slice(None))
        case FaultKind.DOUBLED_FRAME:
            return beats, gaps


def _without(beats: np.ndarray, gaps: np.ndarray, where: slice) -> tuple[np.ndarray, np.ndarray]:
    start, stop, _ = where.indices(len(beats))
    silent = stop - start + gaps[start:stop].sum()
    rest = np.delete(gaps, slice(start, stop))
    rest[start] += silent
    return np.delete(beats, slice(start, stop), axis=0), rest


def _again(
    beats: np.ndarray, gaps: np.ndarray, at: int, more: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    silent = np.zeros(len(more), np.int64)
    return np.insert(beats, at, more, axis=0), np.insert(gaps, at, silent)
