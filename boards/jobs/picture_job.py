# SPDX-License-Identifier: MIT
"""One raw frame through a network on an accelerator, measured and compared."""

import time
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.camera.read import read_raw
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.jobs.accelerators import open_accelerator
from tarsier_fpga.jobs.job import Job
from tarsier_fpga.jobs.restore import Restoring
from tarsier_fpga.jobs.restored import Restored, Shot
from tarsier_fpga.jobs.run_facts import PictureFacts, chip_facts, rounded

__all__ = ["PictureJob", "PictureRun", "perform_picture"]


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
    show("reading the raw frame", 0.0)
    raw = read_raw(job.raw, job.sidecar, binned=job.binned)
    reference = None
    if asked.reference is not None:  # it shares the sidecar of a raw file of its own kind
        alike = asked.reference.suffix == job.raw.suffix
        described = job.sidecar if alike else None
        reference = read_raw(asked.reference, described, binned=job.binned)
    accelerator = open_accelerator(job, (raw.width, raw.height), show)
    shot = Shot(job.raw.stem, raw, reference, asked.exposure)
    restored = Restoring(job, accelerator, show).one(shot)
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
        compared=restored.compared and (restored.compared.parts, restored.compared.of),
        psnr_noisy_db=rounded(restored.psnr_before),
        psnr_db=rounded(restored.psnr_after),
        accel_seconds=rounded(restored.measured.seconds, 6),
        seconds=round(time.monotonic() - begin, 2),
    )
    return PictureRun(restored, accelerator.design, facts)
