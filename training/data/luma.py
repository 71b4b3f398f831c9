# SPDX-License-Identifier: MIT
"""Luma as MATLAB's rgb2ycbcr gives it, which papers train and score on."""

import numpy as np

__all__ = ["grey", "luma"]


def luma(rgb: np.ndarray) -> np.ndarray:
    """Y of ITU-R BT.601 in [16, 235], float64 (H, W), of uint8 (H, W, 3).

    >>> luma(np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)).round(3).tolist()
    [[16.0, 235.0]]
    """
    return rgb.astype(np.float64) @ (np.array([65.481, 128.553, 24.966]) / 255) + 16


def grey(image: np.ndarray) -> np.ndarray:
    """Luma of an image in whole levels; grey images as they are."""
    return image if image.ndim == 2 else np.rint(luma(image)).astype(np.uint8)
