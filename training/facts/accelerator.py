# SPDX-License-Identifier: MIT
"""What trains, as users choose it; apart, since the command line offers it without torch."""

from enum import StrEnum

__all__ = ["Accelerator"]


class Accelerator(StrEnum):
    """`auto` is a GPU if there is one."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
