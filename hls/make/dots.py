# SPDX-License-Identifier: MIT
"""Constructors of the matrix-vector kernels."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.make.ranges import (
    integer_range,
    integers,
    require_at_least,
    signed_width,
    unsigned_width,
)
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["int_dot", "int_matrix", "sign_matrix", "sum_width", "xnor_dot"]


def xnor_dot(weights: np.ndarray, pe: int, simd: int) -> Instance:
    """Popcounts of a vector against the rows of `weights`, `pe` rows times `simd` terms a cycle.

    Args:
        weights: (rows, terms) integers in {-1, +1}

    Raises:
        KernelError: a weight is not -1 or +1, or the folding does not divide the matrix.
    """
    matrix = sign_matrix("xnor_dot", weights)
    rows, terms = matrix.shape
    _check_folding("xnor_dot", rows, terms, pe, simd)
    bits = matrix > 0
    return Instance(
        module="xnor_dot",
        params={
            "Terms": terms,
            "Rows": rows,
            "Pe": pe,
            "Simd": simd,
            "Weights": pack_bits(bits, 1),
        },
        inputs=(Stream("x", terms),),
        outputs=(Stream("y", pe * unsigned_width(terms)),),
        function="XnorDot",
        template=(terms, rows, pe, simd),
        tables=(Table("weights", 1, False, bits.astype(np.int64)),),
    )


def int_dot(
    weights: np.ndarray, bias: np.ndarray, x_width: int, x_signed: bool, pe: int, simd: int
) -> Instance:
    """Biased integer sums, in the narrowest SumW that no input can overflow.

    Args:
        weights: (rows, terms) integers
        bias: (rows,) integers, in units of the sum

    Raises:
        KernelError: shapes disagree, or the folding does not divide the matrix.
    """
    matrix, offsets = int_matrix("int_dot", weights, bias)
    rows, terms = matrix.shape
    require_at_least("int_dot", 1, x_width=x_width)
    _check_folding("int_dot", rows, terms, pe, simd)
    w_width = signed_width(matrix.min(), matrix.max())
    y_width = sum_width(matrix, offsets, x_width, x_signed)
    return Instance(
        module="int_dot",
        params={
            "Terms": terms,
            "Rows": rows,
            "Pe": pe,
            "Simd": simd,
            "XWidth": x_width,
            "XSigned": int(x_signed),
            "WWidth": w_width,
            "SumW": y_width,
            "Weights": pack_bits(matrix, w_width),
            "Bias": pack_bits(offsets, y_width),
        },
        inputs=(Stream("x", terms * x_width),),
        outputs=(Stream("y", pe * y_width),),
        function="IntDot",
        template=(terms, rows, pe, simd, x_width, int(x_signed), y_width),
        tables=(
            Table("weights", w_width, True, matrix),
            Table("bias", y_width, True, offsets),
        ),
    )


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


def _check_folding(kernel: str, rows: int, terms: int, pe: int, simd: int) -> None:
    require_at_least(kernel, 1, pe=pe, simd=simd)
    if rows % pe or terms % simd:
        raise KernelError(f"{kernel}: pe={pe}, simd={simd} must divide rows={rows}, terms={terms}")
