# SPDX-License-Identifier: MIT
"""One raw frame or picture through a network on an accelerator, measured and compared."""

import time
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.camera.read import is_raw, read_raw
from tarsier_fpga.flow.design.design_facts import read_design
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.jobs.accelerators import lowered_net, open_accelerator
from tarsier_fpga.jobs.job import Job
from tarsier_fpga.jobs.restore import Restoring
from tarsier_fpga.jobs.restored import Restored, Shot
from tarsier_fpga.jobs.run_facts import PictureFacts, chip_facts, rounded
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.picture.read import is_picture, read_photo

__all__ = ["PictureJob", "PictureRun", "perform_picture"]

ONE_FRAME = "a still is a sequence of one frame: nothing was remembered"


@dataclass(frozen=True, slots=True)
class PictureJob:
    """What a user asks for beside the Job: a clean frame, given `exposure` times the light."""

    job: Job
    reference: Path | None = None
    exposure: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class PictureRun:
    """A finished job; `design` is None where PyTorch ran a network."""

    restored: Restored
    design: BuiltDesign | None
    facts: PictureFacts


def perform_picture(asked: PictureJob, show: Show) -> PictureRun:
    """Do what is `asked`.

    Raises:
        HostError, BoardError, FlowError, TrainingError: one sentence each.
    """
    begin, job = time.monotonic(), asked.job
    show("reading the frame", 0.0)
    raw, reference = _read(asked, show)
    accelerator = open_accelerator(job, (raw.width, raw.height), show)
    shot = Shot(job.raw.stem, raw, reference, asked.exposure)
    restored = Restoring(job, accelerator, show).one(shot)
    before, after = restored.score_before, restored.score_after
    facts = PictureFacts(
        net=accelerator.restorer.net,
        accel=accelerator.name,
        raw=str(job.raw),
        width=raw.width,
        height=raw.height,
        gain=restored.encoded.gain,
        tiles=restored.tiles,
        **chip_facts(accelerator, restored.tiles, restored.measured),
        bit_exact=restored.exact,
        kind=accelerator.restorer.kind,
        result=accelerator.restorer.y.kind,
        scale=float(accelerator.restorer.times),
        psnr_noisy_db=rounded(before.psnr if before else None),
        psnr_db=rounded(after.psnr if after else None),
        ssim_noisy=rounded(before.ssim if before else None, 4),
        ssim=rounded(after.ssim if after else None, 4),
        compared=restored.compared and (restored.compared.parts, restored.compared.of),
        accel_seconds=rounded(restored.measured.seconds, 6),
        seconds=round(time.monotonic() - begin, 2),
        state=ONE_FRAME if restored.measured.states is not None else None,
    )
    return PictureRun(restored, accelerator.design, facts)


def _read(asked: PictureJob, show: Show) -> tuple[Raw | Photo, Raw | Photo | None]:
    """The frame, and its clean twin."""
    job, clean = asked.job, asked.reference
    if job.kind is not FrameKind.BAYER:
        return read_photo(job.raw), None if clean is None else read_photo(clean)
    raw = read_raw(job.raw, job.sidecar, binned=job.binned)
    if clean is None:
        return raw, None
    # It shares the sidecar of a raw file of its own kind.
    sidecar = job.sidecar if clean.suffix == job.raw.suffix else None
    finished = not is_raw(clean, sidecar) and is_picture(clean)
    if finished and _result(job, show) is FrameKind.RGB:
        return raw, read_photo(clean)
    return raw, read_raw(clean, sidecar, binned=job.binned)


def _result(job: Job, show: Show) -> FrameKind:
    """What the network gives, which only its lowered form says."""
    if job.design is not None:
        return read_design(job.design).outputs[0].kind
    from tarsier_fpga.flow.lower.net import net_of

    return net_of(lowered_net(job.net, show).model).outputs[0].kind
