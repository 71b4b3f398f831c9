# SPDX-License-Identifier: MIT
"""Frames go from the memory through a network and back, whatever memory, sizes and jobs are."""

import random

import numpy as np
import pytest

from tests.hls.zynq.mover_bench import WORD, Job, Memory, Mover, opened

MOVERS = {
    "whole words": Mover(64, 8, 50, 64, 8, 50),
    "40 bits, frames that end within a word": Mover(40, 5, 61, 40, 5, 61),
    "larger frames of fewer bits": Mover(24, 3, 30, 7, 1, 120),
    "smaller frames of more bits": Mover(10, 2, 77, 72, 9, 19),
}
SLOW = Memory(pause=50)
FAST = Memory(pause=0, shared=0)
movers = pytest.mark.parametrize("name", MOVERS)


def drawn(mover: Mover, frames: int, seed: str) -> list[list[int]]:
    rng = random.Random(seed)
    return [[rng.getrandbits(mover.x_width) for _ in range(mover.x_pixels)] for _ in range(frames)]


@movers
@pytest.mark.parametrize("memory", [Memory(), SLOW], ids=["usual", "slow"])
def test_frames_are_moved_by_several_jobs_at_once(name, memory):
    mover = MOVERS[name]
    frames = drawn(mover, 7, name)
    # strides and starts that are whole words, and no multiples of a burst
    x_stride, y_stride = ((mover.words(side) + gap) * WORD for side, gap in (("x", 3), ("y", 5)))
    source, target = 7 * WORD, 2001 * WORD
    jobs, first = [], 0
    for count in (2, 0, 1, 3, 1):
        at = source + first * x_stride, target + first * y_stride
        jobs.append(Job(*at, count, x_stride, y_stride))
        first += count
    with opened(mover, memory) as bench:
        for n, frame in enumerate(frames):
            bench.put(mover.frame_words(frame, "x"), source + n * x_stride)
        bench.move(jobs, len(frames), seed=3)
        for n, frame in enumerate(frames):
            found = bench.get(target + n * y_stride, y_stride // WORD)
            expected = mover.frame_words(mover.restored(frame), "y")
            assert np.array_equal(found[: len(expected)], expected)
            assert not found[len(expected) :].any()  # nothing beside a frame is written
        assert not bench.get(target - 8 * WORD, 8).any()


def test_ninety_five_percent_of_the_port_is_used_both_ways():
    mover, frames = MOVERS["whole words"], 200
    for latency in (60, 90, 120):
        memory = Memory(latency, latency, pause=0, shared=0)
        with opened(mover, memory) as bench:
            ran = bench.move([Job(8, 16392, frames, 0, 0)], frames)
        assert frames * mover.words("x") / ran.cycles >= 0.95


def test_pixels_of_forty_bits_go_at_one_per_cycle():
    mover, frames = MOVERS["40 bits, frames that end within a word"], 200
    with opened(mover, FAST) as bench:
        ran = bench.move([Job(8, 16392, frames, 0, 0)], frames)
    filled = mover.words("x") * WORD // mover.x_bytes
    assert ran.cycles - frames * filled <= 2 * FAST.most_latency + 60


def test_errors_are_counted_and_frames_go_on():
    mover = MOVERS["whole words"]
    frames = drawn(mover, 20, "errors")
    stride = mover.words("x") * WORD
    with opened(mover, Memory(fault=20)) as bench:
        for n, frame in enumerate(frames):
            bench.put(mover.frame_words(frame, "x"), n * stride)
        ran = bench.move([Job(0, 2048 * WORD, len(frames), stride, stride)], len(frames))
        found = bench.get(2048 * WORD, len(frames) * mover.words("x"))
    expected = [mover.frame_words(mover.restored(frame), "y") for frame in frames]
    assert np.array_equal(found, np.concatenate(expected))
    assert ran.probes["read_errors"] == ran.probes["faulty_reads_q"] > 100
    assert ran.probes["write_errors"] == ran.probes["faulty_writes_q"] > 5


def test_reset_ends_what_has_begun_and_the_next_jobs_are_right():
    """Every opening starts from drawn registers, so reset alone makes the first frame right."""
    mover = MOVERS["40 bits, frames that end within a word"]
    (frame,) = drawn(mover, 1, "reset")
    for seed in range(4):
        with opened(mover, Memory(), seed) as bench:
            bench.put(mover.frame_words(frame, "x"), 64)
            bench.move([Job(64, 1024, 1, 0, 0)], 1)
            expected = mover.frame_words(mover.restored(frame), "y")
            assert np.array_equal(bench.get(1024, len(expected)), expected)
