# SPDX-License-Identifier: MIT
"""Each part of a network binary alone, on equal budgets: what that saves, and what it costs in dB.

Same batches, same schedule; only one part differs from the full-precision parent. A short run of
a small network shows the order of the parts, not the paper's losses, which are those of 300,000
steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.family import Part
from tarsier_fpga.training.facts.recipe import Recipe
from tarsier_fpga.training.facts.spec import Form, NetSpec, Version
from tarsier_fpga.training.loop.train import train
from tarsier_fpga.training.networks.network import load
from tarsier_fpga.training.score.mean_psnr import mean_psnr, own_settings
from tarsier_fpga.training.score.op_count import Saving, savings

__all__ = ["PartTrials", "try_parts"]


@dataclass(frozen=True, slots=True)
class PartTrials:
    """What the parent scores, in dB, and by part what it saves and loses with that part binary."""

    full_db: float
    parts: dict[str, Saving]


def try_parts(plan: Recipe, source: Sequence[Any], place: Path, out: Path) -> PartTrials:
    """The parent of `plan`'s net and its parts, each trained once and scored on `place`.

    Raises:
        TrainingError: the net has no parts, or no parent.
    """
    family = plan.net.family
    if not (family.parts and family.parent):
        raise TrainingError(f"{plan.name}: a {family.kind} has no parts that are binarised")

    def trained(name: str, spec: NetSpec) -> float:
        one = replace(plan, name=f"{plan.name}-{name}", net=spec)
        train(one, source, out)
        net = load(out / f"{one.name}.safetensors")
        return mean_psnr(net, spec, place, own_settings(spec))

    one = replace(plan.net, form=Form.FLOAT, version=Version.V4)
    found = {"full": trained("full", replace(one, kind=family.parent))}
    for part in Part:
        if part in family.parts.values():
            found[part.listed] = trained(part.listed, replace(one, binary=str(part)))
    return PartTrials(found["full"], savings(plan.net, found))
