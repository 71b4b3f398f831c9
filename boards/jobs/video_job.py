# SPDX-License-Identifier: MIT
"""A video through an accelerator: its frames overlap, each read while others are at work.

read -> pack -> send -> run -> receive -> unpack -> write
"""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tarsier_fpga.camera.encode import encode
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.camera.video import Frame, list_frames
from tarsier_fpga.cli.guard import os_sentence
from tarsier_fpga.cli.options import Bad
from tarsier_fpga.devices.accelerator import Accelerator, Measured
from tarsier_fpga.devices.stages import Stage, Stopped, run_stages
from tarsier_fpga.devices.tiles import join
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.hls.base.errors import HostError, Interrupted
from tarsier_fpga.hls.base.files import write_together
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.jobs.job import Job, chip_facts
from tarsier_fpga.jobs.restore import matches, pack
from tarsier_fpga.picture.isp import develop, grey_world
from tarsier_fpga.picture.movie import beside, open_film
from tarsier_fpga.picture.png import png_bytes

__all__ = ["VideoJob", "perform_video"]

_NO_PIXELS = np.empty((0, 0), np.uint16)


@dataclass(frozen=True, slots=True)
class VideoJob:
    """What a user asks for beside the Job: `job.raw` is a video, `out` the folder for pictures.

    With `previous_gain` a frame takes the gain of the one before it, as hardware must that sees
    each frame once; the first takes its own.
    """

    job: Job
    out: Path
    bad: Bad = Bad.STOP
    previous_gain: bool = False
    film: Path | None = None
    film_rate: float = 24.0


@dataclass(slots=True, eq=False)
class _Shot:
    """A frame on its way; what a stage has used up is dropped, so that memory stays flat."""

    frame: Frame
    raw: Raw | None = None
    gain: float = 0.0
    before: np.ndarray | None = None
    payload: Any = None
    tiles: int = 0
    measured: Measured | None = None
    pictures: tuple[np.ndarray, ...] = ()
    exact: bool | None = None
    problem: str = ""


def perform_video(job: VideoJob, show: Show) -> dict[str, Any]:
    """Do `job`; the facts of its JSON.

    Raises:
        HostError, BoardError, FlowError, TrainingError: one sentence each. Pictures written
            before stay.
        Interrupted: Ctrl-C; the same.
    """
    load_board(job.job.board)
    show("looking for frames", 0.0)
    frames = list_frames(job.job.raw)
    accelerator, folder = job.job.open(_first_good(frames, job), show)
    run = _Run(job, accelerator, folder)
    try:
        with _pictures_in(job.out):
            return _follow(run, frames, show)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; {run.kept}") from None
    except OSError as error:
        raise HostError(f"{os_sentence(error)}; {run.kept}") from None
    except HostError as error:
        raise HostError(f"{error}; {run.kept}") from None


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


def _follow(run: "_Run", frames: list[Frame], show: Show) -> dict[str, Any]:
    """Take the results as they come, and sum them up."""
    job, begin, shots = run.job, time.monotonic(), []
    film = open_film(job.film, job.film_rate) if job.film else nullcontext()
    results = run_stages(frames, run.stages, run.halt.set)
    with film as run.film, closing(results):
        for shot in results:
            shots.append(shot)
            rate = len(shots) / (time.monotonic() - begin)
            note = f"{len(shots)} of {len(frames)}, {rate:.3g} fps"
            show("restoring", len(shots) / len(frames), note)
        good = [shot for shot in shots if not shot.problem]
        if not good:
            raise HostError(f"no frame of {job.job.raw} is good; the first: {shots[0].problem}")
    seconds = time.monotonic() - begin
    first = good[0]
    return {
        "net": run.accelerator.net,
        "accel": run.accelerator.name,
        "raw": str(job.job.raw),
        "frames": [{"name": shot.frame.name, "gain": shot.gain} for shot in good],
        "skipped": [shot.problem for shot in shots if shot.problem],
        "tiles": first.tiles,
        **chip_facts(run.accelerator, first.tiles, first.measured),
        "bit_exact": all(shot.exact for shot in good) if job.job.check else None,
        "accel_seconds": round(sum(shot.measured.seconds or 0 for shot in good), 6),
        "host_fps": round(len(good) / seconds, 3),
        "stage_seconds": {stage.name: round(stage.busy, 3) for stage in run.stages},
        "seconds": round(seconds, 2),
    }


