# SPDX-License-Identifier: MIT
"""One number for a net on a set of images, to compare nets of one kind by."""

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import torch
from torch import nn

from tarsier_fpga.training.data.images import read_folder
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.score import picture_scores, raw_scores
from tarsier_fpga.training.score.metrics import SMALLEST
from tarsier_fpga.training.score.picture_scores import protocol

__all__ = ["mean_psnr", "own_settings"]


def own_settings(spec: NetSpec) -> tuple[int, ...]:
    """The settings that a net is scored at if nothing else is asked for."""
    if spec.task is Task.SR:
        return (spec.scale,)
    how = protocol(spec.task)
    return how.defaults if how else ()


def mean_psnr(net: nn.Module, spec: NetSpec, place: Path, settings: Sequence[int]) -> float:
    """Mean PSNR in dB of `net` on the images in `place`, over `settings`.

    Raw nets are scored at the exposures of their own protocol instead.
    """
    if protocol(spec.task) is None:
        scenes = raw_scores.read_scenes(place)
        return fmean(score.after for score in raw_scores.score(net, scenes))
    images = read_folder(place, SMALLEST + 3 * spec.scale).images
    net = net.to("cuda" if torch.cuda.is_available() else "cpu")
    return fmean(
        picture_scores.score(net, spec, images, value, place.name).psnr_db for value in settings
    )
