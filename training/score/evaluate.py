# SPDX-License-Identifier: MIT
"""Score a net on held-back scenes.

    python -m tarsier_fpga.training.score.evaluate NET [--data DIR] [--json FILE]

Protocol. Scenes: Kodak24 as linear packed RGGB, 0.8 * (rgb / 255)^2.2. Three exposures, as
electrons K at white and read noise s: Poisson(K x) / K + s N(0, 1), one fixed seed per image and
exposure. The net sees 10-bit codes of that; PSNR is taken on [0, 1]-clamped values against the
clean scene and averaged over images. `noisy` is the exposure itself, clamped but not quantised.
"""

import argparse
import math
import sys
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean as mean

import torch
from rich.progress import track
from torch import Generator, Tensor, nn

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data import scenes as data
from tarsier_fpga.training.facts.checkpoint import read_net, write_json
from tarsier_fpga.training.facts.codes import from_codes, to_codes
from tarsier_fpga.training.facts.paths import data_dir, net_file
from tarsier_fpga.training.networks.model import load

__all__ = ["EXPOSURES", "Exposure", "Score", "evaluate", "expose", "held_back", "psnr"]

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
def evaluate(net: nn.Module, scenes: dict[str, Tensor]) -> list[Score]:
    """The scores of `net` on named clean `scenes` (1, 4, H, W), one per exposure."""
    return [_score(net, scenes, exposure) for exposure in EXPOSURES]


def held_back(folder: Path) -> dict[str, Tensor]:
    """The test scenes by name, from the image sets in `folder`."""
    photos = data.photographs(folder / SET)
    return {name: data.scene(photo) for name, photo in photos.items()}


def _score(net: nn.Module, scenes: dict[str, Tensor], exposure: Exposure) -> Score:
    noisy, restored = {}, {}
    for name, clean in track(scenes.items(), f"{exposure.light:g} electrons", transient=True):
        frame = expose(clean, exposure, name)
        noisy[name] = psnr(frame.clamp(0, 1), clean)
        restored[name] = psnr(from_codes(net(to_codes(frame))).clamp(0, 1), clean)
    return Score(exposure, noisy, restored)


def _report(net: str, scores: list[Score]) -> dict:
    """What --json writes: means and every scene, to a hundredth of a dB."""
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


def main(arguments: list[str] | None = None, program: str = "evaluate") -> int:
    parser = argparse.ArgumentParser(prog=program, description="Score one net.")
    parser.add_argument("net", help="a net that ships, or a .safetensors file")
    parser.add_argument("--data", type=Path, help="folder of image sets; default $TARSIER_DATA")
    parser.add_argument("--json", type=Path, help="write the scores here too")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    try:
        name, _, _ = read_net(net_file(options.net))
        scores = evaluate(load(options.net), held_back(data_dir(options.data)))
    except TrainingError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 2
    print(f"{name} on {SET}: electrons at white, PSNR noisy, restored, gain (dB)")
    for score in scores:
        gain = score.after - score.before
        print(f"{score.exposure.light:6g} {score.before:8.2f} {score.after:8.2f} {gain:+8.2f}")
    if options.json:
        write_json(options.json, _report(name, scores))
    return 0


if __name__ == "__main__":
    sys.exit(main())
