# SPDX-License-Identifier: MIT
"""Score a net for raw frames on held-back scenes.

Protocol. Scenes: Kodak24 as linear packed RGGB, 0.8 * (rgb / 255)^2.2. Three exposures, as
electrons K at white and read noise s: Poisson(K x) / K + s N(0, 1), one fixed seed per image and
exposure. The net sees 10-bit codes of that; PSNR is taken on [0, 1]-clamped values against the
clean scene and averaged over images. `noisy` is the exposure itself, clamped but not quantised.
"""

import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean as mean
from typing import Any

import torch
from rich.progress import track
from torch import Generator, Tensor, nn

from tarsier_fpga.training.data import scenes as pictures
from tarsier_fpga.training.data.noise import take
from tarsier_fpga.training.data.psnr import psnr_db
from tarsier_fpga.training.facts.codes import from_codes, to_codes

__all__ = ["EXPOSURES", "SET", "Exposure", "Score", "expose", "read_held_back", "score", "to_facts"]

SET = "Kodak24"


@dataclass(frozen=True, slots=True)
class Exposure:
    """A test exposure: electrons at white, and read noise as a fraction of white."""

    light: float
    read: float


EXPOSURES = (Exposure(30, 0.03), Exposure(100, 0.015), Exposure(400, 0.006))


@dataclass(frozen=True, slots=True)
class Score:
    """PSNR in dB of every scene at one exposure, before and after restoration."""

    exposure: Exposure
    noisy: dict[str, float]
    restored: dict[str, float]

    @property
    def before(self) -> float:
        """Mean PSNR of the exposures."""
        return mean(self.noisy.values())

    @property
    def after(self) -> float:
        """Mean PSNR of the restored frames."""
        return mean(self.restored.values())


def expose(scene: Tensor, exposure: Exposure, name: str) -> Tensor:
    """The noisy exposure of the scene called `name`: the same on every machine and every call."""
    rng = Generator().manual_seed(zlib.crc32(f"{name} {exposure.light:g}".encode()))
    return take(scene, exposure.light, exposure.read, rng)


@torch.no_grad()
def score(net: nn.Module, scenes: dict[str, Tensor]) -> list[Score]:
    """The scores of `net` on named clean `scenes` (1, 4, H, W), one per exposure."""
    return [_score(net, scenes, exposure) for exposure in EXPOSURES]


def read_held_back(folder: Path) -> dict[str, Tensor]:
    """The test scenes by name, from the image sets in `folder`."""
    return read_scenes(folder / SET)


def read_scenes(folder: Path) -> dict[str, Tensor]:
    """The photographs in `folder` as clean scenes, by name."""
    photos = pictures.photographs(folder)
    return {name: pictures.scene(photo) for name, photo in photos.items()}


def to_facts(net: str, scores: list[Score]) -> dict[str, Any]:
    """What JSON holds of them: means and every scene, to a hundredth of a dB."""
    return {
        "net": net,
        "set": SET,
        "exposures": [
            {
                **asdict(score.exposure),
                "noisy": round(score.before, 2),
                "restored": round(score.after, 2),
                "scenes": {name: round(value, 2) for name, value in score.restored.items()},
            }
            for score in scores
        ],
    }


def _score(net: nn.Module, scenes: dict[str, Tensor], exposure: Exposure) -> Score:
    noisy, restored = {}, {}
    for name, clean in track(scenes.items(), f"{exposure.light:g} electrons", transient=True):
        frame = expose(clean, exposure, name)
        noisy[name] = _psnr(frame, clean)
        restored[name] = _psnr(from_codes(net(to_codes(frame))), clean)
    return Score(exposure, noisy, restored)


def _psnr(frame: Tensor, clean: Tensor) -> float:
    return psnr_db(frame.clamp(0, 1).double(), clean.double()).item()
