# SPDX-License-Identifier: MIT
"""How close a restored frame is to its reference."""

import math

import numpy as np

from boards.host.codes import BLACK, SPAN

__all__ = ["psnr"]


def psnr(codes: np.ndarray, reference: np.ndarray) -> float:
    """PSNR in dB of linear light clamped to [0, 1]; infinite where both are equal.

    >>> reference = np.full((8, 8, 4), 300, np.uint16)
    >>> round(psnr(reference + 3, reference), 2)  # 20 log10(768 / 3)
    48.16
    """
    steps = _clamped(codes) - _clamped(reference)
    error = float(np.mean(np.square(steps, dtype=np.float64))) / SPAN**2
    return -10 * math.log10(error) if error else math.inf


def _clamped(codes: np.ndarray) -> np.ndarray:
    return np.clip(codes, BLACK, BLACK + SPAN).astype(np.int32)
