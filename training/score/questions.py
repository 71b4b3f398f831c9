# SPDX-License-Identifier: MIT
"""One evaluation as a user asks for it: a net, image sets and settings, checked before it runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import track
from torch import nn

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data.images import find_set, read_folder
from tarsier_fpga.training.facts.checkpoint import read_net
from tarsier_fpga.training.facts.paths import data_dir, net_file
from tarsier_fpga.training.facts.spec import Kind, NetSpec, Task
from tarsier_fpga.training.networks.model import load
from tarsier_fpga.training.score.metrics import SMALLEST
from tarsier_fpga.training.score.score import DEFAULTS, INPUT, KEYS, Result, Row, published, score

__all__ = ["Question", "ask"]


@dataclass(frozen=True, slots=True)
class Question:
    """What to score: `net` as the user named it, and the settings of its task."""

    net: str
    name: str
    spec: NetSpec
    settings: tuple[int, ...]

    @property
    def key(self) -> str:
        """What the settings are: sigma, quality or scale."""
        return KEYS[self.spec.task]

    @classmethod
    def of(cls, net: str, given: dict[str, str]) -> "Question":
        """The question of `net` with the options `given`, by key; empty ones are left out.

        Raises:
            TrainingError: there is no such net, or an option does not suit it.
        """
        keys = [key for key, text in given.items() if text]
        name, spec = _described(net, keys)
        if spec.task is Task.RAW:
            return cls(net, name, spec, ())
        key = KEYS[spec.task]
        if wrong := [other for other in keys if other != key]:
            raise TrainingError(f"{name} is scored by --{key}, not by --{wrong[0]}")
        settings = _numbers(key, given[key]) if keys else DEFAULTS[spec.task]
        if spec.task is Task.SR and net != INPUT:
            if keys and settings != (spec.scale,):
                raise TrainingError(f"{name} enlarges {spec.scale} times: --scale {spec.scale}")
            settings = (spec.scale,)
        return cls(net, name, spec, settings)


def ask(
    question: Question, sets: list[str], data: Path | None
) -> Iterator[tuple[Result, Row | None]]:
    """Every set at every setting, as it is scored, with what papers print of it.

    Raises:
        TrainingError: a set is unknown or holds no usable image.
    """
    if not sets:
        raise TrainingError(f"give --set: the image sets to score {question.name} on")
    # A folder of one's own needs no folder of sets.
    folder = data_dir(data) if data or not all(Path(name).is_dir() for name in sets) else Path()
    folders = [find_set(name, folder) for name in sets]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    net: nn.Module | None = None if question.net == INPUT else load(question.net).to(device)
    task, console = question.spec.task, Console(stderr=True)
    for place in folders:
        # An enlarged picture's borders are cut before SSIM's window is laid on it.
        most = max(question.settings) if task is Task.SR else 0
        found = read_folder(place, SMALLEST + 3 * most)
        found.report()
        for setting in question.settings:
            title = f"{place.name}, {question.key} {setting}"

            def watch(images, title: str = title, total: int = len(found.images)):
                shown = console.is_terminal
                return track(
                    images, title, total, console=console, transient=True, disable=not shown
                )

            result = score(net, question.spec, found.images, setting, place.name, watch)
            yield result, published(question.name, task, place.name, setting)


def _described(net: str, keys: list[str]) -> tuple[str, NetSpec]:
    if net != INPUT:
        name, spec, _ = read_net(net_file(net))
        if spec.kind is Kind.RED:
            raise TrainingError(f"{name} gives RGB for raw mosaics: no protocol here scores it")
        return name, spec
    tasks = [task for task, key in KEYS.items() if key in keys]
    if len(tasks) != 1:
        raise TrainingError("input is scored by one of --sigma, --quality and --scale")
    scale = 2 if tasks[0] is Task.SR else 1
    return INPUT, NetSpec(Kind.PARENT, 1, 1, task=tasks[0], scale=scale)


def _numbers(key: str, text: str) -> tuple[int, ...]:
    highest = {"sigma": 255, "quality": 100, "scale": 4}[key]
    try:
        values = tuple(int(item) for item in text.split(","))
    except ValueError:
        values = (0,)
    if not all(1 <= value <= highest for value in values):
        raise TrainingError(f"--{key} {text} must be whole numbers from 1 to {highest}: A,B")
    return values