class _Run:
    """The stages of one video, and what they share from frame to frame."""

    def __init__(self, job: VideoJob, accelerator: Accelerator, folder: Path) -> None:
        self.job, self.accelerator, self.folder = job, accelerator, folder
        self.halt = threading.Event()
        self.film: Any = None
        self._written = 0
        self._gain: float | None = None
        self._balance: tuple[float, float, float] | None = None
        works = (self._read, self._pack, self._send, self._run, self._receive)
        works += (*((self._check,) if job.job.check else ()), self._unpack, self._write)
        self.stages = [
            Stage(work.__name__.removeprefix("_"), self._passing(work)) for work in works
        ]

    @property
    def kept(self) -> str:
        """What a person has of a video that ended early."""
        return f"{self._written} pictures written to {self.job.out} before are complete"

    def _passing(self, work):
        """`work`, for frames without a problem; where they are to be skipped, it may find one."""

        def passed(item):
            shot = _Shot(item) if isinstance(item, Frame) else item
            if shot.problem:
                return shot
            try:
                work(shot)
            except HostError as error:
                if self.job.bad is Bad.STOP or work not in (self._read, self._pack):
                    raise
                shot.problem = str(error)
            return shot

        return passed

    def _read(self, shot: _Shot) -> None:
        shot.raw = shot.frame.read(self.job.job.sidecar)

    def _pack(self, shot: _Shot) -> None:
        own = self.job.job.gain_of(shot.raw)
        before, self._gain = self._gain, own
        shot.gain = before if self.job.previous_gain and before else own
        shot.before = encode(shot.raw, shot.gain, self.accelerator.scale)
        shot.payload = pack(shot.raw, shot.before, self.accelerator)
        shot.raw = replace(shot.raw, mosaic=_NO_PIXELS)
        shot.tiles = len(shot.payload)

    def _send(self, shot: _Shot) -> None:
        shot.payload = self.accelerator.send(shot.payload)

    def _run(self, shot: _Shot) -> None:
        def go_on(_: float) -> None:
            if self.halt.is_set():
                raise Stopped

        shot.payload = self.accelerator.run(shot.payload, go_on)

    def _receive(self, shot: _Shot) -> None:
        measured = self.accelerator.receive(shot.payload)
        shot.payload = join(measured.frames, shot.before.shape[:2], self.accelerator.radius)
        shot.measured = replace(measured, frames=_NO_PIXELS)

    def _check(self, shot: _Shot) -> None:
        from tarsier_fpga.flow.sim import execute

        shot.exact = matches(
            shot.before,
            shot.payload,
            lambda frame: execute.reference(self.folder, frame),
            self.accelerator.radius,
        )

    def _unpack(self, shot: _Shot) -> None:
        # One white balance for all frames: of its own in each, a film would flicker.
        scale = self.accelerator.scale
        self._balance = self._balance or shot.raw.balance or grey_world(shot.payload, scale)
        codes = (shot.before, shot.payload) if self.film else (shot.payload,)
        shot.pictures = tuple(develop(one, shot.raw, self._balance, scale) for one in codes)
        shot.before = shot.payload = None

    def _write(self, shot: _Shot) -> None:
        after = shot.pictures[-1]
        write_together({self.job.out / f"{shot.frame.name}.png": png_bytes(after)})
        self._written += 1
        if self.film:
            self.film.add(beside(*shot.pictures))
        shot.pictures, shot.raw = (), None


def _first_good(frames: list[Frame], job: VideoJob) -> Raw:
    """The frame whose size a design is built for."""
    for frame in frames[:-1]:
        try:
            return frame.read(job.job.sidecar)
        except HostError:
            if job.bad is Bad.STOP:
                raise
    return frames[-1].read(job.job.sidecar)
