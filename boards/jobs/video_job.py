# SPDX-License-Identifier: MIT
"""A video through an accelerator: its frames overlap, each read while others are at work."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.camera.video import Frame, list_frames
from tarsier_fpga.devices.accelerator import Measured
from tarsier_fpga.devices.recurrent import RecurrentAccelerator
from tarsier_fpga.devices.stages import Stage, run_stages
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import HostError, Interrupted, os_sentence
from tarsier_fpga.hls.base.files import write_together
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.jobs.accelerators import open_accelerator, recurrent_net
from tarsier_fpga.jobs.choices import Bad
from tarsier_fpga.jobs.designs import qonnx_file
from tarsier_fpga.jobs.encoded_raw import Balance, EncodedRaw
from tarsier_fpga.jobs.job import Job
from tarsier_fpga.jobs.restore import Restoring, passing
from tarsier_fpga.jobs.restored import NO_PIXELS, Restored, Skipped, View
from tarsier_fpga.jobs.resume import Keeper, Left, key_of, read_left
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
    has the rate of the one that was read, or else 24 pictures per second. If nobody says what
    happens at a `bad` frame, a network that remembers passes over it, others stop.
    """

    job: Job
    out: Path
    bad: Bad | None = None
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
    keeper: Keeper | None = None
    balance: Balance | None = None
    written: int = field(default=0, init=False)

    def stages(self) -> list[Stage]:
        return [Stage("unpack", passing(self._unpack)), Stage("write", self._write)]

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
        self.balance = self.balance or encoded.balance(restored)
        raw = replace(encoded.raw, balance=self.balance)
        return replace(restored, encoded=replace(encoded, raw=raw))

    def _write(self, developed: _Developed | Skipped) -> _Written | Skipped:
        if isinstance(developed, Skipped):
            if self.keeper:
                self.keeper.skip(developed.problem)
            return developed
        facts = developed.facts
        files = {self.out / f"{facts.name}.png": photo_png(developed.after)}
        measured = facts.measured
        if self.keeper and measured.states is not None:
            took = measured.seconds or 0.0
            files |= self.keeper.after(facts.name, facts.gain, took, self.balance, measured.states)
        write_together(files)
        self.written += 1
        if self.film and developed.before:
            self.film.add(beside(developed.before.shown, developed.after.shown))
        return replace(facts, measured=replace(measured, states=None))


def perform_video(asked: VideoJob, show: Show) -> VideoFacts:
    """Do what is `asked`.

    Raises:
        HostError, BoardError, FlowError, TrainingError: one sentence each. Pictures written
            before stay.
        Interrupted: Ctrl-C; the same.
    """
    job = asked.job
    show("looking for frames", 0.0)
    remembers = job.design is None and recurrent_net(job.net, show) is not None
    if asked.bad is None:
        asked = replace(asked, bad=Bad.SKIP if remembers else Bad.STOP)
    bad = asked.bad or Bad.STOP
    kind = job.kind
    source = _raw_frames(asked, bad) if kind is FrameKind.BAYER else _pictures(asked, bad)
    accelerator = open_accelerator(job, source.size, show)
    scale = accelerator.restorer.times
    if asked.film and kind is FrameKind.BAYER and scale != 1:
        raise HostError(
            f"{asked.film}: a film shows frames before and after side by side, and"
            f" {accelerator.restorer.net} makes them {scale} times as wide; leave --film out"
        )
    restoring = Restoring(
        job, accelerator, bad=bad, previous_gain=asked.previous_gain, one_balance=True
    )
    writing = _Writing(asked.out)
    if isinstance(accelerator, RecurrentAccelerator):
        source = _resumed(asked, source, accelerator, restoring, writing, show)
    try:
        with _pictures_in(asked.out):
            return _follow(source, asked, restoring, writing, show)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; {_kept(writing)}") from None
    except OSError as error:
        raise HostError(f"{os_sentence(error)}; {_kept(writing)}") from None
    except HostError as error:
        raise HostError(f"{error}; {_kept(writing)}") from None


