# SPDX-License-Identifier: MIT
"""How close a restored frame is to its reference."""

import math

import numpy as np

from tarsier_fpga.hls.base.coding import Coding

__all__ = ["psnr"]


def psnr(codes: np.ndarray, reference: np.ndarray, scale: Coding) -> float:
    """PSNR in dB of linear light clamped to [0, 1]; infinite where both are equal.

    >>> reference = np.full((8, 8, 4), 300, np.uint16)
    >>> round(psnr(reference + 3, reference, Coding(128, 896, 10)), 2)  # 20 log10(768 / 3)
    48.16
    """
    steps = _clamped(codes, scale) - _clamped(reference, scale)
    error = float(np.mean(np.square(steps, dtype=np.float64))) / scale.span**2
    return -10 * math.log10(error) if error else math.inf


def _clamped(codes: np.ndarray, scale: Coding) -> np.ndarray:
    return np.clip(codes, scale.black, scale.white).astype(np.int32)
