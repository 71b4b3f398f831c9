# SPDX-License-Identifier: MIT
"""V1 to V4 of the unit on equal budgets.

Same network, same batches, same schedule; only the unit differs. A short run of a small network
shows the order of the versions, not the paper's gaps, which are those of 300,000 steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tarsier_fpga.training.facts.recipe import Recipe
from tarsier_fpga.training.facts.spec import Version
from tarsier_fpga.training.loop.train import train
from tarsier_fpga.training.networks.network import load
from tarsier_fpga.training.score.mean_psnr import mean_psnr

__all__ = ["SIGMA", "Trial", "try_versions"]

SIGMA = 25


@dataclass(frozen=True, slots=True)
class Trial:
    """A version and what its network scores, in dB."""

    version: Version
    psnr_db: float


def try_versions(plan: Recipe, source: Sequence[Any], place: Path, out: Path) -> list[Trial]:
    """`plan` trained once per version on `source`, each scored on the images in `place`."""
    scores = []
    for version in Version:
        name = f"{plan.name}-{version}"
        one = replace(plan, name=name, net=replace(plan.net, version=version))
        train(one, source, out)
        net = load(out / f"{name}.safetensors")
        scores.append(Trial(version, mean_psnr(net, one.net, place, (SIGMA,))))
    return scores
