# SPDX-License-Identifier: MIT
"""Widths of integers, and the argument checks that constructors share."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError

__all__ = [
    "check_clamp",
    "integer_range",
    "integers",
    "require_at_least",
    "signed_width",
    "unsigned_width",
]


def unsigned_width(most: int) -> int:
    """Bits of the narrowest unsigned integer that holds 0..`most`, at least 1.

    >>> [unsigned_width(n) for n in (0, 1, 144, 256)]
    [1, 1, 8, 9]
    """
    return max(1, int(most).bit_length())


def signed_width(least: int, most: int) -> int:
    """Bits of the narrowest signed integer that holds `least`..`most`.

    >>> [signed_width(*r) for r in ((-128, 127), (0, 1), (-1, 0), (-129, 0))]
    [8, 2, 1, 9]
    """
    return 1 + max(int(~least).bit_length() if least < 0 else 0, max(0, int(most)).bit_length())


def integer_range(width: int, signed: bool) -> tuple[int, int]:
    """The least and the greatest integer of `width` bits.

    >>> integer_range(8, True), integer_range(8, False)
    ((-128, 127), (0, 255))
    """
    return (-(1 << (width - 1)) if signed else 0), (1 << (width - signed)) - 1


def require_at_least(kernel: str, least: int, /, **values: int) -> None:
    """Raise KernelError, naming the argument, unless every value is an integer >= `least`."""
    for name, value in values.items():
        if not isinstance(value, (int, np.integer)) or value < least:
            raise KernelError(f"{kernel}: {name}={value} must be an integer >= {least}")


def integers(kernel: str, name: str, values: np.ndarray, ndim: int) -> np.ndarray:
    """`values` as int64, or KernelError unless it is a non-empty integer array of `ndim` axes."""
    array = np.asarray(values)
    if array.ndim != ndim or array.size == 0:
        raise KernelError(
            f"{kernel}: {name} of shape {array.shape} must be non-empty with {ndim} axes"
        )
    if not np.issubdtype(array.dtype, np.integer):
        raise KernelError(f"{kernel}: {name} of type {array.dtype} must be integers")
    return array.astype(np.int64)


def check_clamp(kernel: str, y_width: int, y_min: int, y_max: int) -> None:
    """Raise KernelError unless y_min..y_max is a range that `y_width` bits carry."""
    if y_min > y_max:
        raise KernelError(f"{kernel}: y_min={y_min} must be <= y_max={y_max}")
    needed = signed_width(y_min, y_max) if y_min < 0 else unsigned_width(y_max)
    if needed > y_width:
        raise KernelError(
            f"{kernel}: y_width={y_width} must be >= {needed} to carry {y_min}..{y_max}"
        )
