# SPDX-License-Identifier: MIT
"""Where the scales of channels come from, on equal budgets: what statistics of frames are worth.

Same network, same clips, same schedule; only `statistics` differs. Constants cost nothing on a
chip, and neither do powers of two; factors of the frame before cost a meter and a multiplier a
channel; those of the same frame need it twice, so that no stream can have them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.recipe import Recipe
from tarsier_fpga.training.facts.spec import Statistics
from tarsier_fpga.training.loop.train import train
from tarsier_fpga.training.networks.network import load
from tarsier_fpga.training.score.clip_scores import ClipSet, score_clips

__all__ = ["ScaleTrial", "try_scales"]


@dataclass(frozen=True, slots=True)
class ScaleTrial:
    """What a network with such scales scores: mean PSNR in dB by set of clips, over exposures,
    and flicker at rest in percent of white."""

    statistics: Statistics
    psnr_db: dict[str, float]
    flicker: float

    @property
    def mean_db(self) -> float:
        """Over the sets."""
        return fmean(self.psnr_db.values())


def try_scales(
    plan: Recipe, source: Sequence[Any], sets: Sequence[ClipSet], out: Path
) -> list[ScaleTrial]:
    """`plan` trained once for every source of scales, each scored on the clips in `sets`.

    Raises:
        TrainingError: its net does not remember, or has no such scales.
    """
    if not plan.net.family.recurrent:
        raise TrainingError(f"{plan.name}: a {plan.net.kind} has no frame before")
    trials = []
    for statistics in Statistics:
        one = replace(
            plan,
            name=f"{plan.name}-{statistics}",
            net=replace(plan.net, statistics=statistics),
        )
        train(one, source, out)
        net = load(out / f"{one.name}.safetensors")
        scores = list(score_clips(net, one.net, sets))
        psnr = {
            clips.name: fmean(score.after for score in scores if score.set == clips.name)
            for clips in sets
        }
        flicker = fmean(score.flicker for score in scores if score.flicker is not None)
        trials.append(ScaleTrial(statistics, psnr, flicker))
    return trials
