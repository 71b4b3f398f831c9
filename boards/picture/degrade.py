# SPDX-License-Identifier: MIT
"""Pictures as networks are given them: noisy, after JPEG, or small, each with its truth."""

import io
from dataclasses import replace

import numpy as np
from PIL import Image

from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.training.data.degrade import shrink, whole_times

__all__ = ["NOISE", "QUALITY", "degraded", "said"]

NOISE = 25  # grey levels of Gaussian noise
QUALITY = 10  # of JPEG


def degraded(clean: Photo, kind: FrameKind, times: int) -> tuple[Photo, Photo]:
    """What a network on pictures of `kind` that makes them `times` as large is for, of the 8-bit
    RGB `clean`, and its truth: all of it, or what is a whole multiple of `times`."""
    if times > 1:
        whole = whole_times(clean.pixels, times)
        return replace(clean, pixels=shrink(whole, times)), replace(clean, pixels=whole)
    if kind is FrameKind.LUMA:
        buffer = io.BytesIO()
        Image.fromarray(clean.pixels).save(buffer, format="JPEG", quality=QUALITY)
        return replace(clean, pixels=np.asarray(Image.open(buffer))), clean
    # The legacy generator, whose numbers the papers' code draws.
    noise = np.random.RandomState(0).normal(0, NOISE, clean.pixels.shape)
    noisy = np.clip(np.rint(clean.pixels + noise), 0, 255).astype(np.uint8)
    return replace(clean, pixels=noisy), clean


def said(kind: FrameKind, times: int) -> str:
    """What `degraded` does, in words.

    >>> said(FrameKind.RGB, 2)
    'shrunk bicubically 2 times'
    """
    if times > 1:
        return f"shrunk bicubically {times} times"
    if kind is FrameKind.LUMA:
        return f"JPEG of quality {QUALITY}"
    return f"Gaussian noise, sigma {NOISE}"
