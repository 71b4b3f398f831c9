# SPDX-License-Identifier: MIT
"""What pictures suffer before a network restores them: Gaussian noise, JPEG, lost resolution."""

import io

import numpy as np
from PIL import Image

from tarsier_fpga.training.data.imresize import SUPPORT, imresize

__all__ = ["jpeg", "shrink", "shrunk_crop", "whole_times"]


def jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    """A grey uint8 image after baseline JPEG at `quality`; below 1 counts as 1."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="JPEG", quality=max(1, int(quality)))
    return np.asarray(Image.open(buffer))


def shrink(image: np.ndarray, scale: int) -> np.ndarray:
    """An image `scale` times smaller, in whole levels; its sides are multiples of `scale`."""
    return np.rint(np.clip(imresize(image, 1 / scale), 0, 255)).astype(np.uint8)


def whole_times(image: np.ndarray, scale: int) -> np.ndarray:
    """`image` without the last rows and columns that are no whole multiple of `scale`."""
    height, width = (extent // scale * scale for extent in image.shape[:2])
    return image[:height, :width]


def shrunk_crop(
    image: np.ndarray, top: int, left: int, side: int, scale: int
) -> tuple[np.ndarray, np.ndarray]:
    """The crop of `image` at (top, left), multiples of `scale`, and the same crop `shrink` gives.

    Only what the filter sees is shrunk, and exactly as with the whole image.
    """
    margin = (SUPPORT // 2 + 1) * scale
    above, before = min(top, margin), min(left, margin)
    window = image[top - above : top + side + margin, left - before : left + side + margin]
    low = shrink(window, scale)
    rows, columns = above // scale, before // scale
    small = side // scale
    return (
        image[top : top + side, left : left + side],
        low[rows : rows + small, columns : columns + small],
    )
