# SPDX-License-Identifier: MIT
"""The one way of a frame through an accelerator, alone or with others on their way beside it.

    Frame -> Shot -> Packed -> Sent -> Done -> Restored
         read    pack     send    run   receive (check)

Each stage makes a new value of the one before; what it has used up is not in it, so that memory
stays flat over a video.
"""

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.camera.video import Frame
from tarsier_fpga.devices.accelerator import Accelerator
from tarsier_fpga.devices.stages import Stage, Stopped, run_stages
from tarsier_fpga.devices.tiles import cut, join, padded_side
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.progress import Show, silent
from tarsier_fpga.jobs.choices import Bad
from tarsier_fpga.jobs.compare import Execute, compare, reference_of
from tarsier_fpga.jobs.encoded_photo import encode_photo
from tarsier_fpga.jobs.encoded_raw import encode_raw
from tarsier_fpga.jobs.finished_raw import Balance, balance_of, finish_raw
from tarsier_fpga.jobs.job import Job
from tarsier_fpga.jobs.kinds import wrong_kind
from tarsier_fpga.jobs.restored import (
    NO_PIXELS,
    Done,
    Encoded,
    Packed,
    Restored,
    Sent,
    Shot,
    Skipped,
)
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.picture.read import Still

__all__ = ["Restoring", "pack", "passing"]


@dataclass(slots=True, eq=False)
class Restoring:
    """The stages, and what they share from frame to frame.

    Attributes:
        show: told how far a frame is; of use where there is only one
        bad: what happens at a frame that cannot be read or taken
        previous_gain: a frame takes the gain of the one before it, as hardware must that sees
            each frame once; the first takes its own
        last_gain: that the frame before had of its own; of a sequence that is resumed, at first
        one_balance: pictures that a network finishes have the white balance of the first frame:
            of its own in each, a film would flicker
    """

    job: Job
    accelerator: Accelerator
    show: Show = silent
    bad: Bad = Bad.STOP
    previous_gain: bool = False
    last_gain: float | None = None
    one_balance: bool = False
    _halt: threading.Event = field(default_factory=threading.Event, init=False)
    _balance: Balance | None = field(default=None, init=False)
    _reference: Execute | None = field(default=None, init=False)

    def stages(self) -> list[Stage]:
        """From a Frame, a Still, or a Shot that was read before, to Restored, or Skipped."""
        works: dict[str, Callable[[Any], Any]] = {
            "read": self._skipping(self._read),
            "pack": self._skipping(self._pack),
            "send": self._send,
            "run": self._run,
            "receive": self._receive,
        }
        if self.job.check:
            works["check"] = self._check
        return [Stage(name, passing(work)) for name, work in works.items()]

    def halt(self) -> None:
        """Let a stage that is deep in its work give up."""
        self._halt.set()

    def one(self, shot: Shot) -> Restored:
        """A video of one frame.

        Raises:
            HostError: the frame is smaller than the design or of another kind than the network's,
                or its reference has another size.
        """
        with closing(run_stages([shot], self.stages(), self.halt)) as results:
            (restored,) = results
        return restored

    def _skipping(self, work: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """`work`, which may find out that a frame is bad."""

        def done(item: Any) -> Any:
            try:
                return work(item)
            except HostError as error:
                if self.bad is Bad.STOP:
                    raise
                return Skipped(str(error))

        return done

    def _read(self, item: Frame | Still | Shot) -> Shot:
        match item:
            case Shot():
                return item
            case Still():
                return Shot(item.name, item.read())
            case Frame():
                return Shot(item.name, item.read(self.job.sidecar, binned=self.job.binned))

    def _pack(self, shot: Shot) -> Packed:
        encoded = self._encoded(shot)
        return Packed(encoded, pack(shot.raw.name, encoded.before, self.accelerator))

    def _encoded(self, shot: Shot) -> Encoded:
        restorer, clean = self.accelerator.restorer, shot.reference
        match shot.raw:
            case Raw() as raw if restorer.kind is FrameKind.BAYER:
                own = self.job.gain_of(raw)
                before, self.last_gain = self.last_gain, own
                gain = before if self.previous_gain and before else own
                if restorer.finishes:
                    if not (self.one_balance and self._balance):
                        self._balance = balance_of(raw, gain, restorer.codes)
                    return finish_raw(
                        shot.name, raw, gain, restorer.codes, clean, shot.exposure, self._balance
                    )
                assert clean is None or isinstance(clean, Raw)
                return encode_raw(shot.name, raw, gain, restorer.codes, clean, shot.exposure)
            case Photo() as photo if restorer.kind is not FrameKind.BAYER:
                assert clean is None or isinstance(clean, Photo)
                return encode_photo(shot.name, photo, restorer, clean)
        raise wrong_kind(shot.raw.name, restorer.net, restorer.kind)

    def _send(self, packed: Packed) -> Sent:
        content = self.accelerator.send(packed.tiles)
        return Sent(packed.encoded, len(packed.tiles), content)

    def _run(self, sent: Sent) -> Done:
        return Done(sent.encoded, sent.tiles, self.accelerator.run(sent.content, self._go_on))

    def _receive(self, done: Done) -> Restored:
        measured = self.accelerator.receive(done.content)
        restorer = self.accelerator.restorer
        rows, columns, _ = done.encoded.before.shape
        tile = _tile((rows, columns), self.accelerator)
        codes = join(measured.frames, (rows, columns), tile, restorer.cutting)
        counted = replace(measured, frames=NO_PIXELS)
        return Restored(done.encoded, codes, restorer.y.coding, done.tiles, counted)

    def _check(self, restored: Restored) -> Restored:
        before, accelerator = restored.encoded.before, self.accelerator
        if self._reference is None:
            pixels = before.shape[0] * before.shape[1]
            self._reference = reference_of(accelerator.graph, accelerator.design, pixels)
        cutting = accelerator.restorer.cutting
        compared = compare(
            before, restored.codes, self._reference, cutting, self.job.drawn, self._go_on
        )
        return replace(restored, compared=compared)

    def _go_on(self, step: str, fraction: float, note: str = "", /) -> None:
        if self._halt.is_set():
            raise Stopped
        self.show(step, fraction, note)


def pack(name: str, codes: np.ndarray, accelerator: Accelerator) -> np.ndarray:
    """The (N, h, w, c) tiles in which `accelerator` wants the `codes` of the frame called `name`.

    Raises:
        HostError: it cannot take them; the sentence names the frame.
    """
    rows, columns = codes.shape[:2]
    try:
        return cut(codes, _tile((rows, columns), accelerator), accelerator.restorer.cutting)
    except HostError as error:
        raise HostError(f"{name}: {error}") from None


def _tile(frame: tuple[int, int], accelerator: Accelerator) -> tuple[int, int]:
    """That in which `accelerator` wants a frame of so many packed rows and columns."""
    align = accelerator.restorer.cutting.align
    return accelerator.tile((padded_side(frame[0], align), padded_side(frame[1], align)))


def passing(work: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`work` for frames that are not skipped."""
    return lambda item: item if isinstance(item, Skipped) else work(item)
