# SPDX-License-Identifier: MIT
"""What each lever of a binary network is worth, on equal budgets: the same batches and schedule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tarsier_fpga.training.facts.recipe import Recipe
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.loop.train import train
from tarsier_fpga.training.networks.network import load
from tarsier_fpga.training.score.mean_psnr import mean_psnr, own_settings

__all__ = ["PULLS", "LeverTrial", "try_levers"]

# What is changed of the network, by what it is called.
PULLS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "half zeros": {"zeros": 0.5},
    "two thirds zeros": {"zeros": 0.667},
    "scale before the sign": {"sign_scale": True},
    "learned window": {"learned_window": True},
    "scale and window": {"sign_scale": True, "learned_window": True},
    "dilation 2": {"dilation": 2},
    "dilation 3": {"dilation": 3},
}


@dataclass(frozen=True, slots=True)
class LeverTrial:
    """A lever, the facts of the network with it, and its score in dB."""

    lever: str
    net: NetSpec
    psnr_db: float


def try_levers(plan: Recipe, source: Sequence[Any], place: Path, out: Path) -> Iterator[LeverTrial]:
    """`plan` trained once per lever on `source`, each scored on the images in `place`."""
    for lever, facts in PULLS.items():
        name = f"{plan.name}-{lever.replace(' ', '-')}"
        one = replace(plan, name=name, net=replace(plan.net, **facts))
        train(one, source, out)
        net = load(out / f"{name}.safetensors")
        yield LeverTrial(lever, one.net, mean_psnr(net, one.net, place, own_settings(one.net)))
