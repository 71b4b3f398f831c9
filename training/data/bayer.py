# SPDX-License-Identifier: MIT
"""Mosaics of a sensor and the packed frames that networks take."""

import numpy as np
from scipy.ndimage import correlate

__all__ = ["GAMMA", "developed", "mosaic", "pack"]

GAMMA = 2.2


def mosaic(rgb: np.ndarray) -> np.ndarray:
    """What an RGGB sensor sees of `rgb` (H, W, 3): (H, W), cut to even sides.

    >>> mosaic(np.arange(12).reshape(2, 2, 3)).tolist()
    [[0, 4], [7, 11]]
    """
    height, width = (side // 2 * 2 for side in rgb.shape[:2])
    seen = rgb[:height, :width, 1].copy()
    seen[0::2, 0::2] = rgb[:height:2, :width:2, 0]
    seen[1::2, 1::2] = rgb[1:height:2, 1:width:2, 2]
    return seen


def pack(mosaic: np.ndarray) -> np.ndarray:
    """The four phases of an RGGB `mosaic` (H, W), as (4, H / 2, W / 2): R, G1, G2, B.

    >>> pack(np.arange(4).reshape(2, 2)).ravel().tolist()
    [0, 1, 2, 3]
    """
    return np.stack([mosaic[row::2, column::2] for row in (0, 1) for column in (0, 1)])


def developed(packed: np.ndarray) -> np.ndarray:
    """A linear packed frame (h, w, 4) as a picture (2h, 2w, 3): bilinear colours and a gamma.

    The plainest development there is, for comparison.
    """
    height, width = packed.shape[:2]
    planes = np.zeros((3, 2 * height, 2 * width))
    for phase, colour in enumerate((0, 1, 1, 2)):
        planes[colour, phase // 2 :: 2, phase % 2 :: 2] = packed[..., phase]
    cross = np.array([[0, 1, 0], [1, 4, 1], [0, 1, 0]]) / 4
    square = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 4
    kernels = (square, cross, square)
    # Mirrored around the outermost pixels, every colour finds its own on the other side.
    full = [correlate(plane, k, mode="mirror") for plane, k in zip(planes, kernels, strict=True)]
    return np.clip(np.stack(full, -1), 0, 1) ** (1 / GAMMA)