def _resumed(
    asked: VideoJob,
    source: _Source,
    accelerator: RecurrentAccelerator,
    restoring: Restoring,
    writing: _Writing,
    show: Show,
) -> _Source:
    """What is left to do of a sequence; all of it where a film, which is made in one go, is
    asked for."""
    job = asked.job
    path = job.raw
    files = sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]
    files += [job.sidecar] if job.sidecar else []
    settings: dict[str, object] = {
        "gain": job.gain,
        "binned": job.binned,
        "reset_every": job.reset_every,
        "previous_gain": asked.previous_gain,
        "bad": asked.bad,
    }
    key = key_of(qonnx_file(job.net, show).read_bytes(), settings, files)
    left = None if asked.film else read_left(asked.out, key)
    writing.keeper = Keeper(asked.out, key, left or Left())
    if left is None:
        return source
    accelerator.resume(left.states, len(left.frames))
    writing.balance = left.balance
    items = [*source.items]
    if asked.previous_gain:
        last = next(item for item in items if item.name == left.frames[-1][0])
        raw = last.read(job.sidecar, binned=job.binned) if isinstance(last, Frame) else None
        restoring.last_gain = None if raw is None else job.gain_of(raw)
    return replace(source, items=islice(items, left.done, None), count=source.count - left.done)


def _follow(
    source: _Source, asked: VideoJob, restoring: Restoring, writing: _Writing, show: Show
) -> VideoFacts:
    """Take the results as they come, and sum them up."""
    job, accelerator = asked.job, restoring.accelerator
    begin = time.monotonic()
    good: list[_Written] = []
    kept = writing.keeper.left if writing.keeper else Left()
    skipped = [*kept.skipped]
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
        if not good and not kept.frames:
            raise HostError(f"no frame of {job.raw} is good; the first: {skipped[0]}")
    if writing.keeper:
        writing.keeper.finish()
    seconds = time.monotonic() - begin
    tiles, measured = (good[0].tiles, good[0].measured) if good else (1, Measured(NO_PIXELS))
    frames = [*kept.frames, *((frame.name, frame.gain) for frame in good)]
    return VideoFacts(
        net=accelerator.restorer.net,
        accel=accelerator.name,
        raw=str(job.raw),
        frames=tuple(FrameGain(name=name, gain=gain) for name, gain in frames),
        skipped=tuple(skipped),
        tiles=tiles,
        **chip_facts(accelerator, tiles, measured),
        bit_exact=all(frame.exact for frame in good) if job.check else None,
        accel_seconds=round(kept.seconds + sum(f.measured.seconds or 0 for f in good), 6),
        host_fps=round(len(good) / seconds, 3),
        stage_seconds={stage.name: round(stage.busy, 3) for stage in stages},
        seconds=round(seconds, 2),
        state=_said(job, kept, skipped) if writing.keeper else None,
    )


def _said(job: Job, kept: Left, skipped: list[str]) -> str:
    """What became of the state of a network that remembers."""
    every = f", forgotten every {job.reset_every} frames" if job.reset_every else ""
    lost = f"; kept as it was over {len(skipped)} skipped" if skipped else ""
    after = f"; resumed after {len(kept.frames)} frames" if kept.frames else ""
    return f"passed on from frame to frame{every}{lost}{after}"


def _kept(writing: _Writing) -> str:
    """What a person has of a video that ended early."""
    again = "; the same command goes on there" if writing.keeper and writing.written else ""
    return f"{writing.written} pictures written to {writing.out} before are complete{again}"


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


def _raw_frames(asked: VideoJob, bad: Bad) -> _Source:
    job = asked.job
    frames = list_frames(job.raw, job.sidecar)
    reads = [partial(each.read, job.sidecar, binned=job.binned) for each in frames]
    return _Source(frames, len(frames), _first_good(reads, bad))


def _pictures(asked: VideoJob, bad: Bad) -> _Source:
    path = asked.job.raw
    stills, count, rate = pictures_in(path)
    if path.is_dir():
        items = [*stills]
        return _Source(items, count, _first_good([each.read for each in items], bad), rate)
    return _Source(stills, count, _first_good([partial(read_photo, path)], bad), rate)


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
