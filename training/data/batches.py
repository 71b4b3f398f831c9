# SPDX-License-Identifier: MIT
"""Training samples of every task: what a network is given, and what it should give back.

Both are values with black 0 and white 1. Every batch is a pure function of (seed, step, rank), so
a resumed run sees exactly the batches an uninterrupted one would have seen.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor

from tarsier_fpga.training.data import noise, scenes
from tarsier_fpga.training.data.clips import clips
from tarsier_fpga.training.data.degrade import jpeg, shrunk_crop
from tarsier_fpga.training.data.luma import grey
from tarsier_fpga.training.data.raw_pairs import RawPair
from tarsier_fpga.training.facts.recipe import Recipe
from tarsier_fpga.training.facts.task import Task

__all__ = ["batch", "smallest_side"]

BLOCK = 8  # pixels of a JPEG block

Pair = tuple[np.ndarray, np.ndarray]  # degraded and clean planes (c, H, W) uint8


def smallest_side(plan: Recipe) -> int:
    """Pixels a side that a photograph must have to train on."""
    match plan.net.task:
        case Task.RAW | Task.DARK:
            return 2 * plan.crop.size
        case Task.JPEG:
            return plan.crop.size + BLOCK
        case Task.RGB | Task.SR:
            return plan.crop.size


def batch(plan: Recipe, source: Sequence[Any], step: int, rank: int = 0) -> tuple[Tensor, Tensor]:
    """Degraded and clean samples (B, c, H, W) of training step `step` on process `rank`; clips
    (B, T, c, H, W) of networks that remember.

    `source` holds photographs (H, W, 3) uint8, or RawPairs where the recipe names their layout.
    """
    key = (plan.seed, step, rank) if rank else (plan.seed, step)
    rng = Generator().manual_seed(plan.seed * 1_000_003 + step + rank * 1_000_000_007)
    draw = np.random.default_rng(key)
    if plan.net.family.sample:
        return plan.net.family.sample(plan, source, draw)
    if plan.pairs:
        return _raw_pairs(source, plan, draw)
    match plan.net.task:
        case Task.RAW if plan.clip.frames > 1:
            clean = clips(source, plan.crop, plan.clip, draw)
            light = noise.light_levels(len(clean), plan.light.low, plan.light.high, rng)
            return noise.expose_clips(clean, light, noise.camera(), rng), clean
        case Task.RAW:
            clean = scenes.crops(source, plan.crop, *key)
            light = noise.light_levels(len(clean), plan.light.low, plan.light.high, rng)
            return noise.expose(clean, light, noise.camera(), rng), clean
        case Task.RGB:
            _, clean = _stack(_colours, source, plan, draw)
            sigma = torch.rand((len(clean), 1, 1, 1), generator=rng)
            sigma = plan.noise.low + (plan.noise.high - plan.noise.low) * sigma
            return clean + sigma / 255 * torch.randn(clean.shape, generator=rng), clean
        case Task.JPEG:
            return _stack(_luma, source, plan, draw)
        case Task.SR:
            return _stack(_low_and_high, source, plan, draw)
        case Task.DARK:
            scene, gains, picture = scenes.finished(source, plan.crop, draw)
            light = noise.light_levels(len(scene), plan.light.low, plan.light.high, rng)
            return noise.expose(scene, light, noise.camera(), rng) * gains, picture


def _stack(
    sample: Callable[[np.ndarray, Recipe, np.random.Generator], Pair],
    photos: Sequence[np.ndarray],
    plan: Recipe,
    draw: np.random.Generator,
) -> tuple[Tensor, Tensor]:
    """A batch of samples, each of a photograph drawn by chance, as values in [0, 1]."""
    samples = [
        sample(photos[int(draw.integers(len(photos)))], plan, draw) for _ in range(plan.crop.batch)
    ]
    degraded, clean = (
        torch.from_numpy(np.stack(images)).float() / 255 for images in zip(*samples, strict=True)
    )
    return degraded, clean


def _colours(photo: np.ndarray, plan: Recipe, draw: np.random.Generator) -> Pair:
    planes = _turned(_cut(photo, plan.crop.size, draw), draw).transpose(2, 0, 1)
    return planes, planes


def _luma(photo: np.ndarray, plan: Recipe, draw: np.random.Generator) -> Pair:
    clean = np.ascontiguousarray(grey(_turned(_cut(photo, plan.crop.size + BLOCK, draw), draw)))
    blocky = jpeg(clean, int(draw.integers(plan.quality.low, plan.quality.high, endpoint=True)))
    # Half the samples begin with a whole block.
    shifts = draw.integers(BLOCK, size=2) * (draw.random() < 0.5)
    inner = tuple(slice(shift, shift + plan.crop.size) for shift in shifts)
    return blocky[inner][None], clean[inner][None]


def _low_and_high(photo: np.ndarray, plan: Recipe, draw: np.random.Generator) -> Pair:
    scale = plan.net.scale
    places = ((extent // scale * scale - plan.crop.size) // scale for extent in photo.shape[:2])
    top, left = (scale * int(draw.integers(place, endpoint=True)) for place in places)
    high, low = shrunk_crop(photo, top, left, plan.crop.size, scale)
    turn = int(draw.integers(8))
    low, high = (_turned_by(image, turn).transpose(2, 0, 1) for image in (low, high))
    return low, high


def _raw_pairs(
    pairs: Sequence[RawPair], plan: Recipe, draw: np.random.Generator
) -> tuple[Tensor, Tensor]:
    samples = []
    for _ in range(plan.crop.batch):
        pair = pairs[int(draw.integers(len(pairs)))]
        samples.append(pair.crop(plan.crop.size, draw))
    dark, bright = (torch.from_numpy(np.stack(side)) for side in zip(*samples, strict=True))
    return dark, bright


def _cut(photo: np.ndarray, side: int, draw: np.random.Generator) -> np.ndarray:
    top, left = (draw.integers(extent - side, endpoint=True) for extent in photo.shape[:2])
    return photo[top : top + side, left : left + side]


def _turned(image: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    return _turned_by(image, int(draw.integers(8)))


def _turned_by(image: np.ndarray, turn: int) -> np.ndarray:
    """One of the eight ways to lay a square: four quarter turns, mirrored or not."""
    turned = np.rot90(image, turn % 4)
    return turned[::-1] if turn >= 4 else turned
