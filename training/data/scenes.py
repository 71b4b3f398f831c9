# SPDX-License-Identifier: MIT
"""Photographs turned back into linear raw scenes: packed RGGB (B, 4, H, W) float32 in [0, 1].

Decoded once, cropped on the fly. Every batch is a pure function of (seed, step), so a resumed
run sees exactly the batches an uninterrupted one would have seen.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tarsier_fpga.training.data.bayer import GAMMA, mosaic, pack
from tarsier_fpga.training.data.images import in_colour, read_folder
from tarsier_fpga.training.facts.recipe import CropRule

__all__ = ["crops", "draw_gains", "finished", "linear", "photographs", "scene"]

# Inverse white balance: what a sensor loses in red and blue before the camera's gains.
# Source: Brooks et al., "Unprocessing Images for Learned Raw Denoising", CVPR 2019.
RED_GAIN = (1.9, 2.4)
BLUE_GAIN = (1.5, 1.9)


def photographs(folder: Path) -> dict[str, np.ndarray]:
    """All photographs in `folder` by file stem, in that order, as (H, W, 3) uint8.

    Raises:
        TrainingError: the folder is missing or holds no photograph.
    """
    found = read_folder(folder)
    found.report()
    return {name: in_colour(image) for name, image in found.images.items()}


def scene(rgb: np.ndarray, white: float = 0.8) -> Tensor:
    """The linear packed scene of one photograph, (1, 4, H // 2, W // 2); its white is `white`."""
    return torch.from_numpy(pack(_LINEAR[mosaic(rgb)]) * np.float32(white))[None]


def crops(photos: Sequence[np.ndarray], rule: CropRule, *key: int) -> Tensor:
    """The scenes (batch, 4, size, size) that `key`, such as a seed and a step, decides on."""
    rng = np.random.default_rng(key)
    return torch.from_numpy(np.stack([_crop(photos, rule, rng) for _ in range(rule.batch)]))


def draw_gains(rule: CropRule, rng: np.random.Generator) -> np.ndarray:
    """(4,) float32: how bright a scene is, and what its light takes from red and blue."""
    gains = np.full(4, rng.uniform(rule.darkest, rule.brightest), np.float32)
    if rng.random() >= rule.balanced:
        gains[0] /= rng.uniform(*RED_GAIN)
        gains[3] /= rng.uniform(*BLUE_GAIN)
    return gains


def linear(rgb: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """The linear packed scene (4, H / 2, W / 2) of `rgb` (H, W, 3) uint8, clipped at white."""
    return np.minimum(pack(_LINEAR[mosaic(rgb)]) * gains[:, None, None], 1)


def finished(
    photos: Sequence[np.ndarray], rule: CropRule, draw: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Scenes as a sensor gets them, what amplifies them, and the pictures they should become.

    (B, 4, size, size), (B, 4, 1, 1) and (B, 3, 2 size, 2 size), all float32; scenes and pictures
    in [0, 1]. The amplifier undoes what the sensor's filters take from red and blue and, but for a
    little, how dark the scene is: from `rule.darkest` to `rule.brightest` of right.
    """
    samples = [_finished(photos, rule, draw) for _ in range(rule.batch)]
    scene, gains, picture = (
        torch.from_numpy(np.stack(part)) for part in zip(*samples, strict=True)
    )
    return scene, gains, picture


def _finished(
    photos: Sequence[np.ndarray], rule: CropRule, draw: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rgb = _turned_crop(photos, 2 * rule.size, draw)
    lost = np.ones((4, 1, 1), np.float32)
    if draw.random() >= rule.balanced:
        lost[0], lost[3] = draw.uniform(*RED_GAIN), draw.uniform(*BLUE_GAIN)
    amplified = np.float32(draw.uniform(rule.darkest, rule.brightest))
    picture = np.ascontiguousarray(rgb.transpose(2, 0, 1), np.float32) / 255
    return pack(_LINEAR[mosaic(rgb)]) / lost, lost * amplified, picture


def _crop(photos: Sequence[np.ndarray], rule: CropRule, rng: np.random.Generator) -> np.ndarray:
    rgb = _turned_crop(photos, 2 * rule.size, rng)
    return linear(rgb, draw_gains(rule, rng))


def _turned_crop(photos: Sequence[np.ndarray], side: int, rng: np.random.Generator) -> np.ndarray:
    photo = photos[int(rng.integers(len(photos)))]
    top, left = (rng.integers(extent - side + 1) for extent in photo.shape[:2])
    rgb = photo[top : top + side, left : left + side]
    # Turned before it is mosaicked, so that the phases stay R, G, G, B.
    if rng.random() < 0.5:
        rgb = rgb.transpose(1, 0, 2)
    return rgb[:: rng.choice((-1, 1)), :: rng.choice((-1, 1))]


_LINEAR = (np.arange(256, dtype=np.float32) / 255) ** np.float32(GAMMA)
