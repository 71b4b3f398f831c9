# SPDX-License-Identifier: MIT
"""What waits in a design, or at one of a camera that cannot, as JSON files hold it."""

from tarsier_fpga.hls.base.facts import Facts

__all__ = ["Blanking", "Filled", "LineBuffer", "Queue"]


class Blanking(Facts):
    """Silent cycles behind every line, and further ones behind every frame: least and most."""

    line: tuple[int, int]
    frame: tuple[int, int]


class Filled(Facts):
    """A FIFO: beats it holds, and the most it held."""

    name: str
    depth: int
    high_water: int


class Queue(Facts):
    """What the simulation of `frames` frames showed.

    Attributes:
        beats: the most that waited at once
        cycles: from one frame's end to the next one's, as they were given last
        blanking: within which the pauses were drawn
    """

    beats: int
    cycles: int
    frames: int
    blanking: Blanking


class LineBuffer(Facts):
    """A line buffer of so many `beats`, and the queue that it was sized by."""

    beats: int
    queue: Queue
