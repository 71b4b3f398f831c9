# SPDX-License-Identifier: MIT
"""Score a net on held-back scenes: python -m training.evaluate NET [--data DIR] [--json FILE]

Protocol. Scenes: Kodak24 as linear packed RGGB, 0.8 * (rgb / 255)^2.2. Three exposures, as
electrons K at white and read noise s: Poisson(K x) / K + s N(0, 1), one fixed seed per image and
exposure. The net sees 10-bit codes of that; PSNR is taken on [0, 1]-clamped values against the
clean scene and averaged over images. `noisy` is the exposure itself, clamped but not quantised.
"""

import argparse
import json
import math
import sys
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from rich.progress import track
from torch import Generator, Tensor, nn

from training import data
from training.checkpoint import write_atomically
from training.codes import from_codes, to_codes
from training.errors import TrainingError
from training.model import load
from training.paths import data_dir

__all__ = ["EXPOSURES", "Exposure", "Score", "evaluate", "expose", "psnr"]

SET = "Kodak24"


@dataclass(frozen=True, slots=True)
class Exposure:
    """A test exposure: electrons at white, and read noise as a fraction of white."""

    light: float
    read: float


EXPOSURES = (Exposure(30, 0.03), Exposure(100, 0.015), Exposure(400, 0.006))


@dataclass(frozen=True, slots=True)
class Score:
    """Mean PSNR in dB over the scenes at one exposure, before and after restoration."""

    exposure: Exposure
    noisy: float
    restored: float

    @property
    def gain(self) -> float:
        return self.restored - self.noisy


def psnr(picture: Tensor, reference: Tensor) -> float:
    """PSNR in dB of values in [0, 1].

    >>> grey = torch.full((4, 4), 0.5, dtype=torch.float64)
    >>> round(psnr(grey + 1 / 255, grey), 2)
    48.13
    """
    mse = (picture - reference).double().square().mean().item()
    return -10 * math.log10(mse) if mse else math.inf


def expose(scene: Tensor, exposure: Exposure, name: str) -> Tensor:
    """The noisy exposure of the scene called `name`: the same on every machine and every call."""
    rng = Generator().manual_seed(zlib.crc32(f"{name} {exposure.light:g}".encode()))
    shot = torch.poisson(scene * exposure.light, generator=rng) / exposure.light
    return shot + exposure.read * torch.randn(scene.shape, generator=rng)


@torch.no_grad()
def evaluate(net: nn.Module, scenes: dict[str, Tensor], *, quiet: bool = False) -> list[Score]:
    """The scores of `net` on named clean `scenes` (1, 4, H, W), one per exposure."""
    scores = []
    for exposure in EXPOSURES:
        before, after = [], []
        label = f"{exposure.light:g} electrons"
        for name, clean in track(scenes.items(), label, disable=quiet):
            noisy = expose(clean, exposure, name)
            restored = from_codes(net(to_codes(noisy)))
            before.append(psnr(noisy.clamp(0, 1), clean))
            after.append(psnr(restored.clamp(0, 1), clean))
        count = len(scenes)
        scores.append(Score(exposure, sum(before) / count, sum(after) / count))
    return scores


def kodak(folder: Path) -> dict[str, Tensor]:
    """The held-back scenes by file stem."""
    photos = data.photographs(folder / SET)
    names = sorted(f.stem for f in (folder / SET).glob("*") if f.suffix in data.SUFFIXES)
    return {name: data.scene(photo) for name, photo in zip(names, photos, strict=True)}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="training.evaluate", description="Score one net.")
    parser.add_argument("net", help="a net that ships, or a .safetensors file")
    parser.add_argument("--data", type=Path, help="folder of image sets; default $TARSIER_DATA")
    parser.add_argument("--json", type=Path, help="write the scores here too")
    options = parser.parse_args(arguments)
    try:
        scores = evaluate(load(options.net), kodak(data_dir(options.data)))
    except TrainingError as error:
        print(f"training.evaluate: {error}", file=sys.stderr)
        return 2
    print(f"{options.net} on {SET}: electrons at white, noisy, restored, gain (dB)")
    for score in scores:
        light = score.exposure.light
        print(f"{light:6g} {score.noisy:8.2f} {score.restored:8.2f} {score.gain:+8.2f}")
    if options.json:
        report = {"net": str(options.net), "set": SET, "scores": [asdict(s) for s in scores]}
        text = json.dumps(report, indent=2) + "\n"
        write_atomically(options.json, lambda partial: partial.write_text(text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
