# SPDX-License-Identifier: MIT
"""The frame by which a bench tells how well networks restore, and how it looks on a page."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from tarsier_fpga.bench.contender import Contender, Scene
from tarsier_fpga.bench.picture_scene import CREDIT, PictureScene, sample_picture
from tarsier_fpga.camera.encode import decode, encode
from tarsier_fpga.camera.exposure import auto_gain
from tarsier_fpga.camera.read import read_raw
from tarsier_fpga.camera.sample import CREDIT as RAW_CREDIT
from tarsier_fpga.camera.sample import write_sample
from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.picture.isp import develop, grey_world
from tarsier_fpga.picture.psnr import psnr
from tarsier_fpga.picture.read import read_photo
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.score.metrics import SMALLEST

__all__ = ["Look", "bench_scene"]

NOISE, QUALITY = 25, 10  # what a picture suffers if nothing else is asked for


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A frame before and after the network.

    Attributes:
        scene: what it is, and what was done to it
        views: (H, W, 3) uint8 before and after, and the reference
        lines: by view, the light in the middle row: 0 is black and 1 is white
        psnr_before_db: of the frame before
    """

    scene: str
    views: dict[str, np.ndarray]
    lines: dict[str, np.ndarray]
    psnr_before_db: float


def bench_scene(
    ours: Contender, design: Design, picture: Path | None, setting: int | None
) -> tuple[Scene | PictureScene, Look]:
    """The frame for networks that take what `ours` takes: the built-in one or `picture`.

    Raises:
        HostError: a raw network was given a picture, or it cannot be used.
    """
    if ours.spec is None:
        if picture or setting is not None:
            given = f"--picture {picture}" if picture else f"--setting {setting}"
            raise HostError(
                f"{given} is for networks on pictures, and {design.net} takes raw frames"
            )
        return _raw_scene(ours, design)
    chosen = _setting(ours, setting)
    image, credit = sample_picture(), CREDIT
    if picture:
        image, credit = read_photo(picture).shown, picture.name
        least = SMALLEST + 3 * ours.spec.scale
        if min(image.shape[:2]) < ours.spec.scale * least:
            height, width = image.shape[:2]
            raise HostError(
                f"{picture} is {width} x {height}, and its sides must be at least"
                f" {ours.spec.scale * least} pixels for PSNR and SSIM"
            )
    scene = PictureScene(image, ours.spec.task, chosen)
    views = scene.seen(ours.values(), ours.spec).views
    lines = {name: view[view.shape[0] // 2, :, 1] / 255 for name, view in views.items()}
    return scene, Look(f"{credit}; {scene.said}", views, lines, scene.psnr_before_db)


def _setting(ours: Contender, asked: int | None) -> int:
    assert ours.spec is not None, "raw frames have no setting"
    match ours.spec.task:
        case Task.SR:
            if asked not in (None, ours.spec.scale):
                raise HostError(
                    f"--setting {asked}: {ours.name} enlarges {ours.spec.scale} times, which is"
                    " all that is done to its picture"
                )
            return ours.spec.scale
        case Task.JPEG:
            chosen, most = QUALITY if asked is None else asked, 100
        case _:
            chosen, most = NOISE if asked is None else asked, 255
    if not 1 <= chosen <= most:
        raise HostError(f"--setting {chosen} must be 1 to {most} for {ours.name}")
    return chosen


def _raw_scene(ours: Contender, design: Design) -> tuple[Scene, Look]:
    """The built-in frame, with and without its noise."""
    scale = design.x.coding
    with tempfile.TemporaryDirectory() as folder:
        noisy, clean = (read_raw(path) for path in write_sample(Path(folder)))
    gain = auto_gain(noisy)
    scene = Scene(encode(noisy, gain, scale), encode(clean, gain, scale), scale)
    restored = ours.restored(scene, "cpu", torch.float32)
    balance = noisy.balance or grey_world(restored, scale)
    codes = {"before": scene.noisy, "reference": scene.clean, "after": restored}
    views = {name: develop(frame, noisy, balance, scale) for name, frame in codes.items()}
    lines = {name: decode(frame[frame.shape[0] // 2, :, 1], scale) for name, frame in codes.items()}
    before = round(psnr(scene.noisy, scene.clean, scale), 2)
    return scene, Look(RAW_CREDIT, views, lines, before)
