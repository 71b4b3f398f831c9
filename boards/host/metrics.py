# SPDX-License-Identifier: MIT
"""How close a restored frame is to its reference."""

import math

import numpy as np

from boards.host.codes import decode

__all__ = ["psnr"]


def psnr(codes: np.ndarray, reference: np.ndarray) -> float:
    """PSNR in dB of linear light clamped to [0, 1]; infinite where both are equal.

    >>> reference = np.full((8, 8, 4), 300, np.uint16)
    >>> round(psnr(reference + 3, reference), 2)  # 20 log10(768 / 3)
    48.16
    """
    difference = np.clip(decode(codes), 0, 1) - np.clip(decode(reference), 0, 1)
    error = float(np.mean(np.square(difference, dtype=np.float64)))
    return -10 * math.log10(error) if error else math.inf
