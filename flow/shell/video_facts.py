# SPDX-License-Identifier: MIT
"""What video_sim.json holds: what `tarsier sim --video` found of a design behind a camera."""

from pathlib import Path

from tarsier_fpga.flow.design.queue_facts import Filled
from tarsier_fpga.flow.shell.shell_facts import VideoShell
from tarsier_fpga.hls.base.facts import Facts, read_facts

__all__ = ["VIDEO_SIM", "Arrived", "VideoSimulation", "read_video_simulation"]

VIDEO_SIM = "video_sim.json"


class Arrived(Facts):
    """A frame that arrived.

    Attributes:
        frame: its number among those that the camera meant to send
        faults: what happened to it; none of them need tear it
        whole: it arrived as it was meant
        given: its number among those that came out; None if none was made of it
        right: what came out is what the network makes of the frame that was meant
        repaired: what came out is what the network makes of the frame as the golden repair has it
        behind_fault: the one before did not arrive whole
    """

    frame: int
    faults: tuple[str, ...]
    whole: bool
    given: int | None
    right: bool
    repaired: bool
    behind_fault: bool


class VideoSimulation(Facts):
    """A run of a design's RTL with its shell.

    Attributes:
        seed: of frames, pauses, and faults that no file names
        meant: frames that the camera meant to send
        arrived: in order
        registers: every field in the end, by name
        expected: those that are known without the RTL
        broken: promises that were broken, each a sentence
        fifos: of the design, and how full they were
        cycles: from the first to the last beat
        sim_seconds: of wall time
    """

    key: str
    shell: VideoShell
    seed: int
    meant: int
    arrived: tuple[Arrived, ...]
    registers: dict[str, int]
    expected: dict[str, int]
    broken: tuple[str, ...]
    fifos: tuple[Filled, ...]
    cycles: int
    sim_seconds: float


def read_video_simulation(folder: Path, key: str) -> VideoSimulation | None:
    """What `tarsier sim --video` found of the design in `folder` with this `key`, if it was asked.

    Raises:
        FlowError: the file is damaged or of another version.
    """
    path = folder / VIDEO_SIM
    if not path.is_file():
        return None
    found = read_facts(path, VideoSimulation, "simulate again")
    return found if found.key == key else None
