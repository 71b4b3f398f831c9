# SPDX-License-Identifier: MIT
"""The BBCU paper's test protocol: networks scored on image sets, with what papers print beside.

    sigma     RGB plus Gaussian noise, seed 0 for each image, not clipped, not rounded; PSNR of RGB
    quality   luma through JPEG; PSNR and SSIM of luma
    scale     RGB shrunk bicubically; PSNR and SSIM of luma, `scale` pixels of border left out

What a network gives back is clipped and rounded to 8 bits before it is scored. "input" is scored
instead of a network as what others print of it: the noise itself, the JPEG, luma enlarged again.
"""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean

import numpy as np
import torch
from torch import Tensor, nn

from tarsier_fpga.training.data.degrade import grey, jpeg, shrink, whole_times
from tarsier_fpga.training.data.imresize import imresize
from tarsier_fpga.training.data.scenes import in_colour
from tarsier_fpga.training.facts.spec import NetSpec, Task
from tarsier_fpga.training.networks.model import restore
from tarsier_fpga.training.score.metrics import grey_levels, luma, psnr_db, ssim

__all__ = ["DEFAULTS", "INPUT", "KEYS", "Result", "Row", "published", "published_cost", "score"]

INPUT = "input"
KEYS = {Task.RGB: "sigma", Task.JPEG: "quality", Task.SR: "scale"}
DEFAULTS = {Task.RGB: (15, 25, 50), Task.JPEG: (10, 20, 30, 40), Task.SR: (2, 4)}

Restorer = Callable[[np.ndarray], np.ndarray]  # (H, W[, 3]) values in [0, 1], in and out


@dataclass(frozen=True, slots=True)
class Row:
    """What a paper prints for a set and a setting; PSNR in dB."""

    psnr: float
    ssim: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """Means over a set at one setting of `task`'s key."""

    task: Task
    set: str
    setting: int
    psnr_db: float
    ssim: float
    images: int

    def facts(self) -> dict:
        """What JSON holds of it."""
        return {
            "set": self.set,
            KEYS[self.task]: self.setting,
            "psnr_db": round(self.psnr_db, 4),
            "ssim": round(self.ssim, 4),
            "images": self.images,
        }


def published(net: str, task: Task, image_set: str, setting: int) -> Row | None:
    """What the papers print, if they do; a net's hardware form is compared with its paper's."""
    rows = _published().get(net.removesuffix("-hw"), {}).get(KEYS[task], {})
    match rows.get(image_set, {}).get(str(setting)):
        case [psnr, similarity]:
            return Row(psnr, similarity)
        case float(psnr):
            return Row(psnr, None)
        case _:
            return None


def published_cost(net: str) -> tuple[str, str] | None:
    """G of OPs and K of parameters as the paper prints them, if it does."""
    facts = _published().get(net.removesuffix("-hw"), {})
    return (facts["ops_g"], facts["params_k"]) if "ops_g" in facts else None


def score(
    net: nn.Module | None,
    spec: NetSpec,
    images: dict[str, np.ndarray],
    setting: int,
    name: str,
    watch: Callable[[Iterator], Iterator] = iter,
) -> Result:
    """Means of `net` on `images` of the set `name`; of the input where there is no net."""
    restorer = _restorer(net, spec) if net is not None else None
    scores = []
    for image in watch(images.values()):
        match spec.task:
            case Task.RGB:
                scores.append(_denoise(image, setting, restorer))
            case Task.JPEG:
                scores.append(_deblock(image, setting, restorer))
            case Task.SR if restorer:
                scores.append(_superresolve(image, setting, restorer))
            case Task.SR:
                scores.append(_enlarge(image, setting))
    psnrs, ssims = zip(*scores, strict=True)
    return Result(spec.task, name, setting, fmean(psnrs), fmean(ssims), len(scores))


def _denoise(image: np.ndarray, sigma: int, restorer: Restorer | None) -> tuple[float, float]:
    clean = in_colour(image)
    # The legacy generator, whose numbers the paper's code draws.
    noise = np.random.RandomState(0).normal(0, sigma / 255, clean.shape)
    noisy = (clean.astype(np.float32) / 255 + noise).astype(np.float32)
    # Noise is no picture: it is scored as it is.
    levels = grey_levels(restorer(noisy)) if restorer else noisy * 255.0
    return psnr_db(levels, clean), ssim(levels, clean)


def _deblock(image: np.ndarray, quality: int, restorer: Restorer | None) -> tuple[float, float]:
    clean = grey(image)
    blocky = jpeg(clean, quality)
    restored = grey_levels(restorer(blocky.astype(np.float32) / 255)) if restorer else blocky
    return psnr_db(restored, clean), ssim(restored, clean)


def _superresolve(image: np.ndarray, scale: int, restorer: Restorer) -> tuple[float, float]:
    clean = whole_times(in_colour(image), scale)
    restored = luma(grey_levels(restorer(shrink(clean, scale).astype(np.float32) / 255)))
    return psnr_db(restored, luma(clean), scale), ssim(restored, luma(clean), scale)


def _enlarge(image: np.ndarray, scale: int) -> tuple[float, float]:
    clean = whole_times(grey(image), scale)
    restored = grey_levels(imresize(imresize(clean, 1 / scale), scale) / 255)
    return psnr_db(restored, clean, scale), ssim(restored, clean, scale)


def _restorer(net: nn.Module, spec: NetSpec) -> Restorer:
    device = next(net.parameters()).device

    @torch.no_grad()
    def restorer(values: np.ndarray) -> np.ndarray:
        planes = values[..., None] if values.ndim == 2 else values
        frame: Tensor = torch.from_numpy(planes).permute(2, 0, 1)[None].to(device)
        restored = restore(net, spec, frame)[0].permute(1, 2, 0).cpu().numpy()
        return restored[..., 0] if values.ndim == 2 else restored

    return restorer


@cache
def _published() -> dict:
    return tomllib.loads(Path(__file__).with_name("published.toml").read_text())
