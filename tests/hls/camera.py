# SPDX-License-Identifier: MIT
"""Video as a camera sends it, and what goes wrong on its way: lost, doubled and torn pieces."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["FAULTS", "Sent", "clean_beats", "draw_video"]

USER, LAST = -2, -1  # columns of a beat, behind its pixels


def clean_beats(frame: np.ndarray, pixels: int) -> np.ndarray:
    """(H, W) -> (H * W / pixels, pixels + 2) with user and last."""
    height, width = frame.shape
    beats = np.zeros((height, width // pixels, pixels + 2), int)
    beats[..., :pixels] = frame.reshape(height, -1, pixels)
    beats[0, 0, USER] = 1
    beats[:, -1, LAST] = 1
    return beats.reshape(-1, pixels + 2)


@dataclass(frozen=True)
class Sent:
    """One frame: its pixels, and the beats of it that arrive."""

    frame: np.ndarray
    beats: np.ndarray

    @property
    def clean(self) -> bool:
        """Whether it arrives as it was sent."""
        return np.array_equal(self.beats, clean_beats(self.frame, self.beats.shape[1] - 2))

    @property
    def framed(self) -> bool:
        """Whether its flags are those of a clean frame, so that nobody can tell."""
        sent = clean_beats(self.frame, self.beats.shape[1] - 2)
        return np.array_equal(self.beats[:, USER:], sent[:, USER:])


Beats = np.ndarray
Fault = Callable[[np.random.Generator, Beats, int], Beats]  # of a frame with lines of so many beats


def draw_video(
    rng: np.random.Generator, shape: tuple[int, int], pixels: int, bits: int, frames: int
) -> list[Sent]:
    """`frames` random ones, half of them with one to three faults; the first is clean."""
    video = []
    for number in range(frames):
        frame = rng.integers(0, 1 << bits, shape)
        beats = clean_beats(frame, pixels)
        for _ in range(rng.integers(1, 4) if number and rng.random() < 0.5 else 0):
            if len(beats) > 1:
                beats = rng.choice(FAULTS)(rng, beats, shape[1] // pixels)
        video.append(Sent(frame, beats))
    return video


def _lost_beat(rng: np.random.Generator, beats: Beats, line: int) -> Beats:
    return np.delete(beats, rng.integers(len(beats)), axis=0)


def _doubled_beat(rng: np.random.Generator, beats: Beats, line: int) -> Beats:
    at = rng.integers(len(beats))
    return np.insert(beats, at, beats[at], axis=0)


def _lost_piece(rng: np.random.Generator, beats: Beats, line: int) -> Beats:
    start, stop = sorted(rng.integers(0, len(beats) + 1, 2))
    rest = np.delete(beats, slice(start, stop), axis=0)
    return rest if len(rest) else beats[:1]


def _lost_line(rng: np.random.Generator, beats: Beats, line: int) -> Beats:
    at = rng.integers(len(beats)) // line * line
    rest = np.delete(beats, slice(at, at + line), axis=0)
    return rest if len(rest) else beats[:1]


def _doubled_line(rng: np.random.Generator, beats: Beats, line: int) -> Beats:
    at = rng.integers(len(beats)) // line * line
    return np.insert(beats, at, beats[at : at + line], axis=0)


def _lost_end(rng: np.random.Generator, beats: Beats, line: int) -> Beats:
    return beats[: rng.integers(1, len(beats))]


def _doubled_frame(rng: np.random.Generator, beats: Beats, line: int) -> Beats:
    return np.concatenate([beats, beats[rng.integers(0, 2) :]])


def _flipped_user(rng: np.random.Generator, beats: Beats, line: int) -> Beats:
    return _flipped(beats, rng.choice([0, rng.integers(len(beats))]), USER)


def _flipped_last(rng: np.random.Generator, beats: Beats, line: int) -> Beats:
    return _flipped(beats, rng.integers(len(beats)), LAST)


def _flipped(beats: Beats, at: int, flag: int) -> Beats:
    torn = beats.copy()
    torn[at, flag] ^= 1
    return torn


FAULTS: tuple[Fault, ...] = (
    _lost_beat,
    _doubled_beat,
    _lost_piece,
    _lost_line,
    _doubled_line,
    _lost_end,
    _doubled_frame,
    _flipped_user,
    _flipped_last,
)
