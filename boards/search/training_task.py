# SPDX-License-Identifier: MIT
"""What a worker does for a trial: train it as far as it is told, and score it.

Its training state is in the folder of the search, so that another worker goes on where one died.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

import numpy as np
from torch import nn

from tarsier_fpga.hls.base.errors import TarsierError, TrainingError
from tarsier_fpga.search.search_plan import SearchPlan, Value, recipe_at
from tarsier_fpga.training.facts.recipe import Recipe
from tarsier_fpga.training.facts.spec import NetSpec

__all__ = ["Scored", "held_back", "held_back_psnr", "scored_on", "train_and_score"]


@dataclass(frozen=True, slots=True)
class Scored:
    """PSNR in dB on the held-back scenes and the seconds that this took; or why there is none."""

    psnr_db: float = 0.0
    seconds: float = 0.0
    failed: str = ""


def train_and_score(
    plan: SearchPlan,
    params: Mapping[str, Value],
    name: str,
    steps: int | None,
    folder: Path,
    data: Path | None,
    held: Sequence[str],
) -> Scored:
    """`params` trained for `steps` of the short schedule, or as long as their base, and scored.

    `folder` holds the state of the run `name`, from which it goes on; `held` are the photographs
    that it is scored on.
    """
    from tarsier_fpga.camera.read import camera_frame
    from tarsier_fpga.training.data import store
    from tarsier_fpga.training.data.batches import smallest_side
    from tarsier_fpga.training.data.images import find_set
    from tarsier_fpga.training.facts.accelerator import Accelerator
    from tarsier_fpga.training.facts.paths import data_dir
    from tarsier_fpga.training.loop.launch import set_up_torch
    from tarsier_fpga.training.loop.train import open_source, train

    begin = time.monotonic()
    set_up_torch(Accelerator.CPU)
    try:
        last = None if steps is None else plan.rungs.steps[-1]
        recipe = recipe_at(plan, params, name, last)
        place = find_set(recipe.photographs, data_dir(data))
        images = store.photographs(place, smallest_side(recipe)).images
        recipe = replace(recipe, leave_out=tuple(sorted({*recipe.leave_out, *held})))
        source = open_source(recipe, data, camera_frame)
        net = train(recipe, source, folder, steps=steps).eval()
        psnr = held_back_psnr(net, recipe.net, {one: images[one] for one in held})
    except TarsierError as error:
        return Scored(failed=str(error), seconds=time.monotonic() - begin)
    return Scored(psnr, time.monotonic() - begin)


def scored_on(plan: SearchPlan, data: Path | None) -> list[str]:
    """The photographs that trials of `plan` are scored on, by name.

    Raises:
        TrainingError: they are missing, or too few.
    """
    from tarsier_fpga.training.data.images import find_set, image_files
    from tarsier_fpga.training.facts.paths import data_dir

    base = plan.base
    names = [file.stem for file in image_files(find_set(base.photographs, data_dir(data)))]
    return held_back(base, names, plan.held_back)


def held_back(recipe: Recipe, names: list[str], count: int) -> list[str]:
    """`count` of the photographs' `names` to score on, evenly over all that may be trained on.

    Raises:
        TrainingError: too few would remain to train on.
    """
    free = sorted(set(names) - set(recipe.leave_out))
    if count >= len(free):
        raise TrainingError(
            f"held_back = {count} must be below {len(free)}, the images of {recipe.photographs}"
        )
    return [free[index * len(free) // count] for index in range(count)]


def held_back_psnr(net: nn.Module, spec: NetSpec, images: Mapping[str, np.ndarray]) -> float:
    """Mean PSNR in dB of `net` on photographs, at the exposures or settings of its protocol."""
    from tarsier_fpga.training.data import scenes
    from tarsier_fpga.training.score import picture_scores, raw_scores
    from tarsier_fpga.training.score.mean_psnr import own_settings

    if picture_scores.protocol(spec.task) is None:
        clean = {name: scenes.scene(image) for name, image in images.items()}
        return fmean(score.after for score in raw_scores.score(net, clean))
    return fmean(
        picture_scores.score(net, spec, dict(images), value, "held back").psnr_db
        for value in own_settings(spec)
    )
