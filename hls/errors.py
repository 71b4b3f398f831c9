# SPDX-License-Identifier: MIT
"""The one exception of this package."""

__all__ = ["KernelError"]


class KernelError(ValueError):
    """A kernel was asked for something it cannot be; one sentence says what would be valid."""
