# SPDX-License-Identifier: MIT
"""Scores as a user asks for them: a net, image sets and settings, checked before work begins."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import track
from torch import nn

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data.images import find_set, read_folder
from tarsier_fpga.training.facts.checkpoint import read_net
from tarsier_fpga.training.facts.family import Network
from tarsier_fpga.training.facts.paths import data_dir, net_file
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.networks.network import rebuild
from tarsier_fpga.training.score import raw_scores
from tarsier_fpga.training.score.clip_scores import ClipScore, clip_sets, score_clips
from tarsier_fpga.training.score.mean_psnr import own_settings
from tarsier_fpga.training.score.metrics import SMALLEST
from tarsier_fpga.training.score.paper_rows import Row, paper_row
from tarsier_fpga.training.score.picture_scores import Protocol, Result, Watch, protocol, score

__all__ = ["INPUT", "ClipRequest", "PictureRequest", "RawRequest", "request_for", "request_of"]

INPUT = "input"  # what networks are given, in place of a network

Make = Callable[[], nn.Module]


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A net for raw frames, made when it is needed: all of its protocol is fixed."""

    name: str
    make: Make

    def answer(self, data: Path | None) -> list[raw_scores.Score]:
        """Its scores at every exposure.

        Raises:
            TrainingError: the held-back photographs are missing.
        """
        return raw_scores.score(self.make(), raw_scores.read_held_back(data_dir(data)))


@dataclass(frozen=True, slots=True)
class ClipRequest:
    """A net for raw frames, made when it is needed, and clips: all of their protocol is fixed."""

    name: str
    spec: NetSpec
    make: Callable[[], Network]

    def answer(self, data: Path | None) -> Iterator[ClipScore]:
        """Its scores on every set of clips at every exposure, as they are found.

        Raises:
            TrainingError: the held-back photographs are missing.
        """
        yield from score_clips(self.make(), self.spec, clip_sets(data_dir(data)))


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """A net for pictures, made when it is needed, or none: the input; and its settings."""

    name: str
    spec: NetSpec
    make: Make | None
    protocol: Protocol
    settings: tuple[int, ...]

    def answer(self, sets: list[str], data: Path | None) -> Iterator[tuple[Result, Row | None]]:
        """Every set at every setting, as it is scored, with what papers print of it.

        Raises:
            TrainingError: a set is unknown or holds no usable image.
        """
        if not sets:
            raise TrainingError(f"give --set: the image sets to score {self.name} on")
        # A folder of one's own needs no folder of sets.
        folder = data_dir(data) if data or not all(Path(name).is_dir() for name in sets) else Path()
        folders = [find_set(name, folder) for name in sets]
        device = "cuda" if torch.cuda.is_available() else "cpu"
        net = self.make().to(device) if self.make else None
        for place in folders:
            # An enlarged picture's borders are cut before SSIM's window is laid on it.
            most = max(self.settings) if self.spec.task is Task.SR else 0
            found = read_folder(place, SMALLEST + 3 * most)
            found.report()
            for setting in self.settings:
                watch = _watch(f"{place.name}, {self.protocol.key} {setting}", len(found.images))
                result = score(net, self.spec, found.images, setting, place.name, watch)
                yield result, paper_row(self.name, self.protocol.key, place.name, setting)


def request_of(
    net: str, settings: Mapping[str, tuple[int, ...]], sets: list[str], clips: bool = False
) -> RawRequest | PictureRequest | ClipRequest:
    """What scoring `net` with `settings`, by key, means; those not given are left out.

    A net that remembers is scored on clips, another for raw frames only if `clips` are asked for.

    Raises:
        TrainingError: there is no such net, or a setting does not suit it.
    """
    if net == INPUT:
        return _of_input(settings)
    saved = read_net(net_file(net))
    name, spec = saved.name, saved.spec
    if spec.family.unscored:
        raise TrainingError(f"{name} {spec.family.unscored}")
    if clips and spec.task is not Task.RAW:
        raise TrainingError(f"{name} is for task {spec.task}: --clips are of raw frames")
    if not (clips or spec.family.recurrent):
        return request_for(name, spec, lambda: rebuild(saved), settings, sets)
    if settings or sets:
        raise TrainingError(
            f"{name} is scored on the clips of its own protocol, without --set, --sigma, --quality,"
            " --scale or --light"
        )
    return ClipRequest(name, spec, lambda: rebuild(saved))


def request_for(
    name: str, spec: NetSpec, make: Make, settings: Mapping[str, tuple[int, ...]], sets: list[str]
) -> RawRequest | PictureRequest:
    """As `request_of`, for the module that `make` gives, which takes frames of codes of `spec`.

    Raises:
        TrainingError: a setting does not suit it.
    """
    how = protocol(spec.task)
    if how is None:
        if settings or sets:
            raise TrainingError(
                f"{name} takes raw frames: it is scored at the exposures of its own protocol, "
                "without --set, --sigma, --quality, --scale or --light"
            )
        return RawRequest(name, make)
    chosen = _chosen(name, how, settings) or own_settings(spec)
    if spec.task is Task.SR and chosen != (spec.scale,):
        raise TrainingError(f"{name} enlarges {spec.scale} times: --scale {spec.scale}")
    return PictureRequest(name, spec, make, how, chosen)


def _of_input(settings: Mapping[str, tuple[int, ...]]) -> PictureRequest:
    protocols = {task: how for task in Task if (how := protocol(task))}
    tasks = [task for task, how in protocols.items() if how.key in settings]
    if len(tasks) != 1:
        raise TrainingError("input is scored by one of --sigma, --quality, --scale and --light")
    task, how = tasks[0], protocols[tasks[0]]
    if task is Task.DARK:
        spec = NetSpec("red-lite", 16, 5, task=task)
    else:
        spec = NetSpec("parent", 1, 1, task=task, scale=2 if task is Task.SR else 1)
    return PictureRequest(INPUT, spec, None, how, _chosen(INPUT, how, settings))


def _chosen(name: str, how: Protocol, settings: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    if wrong := [other for other in settings if other != how.key]:
        raise TrainingError(f"{name} is scored by --{how.key}, not by --{wrong[0]}")
    chosen = settings.get(how.key, ())
    if not all(1 <= value <= how.highest for value in chosen):
        text = ",".join(map(str, chosen))
        raise TrainingError(
            f"--{how.key} {text} must be whole numbers from 1 to {how.highest}: A,B"
        )
    return chosen


def _watch(title: str, total: int) -> Watch:
    console = Console(stderr=True)

    def watch(images: Iterable[np.ndarray]) -> Iterable[np.ndarray]:
        shown = console.is_terminal
        return track(images, title, total, console=console, transient=True, disable=not shown)

    return watch
