# SPDX-License-Identifier: MIT
"""PSNR and SSIM as the papers take them: on whole grey levels, of RGB or of luma, borders cut."""

import numpy as np
import torch
from scipy.ndimage import correlate1d

from tarsier_fpga.training.data.psnr import psnr_db

__all__ = ["SMALLEST", "grey_levels", "picture_psnr", "ssim"]

SMALLEST = 11  # pixels a side of SSIM's window
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def grey_levels(v: np.ndarray) -> np.ndarray:
    """Values in [0, 1] as uint8: clipped, then rounded to the nearest level.

    >>> grey_levels(np.array([-0.5, 0.1, 2.0])).tolist()
    [0, 26, 255]
    """
    return np.rint(np.clip(v, 0, 1).astype(np.float64) * 255).astype(np.uint8)


def picture_psnr(picture: np.ndarray, truth: np.ndarray, crop: int = 0) -> float:
    """PSNR in dB of grey levels in [0, 255], `crop` pixels of border left out.

    >>> grey = np.full((16, 16, 3), 100)
    >>> round(picture_psnr(grey + 1, grey), 2)
    48.13
    """
    one, other = (torch.from_numpy(_inner(image, crop))[None] for image in (picture, truth))
    return psnr_db(one, other, peak=255).item()


def ssim(picture: np.ndarray, reference: np.ndarray, crop: int = 0) -> float:
    """Mean SSIM of grey levels in [0, 255]: Wang et al.'s Gaussian window, where it fits.

    The windows are separable, and taken as such: torchmetrics' are 50 times slower in float64.
    """
    x, y = _inner(picture, crop), _inner(reference, crop)
    mean_x, mean_y = _blur(x), _blur(y)
    spread = _blur(x * x) - mean_x**2 + _blur(y * y) - mean_y**2
    both = _blur(x * y) - mean_x * mean_y
    closeness = (2 * mean_x * mean_y + C1) / (mean_x**2 + mean_y**2 + C1)
    return float((closeness * (2 * both + C2) / (spread + C2)).mean())


def _blur(x: np.ndarray) -> np.ndarray:
    reach = SMALLEST // 2
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / 1.5) ** 2)
    bell /= bell.sum()
    blurred = correlate1d(correlate1d(x, bell, axis=0), bell, axis=1)
    return blurred[reach:-reach, reach:-reach]


def _inner(image: np.ndarray, crop: int) -> np.ndarray:
    inner = image[crop : image.shape[0] - crop, crop : image.shape[1] - crop]
    return np.ascontiguousarray(inner, dtype=np.float64)
