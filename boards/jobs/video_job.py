# SPDX-License-Identifier: MIT
"""A video through an accelerator: its frames overlap, each read while others are at work."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.camera.video import Frame, list_frames
from tarsier_fpga.devices.accelerator import Measured
from tarsier_fpga.devices.stages import Stage, run_stages
from tarsier_fpga.hls.base.errors import HostError, Interrupted, os_sentence
from tarsier_fpga.hls.base.files import write_together
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.jobs.accelerators import open_accelerator
from tarsier_fpga.jobs.choices import Bad
from tarsier_fpga.jobs.job import Job
from tarsier_fpga.jobs.restore import Restoring, passing
from tarsier_fpga.jobs.restored import Restored, Skipped
from tarsier_fpga.jobs.run_facts import FrameGain, VideoFacts, chip_facts
from tarsier_fpga.picture.isp import develop
from tarsier_fpga.picture.movie import Film, beside, open_film
from tarsier_fpga.picture.png import png_bytes

__all__ = ["VideoJob", "perform_video"]


@dataclass(frozen=True, slots=True)
class VideoJob:
    """What a user asks for beside the Job: `job.raw` is a video, `out` the folder for pictures.

    With `previous_gain` a frame takes the gain of the one before it.
    """

    job: Job
    out: Path
    bad: Bad = Bad.STOP
    previous_gain: bool = False
    film: Path | None = None
    film_rate: float = 24.0


@dataclass(frozen=True, slots=True, eq=False)
class _Written:
    """What is kept of a frame whose picture is written."""

    name: str
    gain: float
    tiles: int
    measured: Measured
    exact: bool | None


@dataclass(frozen=True, slots=True, eq=False)
class _Developed:
    """A frame's picture after, and before where a film shows it."""

    facts: _Written
    after: np.ndarray
    before: np.ndarray | None


@dataclass(slots=True, eq=False)
class _Writing:
    """The last two stages: Restored -> _Developed -> _Written."""

    out: Path
    film: Film | None = None
    written: int = field(default=0, init=False)
    _balance: tuple[float, float, float] | None = field(default=None, init=False)

    def stages(self) -> list[Stage]:
        works: dict[str, Callable[[Any], Any]] = {"unpack": self._unpack, "write": self._write}
        return [Stage(name, passing(work)) for name, work in works.items()]

    def _unpack(self, restored: Restored) -> _Developed:
        encoded = restored.encoded
        # One white balance for all frames: of its own in each, a film would flicker.
        self._balance = balance = self._balance or restored.balance
        after, *before = (
            develop(codes, encoded.raw, balance, encoded.scale)
            for codes in ((restored.after, encoded.before) if self.film else (restored.after,))
        )
        facts = _Written(
            encoded.name, encoded.gain, restored.tiles, restored.measured, restored.exact
        )
        return _Developed(facts, after, before[0] if before else None)

    def _write(self, developed: _Developed) -> _Written:
        name = f"{developed.facts.name}.png"
        write_together({self.out / name: png_bytes(developed.after)})
        self.written += 1
        if self.film and developed.before is not None:
            self.film.add(beside(developed.before, developed.after))
        return developed.facts


def perform_video(asked: VideoJob, show: Show) -> VideoFacts:
    """Do what is `asked`.

    Raises:
        HostError, BoardError, FlowError, TrainingError: one sentence each. Pictures written
            before stay.
        Interrupted: Ctrl-C; the same.
    """
    job = asked.job
    show("looking for frames", 0.0)
    frames = list_frames(job.raw, job.sidecar)
    first = _first_good(frames, asked)
    accelerator = open_accelerator(job, (first.width, first.height), show)
    if asked.film and (scale := accelerator.restorer.cutting.scale) != 1:
        raise HostError(
            f"{asked.film}: a film shows frames before and after side by side, and"
            f" {accelerator.restorer.net} makes them {scale} times as wide; leave --film out"
        )
    restoring = Restoring(job, accelerator, bad=asked.bad, previous_gain=asked.previous_gain)
    writing = _Writing(asked.out)
    try:
        with _pictures_in(asked.out):
            return _follow(frames, asked, restoring, writing, show)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; {_kept(writing)}") from None
    except OSError as error:
        raise HostError(f"{os_sentence(error)}; {_kept(writing)}") from None
    except HostError as error:
        raise HostError(f"{error}; {_kept(writing)}") from None


def _follow(
    frames: list[Frame], asked: VideoJob, restoring: Restoring, writing: _Writing, show: Show
) -> VideoFacts:
    """Take the results as they come, and sum them up."""
    job, accelerator = asked.job, restoring.accelerator
    begin = time.monotonic()
    good: list[_Written] = []
    skipped: list[str] = []
    stages = [*restoring.stages(), *writing.stages()]
    film = open_film(asked.film, asked.film_rate) if asked.film else nullcontext()
    results = run_stages(frames, stages, restoring.halt)
    with film as writing.film, closing(results):
        for index, result in enumerate(results, 1):
            if isinstance(result, Skipped):
                skipped.append(result.problem)
            else:
                good.append(result)
            rate = index / (time.monotonic() - begin)
            note = f"{index} of {len(frames)}, {rate:.3g} fps"
            show("restoring", index / len(frames), note)
        if not good:
            raise HostError(f"no frame of {job.raw} is good; the first: {skipped[0]}")
    seconds = time.monotonic() - begin
    return VideoFacts(
        net=accelerator.restorer.net,
        accel=accelerator.name,
        raw=str(job.raw),
        frames=tuple(FrameGain(name=frame.name, gain=frame.gain) for frame in good),
        skipped=tuple(skipped),
        tiles=good[0].tiles,
        **chip_facts(accelerator, good[0].tiles, good[0].measured),
        bit_exact=all(frame.exact for frame in good) if job.check else None,
        accel_seconds=round(sum(frame.measured.seconds or 0 for frame in good), 6),
        host_fps=round(len(good) / seconds, 3),
        stage_seconds={stage.name: round(stage.busy, 3) for stage in stages},
        seconds=round(seconds, 2),
    )


def _kept(writing: _Writing) -> str:
    """What a person has of a video that ended early."""
    return f"{writing.written} pictures written to {writing.out} before are complete"


@contextmanager
def _pictures_in(out: Path) -> Iterator[None]:
    """The folder `out`, which goes again if it is new and nothing came into it."""
    new = not out.exists()
    out.mkdir(exist_ok=True)
    try:
        yield
    finally:
        if new:
            with suppress(OSError):  # it is not empty
                out.rmdir()


def _first_good(frames: list[Frame], asked: VideoJob) -> Raw:
    """The frame whose size a design is built for."""
    for frame in frames[:-1]:
        try:
            return frame.read(asked.job.sidecar, binned=asked.job.binned)
        except HostError:
            if asked.bad is Bad.STOP:
                raise
    return frames[-1].read(asked.job.sidecar, binned=asked.job.binned)
