# SPDX-License-Identifier: MIT
"""Score a net for raw video on held-back clips, frame by frame, with its state from the first.

Protocol. Scenes as raw_scores has them: 0.8 * (rgb / 255)^2.2, packed RGGB; exposures and their
noise too, drawn for every frame by a seed of its own. Clips of FRAMES frames of SCENES photographs
of Kodak24:

    rest      the window does not move
    pan       it moves by PAN pixels of the sensor a frame
    tennis    real motion: the frames of video_davis_tennis, where that is there

PSNR is taken on [0, 1]-clamped values against the clean frame and averaged over frames and clips.
Flicker is what restored frames of clips at rest differ by from one to the next: the root of the
mean square, in percent of white. A net without states is scored on the same frames, one by one.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from rich.progress import track
from torch import Generator, Tensor

from tarsier_fpga.training.data import scenes
from tarsier_fpga.training.data.clips import panned
from tarsier_fpga.training.data.noise import take
from tarsier_fpga.training.data.psnr import psnr_db
from tarsier_fpga.training.facts.family import Network
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.networks.network import restore_clips
from tarsier_fpga.training.score.raw_scores import EXPOSURES, SET, Exposure

__all__ = ["ClipScore", "ClipSet", "clip_sets", "score_clips", "to_facts"]

SCENES, FRAMES, SIDE = 8, 8, 384  # SIDE in pixels of the sensor
PAN = (1, 3)  # pixels of the sensor a frame, down and right
FILM = "video_davis_tennis"


@dataclass(frozen=True, slots=True, eq=False)
class ClipSet:
    """Clean clips (T, 4, H, W) by name, which move or do not."""

    name: str
    clips: dict[str, Tensor]
    at_rest: bool = False


@dataclass(frozen=True, slots=True)
class ClipScore:
    """What a net makes of a set of clips at an exposure.

    Attributes:
        noisy, restored: PSNR in dB of each frame, a mean over clips
        flicker_before, flicker: of clips at rest, in percent of white
    """

    set: str
    exposure: Exposure
    noisy: tuple[float, ...]
    restored: tuple[float, ...]
    flicker_before: float | None
    flicker: float | None

    @property
    def before(self) -> float:
        """Mean PSNR of the exposures."""
        return fmean(self.noisy)

    @property
    def after(self) -> float:
        """Mean PSNR of the restored frames."""
        return fmean(self.restored)


def clip_sets(data: Path, most: int = SCENES, frames: int = FRAMES) -> list[ClipSet]:
    """The test clips, from the image sets in the folder `data`.

    Raises:
        TrainingError: the photographs are missing.
    """
    photos = dict(sorted(scenes.photographs(data / SET).items())[:most])

    def of(step: tuple[int, int]) -> dict[str, Tensor]:
        cuts = {name: panned(photo, SIDE, frames, step) for name, photo in photos.items()}
        return {name: torch.cat([scenes.scene(cut) for cut in walk]) for name, walk in cuts.items()}

    found = [ClipSet("rest", of((0, 0)), at_rest=True), ClipSet("pan", of(PAN))]
    if (data / FILM).is_dir():
        film = sorted(scenes.photographs(data / FILM).items())
        clip = torch.cat([scenes.scene(picture) for _, picture in film])
        found.append(ClipSet("tennis", {"tennis": clip}))
    return found


def score_clips(
    net: Network,
    spec: NetSpec,
    sets: Iterable[ClipSet],
    exposures: tuple[Exposure, ...] = EXPOSURES,
) -> Iterator[ClipScore]:
    """The scores of `net` on every set at every exposure, as they are found."""
    for one in sets:
        for exposure in exposures:
            yield _score(net, spec, one, exposure)


def to_facts(net: str, scores: list[ClipScore]) -> dict[str, Any]:
    """What JSON holds of them: means and every frame, to a hundredth of a dB."""
    return {
        "net": net,
        "set": SET,
        "clips": [
            {
                "clips": score.set,
                **asdict(score.exposure),
                "noisy": round(score.before, 2),
                "restored": round(score.after, 2),
                "frames": [round(value, 2) for value in score.restored],
                "flicker_before": _rounded(score.flicker_before),
                "flicker": _rounded(score.flicker),
            }
            for score in scores
        ],
    }


@torch.no_grad()
def _score(net: Network, spec: NetSpec, clips: ClipSet, exposure: Exposure) -> ClipScore:
    noisy, restored, flickers = [], [], []
    title = f"{clips.name}, {exposure.light:g} electrons"
    for name, clean in track(clips.clips.items(), title, transient=True):
        before = _exposed(clean, exposure, f"{clips.name} {name}")
        after, _ = restore_clips(net, spec, before[None], net.begin(before[:1]))
        pair = [frames.clamp(0, 1).double() for frames in (before, after[0])]
        scores = [psnr_db(frames, clean.double()) for frames in pair]
        noisy.append(scores[0])
        restored.append(scores[1])
        flickers.append([_flicker(frames) for frames in pair])
    means = [tuple(torch.stack(of).mean(0).tolist()) for of in (noisy, restored)]
    steady: list[float | None] = [None, None]
    if clips.at_rest:
        steady = [fmean(of) for of in zip(*flickers, strict=True)]
    return ClipScore(clips.name, exposure, means[0], means[1], steady[0], steady[1])


def _exposed(clean: Tensor, exposure: Exposure, name: str) -> Tensor:
    """Noisy frames of a clip: the same on every machine and every call."""
    rng = Generator().manual_seed(zlib.crc32(f"clip {name} {exposure.light:g}".encode()))
    return take(clean, exposure.light, exposure.read, rng)


def _flicker(frames: Tensor) -> float:
    return 100 * (frames[1:] - frames[:-1]).square().mean().sqrt().item()


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
