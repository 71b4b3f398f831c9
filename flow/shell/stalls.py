# SPDX-License-Identifier: MIT
"""How much of a camera's video a design keeps waiting, and the line buffer that this needs.

A sensor sends on whatever the design does. It pauses behind lines and frames, and in these pauses
the design catches up. How far it falls behind in between is found by simulation, for pauses drawn
within bounds: as many beats as a buffer that cannot overflow holds at the most.
"""

import zlib
from pathlib import Path

import numpy as np

from tarsier_fpga.flow.design.design_facts import read_design
from tarsier_fpga.flow.design.queue_facts import Blanking, Queue
from tarsier_fpga.flow.shell.shell_facts import Csi2Link, VideoShell
from tarsier_fpga.flow.shell.video import link_depth
from tarsier_fpga.flow.shell.video_sim import VideoSim, video_beats
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["camera_gaps", "largest_queue", "with_blend", "with_buffer", "with_link"]

_MARGIN = 4  # a fourth more is built than was seen
_LEAST = 16


def largest_queue(
    design_folder: Path, shell: VideoShell, blanking: Blanking, frames: int = 4, draws: int = 3
) -> Queue:
    """The most beats of a camera that cannot wait that the design keeps waiting.

    Each of `draws` runs sends `frames` random frames with its own pauses; one more has the shortest
    pauses only.

    Raises:
        FlowError: the shortest pauses are too short for the design to keep up.
    """
    design = read_design(design_folder)
    whole = design.height * design.width // shell.pixels
    patient = shell.model_copy(update={"sensor": True, "buffer": max(2, whole)})
    period = whole + design.height * blanking.line[0] + blanking.frame[0]
    sim = VideoSim(design_folder, patient, design)
    most = cycles = 0
    for draw in range(draws + 1):
        rng = np.random.default_rng(zlib.crc32(f"{blanking} {draw}".encode()))
        shape = (frames, design.height, design.width)
        beats = video_beats(rng.integers(0, 1 << shell.bits, shape), shell.pixels)
        gaps = camera_gaps(rng, beats, blanking, shortest=draw == 0)
        run = sim.run(beats, gaps, len(beats))
        if draw == 0 and run.counts["cycles"] > period:
            raise FlowError(
                f"{design_folder}: with the shortest pauses a frame comes every {period} cycles,"
                f" and the design takes {run.counts['cycles']}"
            )
        most, cycles = max(most, run.counts["fullest"]), run.counts["cycles"]
    return Queue(beats=most, cycles=cycles, frames=frames * (draws + 1), blanking=blanking)


def with_buffer(shell: VideoShell, queue: Queue) -> VideoShell:
    """`shell` for a camera that cannot wait, with a buffer for the queue and a fourth more.

    Unless it has a timeout, it gets one of twice the longest pause behind a line, so that a frame
    that ends early is filled in the pause behind it, not when the next one is there already.
    """
    beats = max(_LEAST, queue.beats + -(-queue.beats // _MARGIN))
    timeout = shell.timeout or 2 * queue.blanking.line[1] + _LEAST
    facts = {"sensor": True, "buffer": beats, "timeout": timeout, "queue": queue}
    return shell.model_copy(update=facts)


def with_blend(design_folder: Path, shell: VideoShell) -> VideoShell:
    """`shell` with room for what waits for its results, as found by simulation at full pace."""
    design = read_design(design_folder)
    blocks = max(1, shell.pixels // 2)  # of a beat
    rows, columns = design.packed_shape
    roomy = shell.model_copy(update={"blend": 2 * rows * columns, "sensor": False})
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 1 << shell.bits, (3, design.height, design.width))
    beats = video_beats(frames, shell.pixels)
    run = VideoSim(design_folder, roomy, design).run(beats, np.zeros(len(beats), int), len(beats))
    return shell.model_copy(update={"blend": blocks * (run.blended + 2)})


def with_link(design_folder: Path, shell: VideoShell, lanes: int, channel: int) -> VideoShell:
    """`shell` behind a receiver of CSI-2, which cannot make its camera wait."""
    depth = link_depth(read_design(design_folder), shell, lanes)
    link = Csi2Link(lanes=lanes, channel=channel, depth=depth)
    return VideoShell(**{**dict(shell), "csi2": link, "sensor": True})


def camera_gaps(
    rng: np.random.Generator, beats: np.ndarray, blanking: Blanking, shortest: bool = False
) -> np.ndarray:
    """Silent cycles before every one of (n, pixels + 2) beats; the shortest, or drawn ones."""

    def drawn(bounds: tuple[int, int], count: int) -> np.ndarray:
        least, most = bounds
        return np.full(count, least) if shortest else rng.integers(least, most + 1, count)

    behind_line = np.flatnonzero(beats[:-1, -1]) + 1
    behind_frame = np.flatnonzero(beats[1:, -2]) + 1
    gaps = np.zeros(len(beats), np.int64)
    gaps[behind_line] += drawn(blanking.line, len(behind_line))
    gaps[behind_frame] += drawn(blanking.frame, len(behind_frame))
    return gaps
