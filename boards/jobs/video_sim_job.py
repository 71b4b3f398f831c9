# SPDX-License-Identifier: MIT
"""A camera with faults in front of a design: what comes out, and whether all promises are kept."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tarsier_fpga.flow.design.queue_facts import Blanking, Filled
from tarsier_fpga.flow.shell.expected import Expected, expected, restored
from tarsier_fpga.flow.shell.faults import Sent, draw_stimuli, faulty_video, read_stimuli
from tarsier_fpga.flow.shell.shell_facts import FACTS, VideoShell, read_video
from tarsier_fpga.flow.shell.stalls import camera_gaps
from tarsier_fpga.flow.shell.video import check_fits
from tarsier_fpga.flow.shell.video_facts import Arrived, VideoSimulation
from tarsier_fpga.flow.shell.video_picture import Shown, video_picture
from tarsier_fpga.flow.shell.video_sim import VideoRun, VideoSim
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.hls.base.progress import Show

__all__ = ["VideoSimDone", "VideoSimJob", "perform_video_sim"]

_SHORT = Blanking(line=(2, 10), frame=(30, 90))  # pauses of a camera that can wait
_NOISE = 0.02  # deviation, of the way from black to white


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoSimJob:
    """What a user asks for.

    Attributes:
        frames: that the camera means to send; the last one comes whole
        seed: of frames, pauses and faults
        stimuli: a TOML file of faults, in place of drawn ones
        stall_out: share of cycles in which the display does not accept
    """

    design: BuiltDesign
    frames: int = 12
    seed: int = 0
    stimuli: Path | None = None
    stall_out: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class VideoSimDone:
    """What was found, and a PNG of what came and what was given."""

    facts: VideoSimulation
    picture: bytes


@dataclass(frozen=True, eq=False)
class _Video:
    """All that is sent: `meant` (N, H, W) frames, what arrives of them, beats and silences."""

    meant: np.ndarray
    sent: list[Sent]
    beats: np.ndarray
    gaps: np.ndarray


def perform_video_sim(job: VideoSimJob, show: Show) -> VideoSimDone:
    """Do `job`, and write nothing.

    A folder of `tarsier video` has its camera; any other design for mosaics gets one of its codes.

    Raises:
        FlowError, SimError: the design has no video shell, a fault lies outside of the video, or
            the design hangs.
    """
    folder, design = job.design.folder, job.design.facts
    shell = read_video(folder) if (folder / FACTS).is_file() else _camera(job.design)
    check_fits(folder, design, shell)
    video = _video(job, shell)
    wanted = expected(video.beats, video.gaps, design, shell)
    show("compiling the simulation", 0.0)
    sim = VideoSim(folder, shell, design)
    with sim.opened(job.seed) as bench:
        bench.registers.check()
        run = bench.send(
            video.beats,
            video.gaps,
            wanted.repaired.size // shell.pixels,
            job.stall_out,
            lambda done: show("simulating the camera", done),
        )
    given = run.beats[:, :-2].reshape(wanted.repaired.shape)
    models = _Models(job.design, shell)
    arrived = []
    for done, one in enumerate(_arrived(video, wanted, given, models)):
        show("comparing bit for bit", done / len(video.sent))
        arrived.append(one)
    counts = _counts(video, wanted, models)
    facts = VideoSimulation(
        key=design.key,
        shell=shell,
        seed=job.seed,
        meant=job.frames,
        arrived=tuple(arrived),
        registers=dict(run.counts),
        expected=counts,
        broken=tuple(_broken(arrived, run, counts)),
        fifos=tuple(
            Filled(name=fifo.name, depth=fifo.depth, high_water=run.filled[fifo.name])
            for fifo in design.fifos
        ),
        cycles=run.cycles,
        sim_seconds=round(run.seconds, 2),
    )
    show("drawing what came", 1.0)
    shown = [
        Shown(one.frame, sent.beats, None if one.given is None else given[one.given], one)
        for one, sent in zip(arrived, video.sent, strict=True)
    ]
    picture = video_picture(design, shell, shown)
    return VideoSimDone(facts, picture)


def _camera(built: BuiltDesign) -> VideoShell:
    """One that can wait and gives the codes of the network."""
    x = built.facts.x
    return VideoShell(
        pixels=2 if built.facts.width % 4 == 0 else 1,
        bits=max(8, x.bits),
        black=x.black,
        white=x.white,
    )


def _video(job: VideoSimJob, shell: VideoShell) -> _Video:
    rng = np.random.default_rng(job.seed)
    design = job.design.facts
    meant = np.stack(
        [_scene(rng, shell, design.height, design.width, at) for at in range(job.frames)]
    )
    stimuli = (
        read_stimuli(job.stimuli, job.frames) if job.stimuli else draw_stimuli(rng, job.frames)
    )
    sent = faulty_video(rng, meant, shell.pixels, stimuli)
    beats = np.concatenate([one.beats for one in sent])
    blanking = shell.queue.blanking if shell.queue else _SHORT
    gaps = camera_gaps(rng, beats, blanking) + np.concatenate([one.gaps for one in sent])
    return _Video(meant, sent, beats, gaps)


def _scene(
    rng: np.random.Generator, shell: VideoShell, height: int, width: int, number: int
) -> np.ndarray:
    """(H, W) codes: a light that moves from frame to frame before a ramp, with noise."""
    row, column = np.mgrid[:height, :width]
    middle = width * (0.2 + 0.08 * (number % 8))
    light = np.hypot(row - height / 2, column - middle) < height / 4
    signal = 0.15 + 0.35 * column / width + 0.4 * light + rng.normal(0, _NOISE, (height, width))
    codes = shell.black + signal * (shell.white - shell.black)
    return np.clip(np.rint(codes), 0, (1 << shell.bits) - 1).astype(np.int64)


class _Models:
    """What the shell gives of whole frames by its golden models, each computed once."""

    def __init__(self, built: BuiltDesign, shell: VideoShell) -> None:
        self._built, self._shell = built, shell
        self._known: dict[bytes, np.ndarray] = {}

    def given(self, frame: np.ndarray) -> np.ndarray:
        key = frame.tobytes()
        if key not in self._known:
            network = self._built.graph.reference
            self._known[key] = restored(frame, network, self._built.facts, self._shell)
        return self._known[key]


def _arrived(
    video: _Video, wanted: Expected, given: np.ndarray, models: _Models
) -> Iterator[Arrived]:
    started, behind = 0, False
    for one in video.sent:
        starts = int(one.beats[:, -2].sum())
        started += starts
        number = started - 1 if starts else None
        right = repaired = False
        if number is not None:
            right = np.array_equal(given[number], models.given(video.meant[one.frame]))
            repaired = np.array_equal(given[number], models.given(wanted.repaired[number]))
        yield Arrived(
            frame=one.frame,
            faults=tuple(fault.value for fault in one.faults),
            whole=one.whole,
            given=number,
            right=right,
            repaired=repaired,
            behind_fault=behind,
        )
        behind = not one.whole


def _counts(video: _Video, wanted: Expected, models: _Models) -> dict[str, int]:
    """The registers that are known without the RTL, by name."""
    last = wanted.repaired[-1]
    return {
        **wanted.faults,
        "lines": int(video.beats[:, -1].sum()),
        "frames_in": int(video.beats[:, -2].sum()),
        "frames_out": len(wanted.repaired),
        "crc_in": zlib.crc32(last.astype("<u2").tobytes()),
        "crc_out": zlib.crc32(models.given(last).astype("<u2").tobytes()),
    }


def _broken(arrived: list[Arrived], run: VideoRun, counts: dict[str, int]) -> Iterator[str]:
    """Sentences on what is not as promised.

    Where the line buffer overflows, what was dropped is a fault of its own, so that as many frames
    may be torn, and what else is counted is not known.
    """
    overflows = run.counts["overflows"]
    wrong = [one for one in arrived if one.whole and not one.right]
    if len(wrong) > overflows:
        for one in wrong:
            behind = ", the first behind a fault," if one.behind_fault else ""
            yield f"frame {one.frame}{behind} came whole and was not given right"
    if overflows:
        return
    for one in arrived:
        if not one.whole and one.given is not None and not one.repaired:
            yield f"frame {one.frame} is not given as its faults are repaired"
    for name, count in counts.items():
        if run.counts[name] != count:
            yield f"the register {name} holds {run.counts[name]}, where {count} is right"
