# SPDX-License-Identifier: MIT
"""The BBCU paper's test protocol: networks for pictures, scored on image sets.

    sigma     RGB plus Gaussian noise, seed 0 for each image, not clipped, not rounded; PSNR of RGB
    quality   luma through JPEG; PSNR and SSIM of luma
    scale     RGB shrunk bicubically; PSNR and SSIM of luma, `scale` pixels of border left out
    light     RGB as a dark raw frame, `light` electrons at white, read noise of 0.9 electrons,
              amplified to where white was; PSNR and SSIM of RGB. Ours, no paper's: data/scenes.py

What a network gives back is clipped and rounded to 8 bits before it is scored. "input" is scored
instead of a network as what others print of it: the noise itself, the JPEG, luma enlarged again;
dark frames as they are developed plainly.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import torch
from torch import Generator, Tensor, nn

from tarsier_fpga.training.data.bayer import developed
from tarsier_fpga.training.data.degrade import jpeg, shrink, whole_times
from tarsier_fpga.training.data.images import in_colour
from tarsier_fpga.training.data.imresize import imresize
from tarsier_fpga.training.data.luma import grey, luma
from tarsier_fpga.training.data.noise import take
from tarsier_fpga.training.data.scenes import scene
from tarsier_fpga.training.facts.family import Restorer
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.networks.network import restore
from tarsier_fpga.training.score.metrics import grey_levels, picture_psnr, ssim

__all__ = ["Protocol", "Result", "Watch", "protocol", "score"]

READ_ELECTRONS = 0.9  # of the quiet sensor in data/cameras.toml
FRAME_STEP = 32  # networks for dark frames take sides in multiples of this

Scores = tuple[float, float]  # PSNR in dB and SSIM
Watch = Callable[[Iterable[np.ndarray]], Iterable[np.ndarray]]


@dataclass(frozen=True, slots=True)
class Protocol:
    """How networks of a task are scored.

    Attributes:
        key: what a setting is, sigma, quality, scale or light
        defaults: the settings that are scored if none is asked for
        highest: of the settings, which begin at 1
        of_net: what a network makes of an image at a setting, scored
        of_input: the degraded image itself, scored
    """

    key: str
    defaults: tuple[int, ...]
    highest: int
    of_net: Callable[[np.ndarray, int, Restorer], Scores]
    of_input: Callable[[np.ndarray, int], Scores]


@dataclass(frozen=True, slots=True)
class Result:
    """Means over a set at one setting of `key`."""

    key: str
    set: str
    setting: int
    psnr_db: float
    ssim: float
    images: int

    def facts(self) -> dict[str, str | int | float]:
        """What JSON holds of it."""
        return {
            "set": self.set,
            self.key: self.setting,
            "psnr_db": round(self.psnr_db, 4),
            "ssim": round(self.ssim, 4),
            "images": self.images,
        }


def protocol(task: Task) -> Protocol | None:
    """How pictures of `task` are scored; raw frames have a protocol of their own."""
    match task:
        case Task.RAW:
            return None
        case Task.RGB:
            return Protocol("sigma", (15, 25, 50), 255, _denoise, _noise)
        case Task.JPEG:
            return Protocol("quality", (10, 20, 30, 40), 100, _deblock, _blocks)
        case Task.SR:
            return Protocol("scale", (2, 4), 4, _superresolve, _enlarge)
        case Task.DARK:
            return Protocol("light", (10, 30, 100), 10_000, _brighten, _develop)


def score(
    net: nn.Module | None,
    spec: NetSpec,
    images: dict[str, np.ndarray],
    setting: int,
    name: str,
    watch: Watch = iter,
) -> Result:
    """Means of `net` on `images` of the set `name`; of the input where there is no net."""
    how = protocol(spec.task)
    assert how is not None, "raw frames are scored by raw_scores"
    of_net = spec.family.score or how.of_net
    restorer = _restorer(net, spec) if net is not None else None
    scores = [
        of_net(image, setting, restorer) if restorer else how.of_input(image, setting)
        for image in watch(images.values())
    ]
    psnrs, ssims = zip(*scores, strict=True)
    return Result(how.key, name, setting, fmean(psnrs), fmean(ssims), len(scores))


def _denoise(image: np.ndarray, sigma: int, restorer: Restorer) -> Scores:
    clean = in_colour(image)
    levels = grey_levels(restorer(_noisy(clean, sigma)))
    return picture_psnr(levels, clean), ssim(levels, clean)


def _noise(image: np.ndarray, sigma: int) -> Scores:
    clean = in_colour(image)
    levels = _noisy(clean, sigma) * 255.0  # noise is no picture: it is scored as it is
    return picture_psnr(levels, clean), ssim(levels, clean)


def _noisy(clean: np.ndarray, sigma: int) -> np.ndarray:
    # The legacy generator, whose numbers the paper's code draws.
    noise = np.random.RandomState(0).normal(0, sigma / 255, clean.shape)
    return (clean.astype(np.float32) / 255 + noise).astype(np.float32)


def _deblock(image: np.ndarray, quality: int, restorer: Restorer) -> Scores:
    clean = grey(image)
    restored = grey_levels(restorer(jpeg(clean, quality).astype(np.float32) / 255))
    return picture_psnr(restored, clean), ssim(restored, clean)


def _blocks(image: np.ndarray, quality: int) -> Scores:
    clean = grey(image)
    blocky = jpeg(clean, quality)
    return picture_psnr(blocky, clean), ssim(blocky, clean)


def _superresolve(image: np.ndarray, scale: int, restorer: Restorer) -> Scores:
    clean = whole_times(in_colour(image), scale)
    restored = luma(grey_levels(restorer(shrink(clean, scale).astype(np.float32) / 255)))
    return picture_psnr(restored, luma(clean), scale), ssim(restored, luma(clean), scale)


def _enlarge(image: np.ndarray, scale: int) -> Scores:
    clean = whole_times(grey(image), scale)
    restored = grey_levels(imresize(imresize(clean, 1 / scale), scale) / 255)
    return picture_psnr(restored, clean, scale), ssim(restored, clean, scale)


def _brighten(image: np.ndarray, light: int, restorer: Restorer) -> Scores:
    clean = whole_times(in_colour(image), FRAME_STEP)
    restored = grey_levels(restorer(_dark(clean, light)))
    return picture_psnr(restored, clean), ssim(restored, clean)


def _develop(image: np.ndarray, light: int) -> Scores:
    clean = whole_times(in_colour(image), FRAME_STEP)
    levels = grey_levels(developed(_dark(clean, light)))
    return picture_psnr(levels, clean), ssim(levels, clean)


def _dark(clean: np.ndarray, light: int) -> np.ndarray:
    """The packed frame (H / 2, W / 2, 4), float32: the same at every call."""
    rng = Generator().manual_seed(light)
    frame = take(scene(clean, 1.0), light, READ_ELECTRONS / light, rng)
    return frame[0].permute(1, 2, 0).numpy()


def _restorer(net: nn.Module, spec: NetSpec) -> Restorer:
    device = next((values.device for values in net.parameters()), torch.device("cpu"))

    @torch.no_grad()
    def restorer(values: np.ndarray) -> np.ndarray:
        planes = values[..., None] if values.ndim == 2 else values
        frame: Tensor = torch.from_numpy(planes).permute(2, 0, 1)[None].to(device)
        restored = restore(net, spec, frame)[0].permute(1, 2, 0).cpu().numpy()
        return restored[..., 0] if values.ndim == 2 else restored

    return restorer
