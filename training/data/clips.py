# SPDX-License-Identifier: MIT
"""Clips made of photographs: a window of a still that rests, pans or wanders.

Packed RGGB (B, T, 4, H, W) float32 in [0, 1]. The window moves by whole pixels of the sensor, so
that motion of one pixel is half a packed one; at a photograph's edge it turns back.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from tarsier_fpga.training.data.scenes import draw_gains, linear
from tarsier_fpga.training.facts.recipe import Clip, CropRule

__all__ = ["clips", "panned", "places"]

UNREST = 0.5  # of the speed, by which one that wanders changes from frame to frame


def clips(
    photos: Sequence[np.ndarray], crop: CropRule, clip: Clip, draw: np.random.Generator
) -> Tensor:
    """The clean clips (B, T, 4, size, size) that `draw` decides on."""
    made = [_clip(photos, crop, clip, draw) for _ in range(crop.batch)]
    return torch.from_numpy(np.stack(made))


def panned(photo: np.ndarray, side: int, frames: int, step: tuple[int, int]) -> list[np.ndarray]:
    """`frames` windows of `side` pixels on `photo`, from its middle on by `step` a frame.

    Raises:
        ValueError: the photograph is smaller than the window.
    """
    room = np.array(photo.shape[:2]) - side
    if room.min() < 0:
        raise ValueError(f"a window of {side} on {photo.shape[1]} x {photo.shape[0]} pixels")
    start = room // 2 - (np.array(step) * (frames - 1)) // 2
    return _cuts(photo, side, start + np.outer(np.arange(frames), step))


def places(clip: Clip, room: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """(T, 2) places of a window that has `room` pixels to move in, down and right."""
    place = draw.uniform(0, room)
    speed, kind = _speed(clip, draw), draw.random()
    if kind < clip.still:
        speed = np.zeros(2)
    wanders = kind >= (1 + clip.still) / 2
    walk = [place]
    for _ in range(clip.frames - 1):
        if wanders:
            speed = (1 - UNREST) * speed + UNREST * _speed(clip, draw)
        walk.append(walk[-1] + speed)
    return np.array(walk)


def _speed(clip: Clip, draw: np.random.Generator) -> np.ndarray:
    """Pixels a frame, as likely in one direction as in another."""
    angle, size = draw.uniform(0, 2 * np.pi), draw.uniform(0, clip.fastest)
    return size * np.array([np.sin(angle), np.cos(angle)])


def _clip(
    photos: Sequence[np.ndarray], crop: CropRule, clip: Clip, draw: np.random.Generator
) -> np.ndarray:
    photo = photos[int(draw.integers(len(photos)))]
    side = 2 * crop.size
    cuts = _cuts(photo, side, places(clip, np.array(photo.shape[:2]) - side, draw))
    turn, mirror = int(draw.integers(4)), draw.integers(2)
    gains = draw_gains(crop, draw)
    # Turned before they are mosaicked, so that the phases stay R, G, G, B.
    turned = (np.rot90(cut, turn)[:: -1 if mirror else 1] for cut in cuts)
    return np.stack([linear(cut, gains) for cut in turned])


def _cuts(photo: np.ndarray, side: int, walk: np.ndarray) -> list[np.ndarray]:
    room = np.array(photo.shape[:2]) - side
    return [photo[y : y + side, x : x + side] for y, x in _within(np.rint(walk).astype(int), room)]


def _within(places: np.ndarray, room: np.ndarray) -> np.ndarray:
    """`places`, reflected at 0 and `room`."""
    period = np.maximum(2 * room, 1)
    folded = places % period
    return np.where(room == 0, 0, np.minimum(folded, period - folded))
