# SPDX-License-Identifier: MIT
"""How close a restored picture is to its reference, as papers take it.

Of RGB pictures of the same size; of luma where a network restores luma or enlarges. An enlarged
picture is scored as `tarsier eval` does: luma of MATLAB's rgb2ycbcr, without a border of as many
pixels as it is enlarged by. Levels are those of 8 bits.
"""

import math
from dataclasses import dataclass

import numpy as np

from tarsier_fpga.picture.photo import Photo

__all__ = ["Score", "photo_score"]


@dataclass(frozen=True, slots=True)
class Score:
    """PSNR in dB, infinite where both are equal; SSIM, None where it is not taken."""

    psnr: float
    ssim: float | None = None


def photo_score(picture: Photo, reference: Photo, *, luma: bool, times: int = 1) -> Score:
    """The score of `picture`, of the size of `reference`; SSIM where its window fits.

    With `luma`, or where a network enlarged it `times`, of luma alone.
    """
    from tarsier_fpga.training.data.luma import luma as luma_of
    from tarsier_fpga.training.score.metrics import SMALLEST, picture_psnr, ssim

    border = times if times > 1 else 0
    one, other = picture.shown, reference.shown
    if times > 1:
        one, other = luma_of(one), luma_of(other)
    elif luma or (picture.grey and reference.grey):
        one, other = (_full_luma(photo) for photo in (picture, reference))
    fits = min(one.shape[:2]) - 2 * border >= SMALLEST
    if min(one.shape[:2]) <= 2 * border:
        return Score(math.nan)
    similarity = ssim(one, other, border) if fits else None
    return Score(picture_psnr(one, other, border), similarity)


def _full_luma(photo: Photo) -> np.ndarray:
    """Luma of BT.601 in full range, in levels of 8 bits."""
    return photo.shown[..., 0] if photo.grey else photo.shown @ np.array([0.299, 0.587, 0.114])
