# SPDX-License-Identifier: MIT
"""A video through an accelerator: its frames overlap, each read while others are at work."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.camera.video import Frame, list_frames
from tarsier_fpga.devices.accelerator import Measured
from tarsier_fpga.devices.stages import Stage, run_stages
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import HostError, Interrupted, os_sentence
from tarsier_fpga.hls.base.files import write_together
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.jobs.accelerators import open_accelerator
from tarsier_fpga.jobs.choices import Bad
from tarsier_fpga.jobs.encoded_raw import Balance, EncodedRaw
from tarsier_fpga.jobs.job import Job
from tarsier_fpga.jobs.restore import Restoring, passing
from tarsier_fpga.jobs.restored import Restored, Skipped, View
from tarsier_fpga.jobs.run_facts import FrameGain, VideoFacts, chip_facts
from tarsier_fpga.picture.movie import Film, beside, open_film
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.picture.png import photo_png
from tarsier_fpga.picture.read import Still, pictures_in, read_photo

__all__ = ["FILM_RATE", "VideoJob", "perform_video"]

FILM_RATE = 24.0  # pictures per second, where nothing says


@dataclass(frozen=True, slots=True)
class VideoJob:
    """What a user asks for beside the Job: `job.raw` is a video, `out` the folder for pictures.

    With `previous_gain` a frame takes the gain of the one before it. Without `film_rate` a film
    has the rate of the one that was read, or else 24 pictures per second.
    """

    job: Job
    out: Path
    bad: Bad = Bad.STOP
    previous_gain: bool = False
    film: Path | None = None
    film_rate: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """The frames of a video, or its pictures: how many, the size of the first, and their rate."""

    items: Iterable[Frame | Still]
    count: int
    size: tuple[int, int]
    rate: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Written:
    """What is kept of a frame whose picture is written."""

    name: str
    gain: float | None
    tiles: int
    measured: Measured
    exact: bool | None


@dataclass(frozen=True, slots=True, eq=False)
class _Developed:
    """A frame's picture after, and before where a film shows it."""

    facts: _Written
    after: Photo
    before: Photo | None


@dataclass(slots=True, eq=False)
class _Writing:
    """The last two stages: Restored -> _Developed -> _Written."""

    out: Path
    film: Film | None = None
    written: int = field(default=0, init=False)
    _balance: Balance | None = field(default=None, init=False)

    def stages(self) -> list[Stage]:
        works: dict[str, Callable[[Any], Any]] = {"unpack": self._unpack, "write": self._write}
        return [Stage(name, passing(work)) for name, work in works.items()]

    def _unpack(self, restored: Restored) -> _Developed:
        restored = self._balanced(restored)
        encoded = restored.encoded
        before = encoded.look(restored, View.BEFORE) if self.film else None
        facts = _Written(
            encoded.name, encoded.gain, restored.tiles, restored.measured, restored.exact
        )
        return _Developed(facts, restored.photo, before)

    def _balanced(self, restored: Restored) -> Restored:
        """One white balance for all raw frames: of its own in each, a film would flicker."""
        encoded = restored.encoded
        if not isinstance(encoded, EncodedRaw):
            return restored
        self._balance = self._balance or encoded.balance(restored)
        raw = replace(encoded.raw, balance=self._balance)
        return replace(restored, encoded=replace(encoded, raw=raw))

    def _write(self, developed: _Developed) -> _Written:
        write_together({self.out / f"{developed.facts.name}.png": photo_png(developed.after)})
        self.written += 1
        if self.film and developed.before:
            self.film.add(beside(developed.before.shown, developed.after.shown))
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
    kind = job.kind
    source = _raw_frames(asked) if kind is FrameKind.BAYER else _pictures(asked)
    accelerator = open_accelerator(job, source.size, show)
    scale = accelerator.restorer.times
    if asked.film and kind is FrameKind.BAYER and scale != 1:
        raise HostError(
            f"{asked.film}: a film shows frames before and after side by side, and"
            f" {accelerator.restorer.net} makes them {scale} times as wide; leave --film out"
        )
    restoring = Restoring(
        job, accelerator, bad=asked.bad, previous_gain=asked.previous_gain, one_balance=True
    )
    writing = _Writing(asked.out)
    try:
        with _pictures_in(asked.out):
            return _follow(source, asked, restoring, writing, show)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; {_kept(writing)}") from None
    except OSError as error:
        raise HostError(f"{os_sentence(error)}; {_kept(writing)}") from None
    except HostError as error:
        raise HostError(f"{error}; {_kept(writing)}") from None


def _follow(
    source: _Source, asked: VideoJob, restoring: Restoring, writing: _Writing, show: Show
) -> VideoFacts:
    """Take the results as they come, and sum them up."""
    job, accelerator = asked.job, restoring.accelerator
    begin = time.monotonic()
    good: list[_Written] = []
    skipped: list[str] = []
    stages = [*restoring.stages(), *writing.stages()]
    pace = asked.film_rate or source.rate or FILM_RATE
    film = open_film(asked.film, pace) if asked.film else nullcontext()
    results = run_stages(source.items, stages, restoring.halt)
    with film as writing.film, closing(results):
        for index, result in enumerate(results, 1):
            if isinstance(result, Skipped):
                skipped.append(result.problem)
            else:
                good.append(result)
            rate = index / (time.monotonic() - begin)
            count = max(index, source.count)
            show("restoring", index / count, f"{index} of {count}, {rate:.3g} fps")
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


def _raw_frames(asked: VideoJob) -> _Source:
    job = asked.job
    frames = list_frames(job.raw, job.sidecar)
    reads = [partial(each.read, job.sidecar, binned=job.binned) for each in frames]
    return _Source(frames, len(frames), _first_good(reads, asked.bad))


def _pictures(asked: VideoJob) -> _Source:
    path = asked.job.raw
    stills, count, rate = pictures_in(path)
    if path.is_dir():
        items = [*stills]
        return _Source(items, count, _first_good([each.read for each in items], asked.bad), rate)
    return _Source(stills, count, _first_good([partial(read_photo, path)], asked.bad), rate)


def _first_good(reads: Sequence[Callable[[], Raw | Photo]], bad: Bad) -> tuple[int, int]:
    """Width and height of the frame for which a design is built."""
    for read in reads[:-1]:
        try:
            first = read()
        except HostError:
            if bad is Bad.STOP:
                raise
        else:
            return first.width, first.height
    last = reads[-1]()
    return last.width, last.height
