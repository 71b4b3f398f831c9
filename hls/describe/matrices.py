# SPDX-License-Identifier: MIT
"""Checks and widths of constant matrices, for the dot products, folded and built in."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.describe.ranges import integer_range, integers, require_at_least, signed_width

__all__ = ["check_folding", "int_matrix", "sign_matrix", "sum_width"]


def sign_matrix(kernel: str, weights: np.ndarray) -> np.ndarray:
    """`weights` as int64, or KernelError unless they are a matrix of -1 and +1."""
    matrix = integers(kernel, "weights", weights, 2)
    if not np.isin(matrix, (-1, 1)).all():
        bad = matrix[~np.isin(matrix, (-1, 1))][0]
        raise KernelError(f"{kernel}: weight {bad} must be -1 or +1")
    return matrix


def int_matrix(kernel: str, weights: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as int64, or KernelError unless there is an integer bias for each row of weights."""
    matrix = integers(kernel, "weights", weights, 2)
    offsets = integers(kernel, "bias", bias, 1)
    rows = len(matrix)
    if offsets.shape != (rows,):
        raise KernelError(f"{kernel}: bias of shape {offsets.shape} must be ({rows},), one a row")
    return matrix, offsets


def sum_width(weights: np.ndarray, bias: np.ndarray, x_width: int, x_signed: bool) -> int:
    """Bits of the narrowest signed integer that holds every sum, and every bias by itself."""
    ends = np.stack([weights * end for end in integer_range(x_width, x_signed)])
    least = int((bias + ends.min(axis=0).sum(axis=1)).min())
    most = int((bias + ends.max(axis=0).sum(axis=1)).max())
    # the bias alone must fit too, since it travels as a parameter of this width
    return signed_width(min(least, int(bias.min())), max(most, int(bias.max())))


def check_folding(kernel: str, rows: int, terms: int, pe: int, simd: int) -> None:
    """Raise KernelError unless `pe` divides the rows and `simd` the terms."""
    require_at_least(kernel, 1, pe=pe, simd=simd)
    if rows % pe or terms % simd:
        raise KernelError(f"{kernel}: pe={pe}, simd={simd} must divide rows={rows}, terms={terms}")
