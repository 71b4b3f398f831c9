# SPDX-License-Identifier: MIT
"""Which memory a kernel's queue is built from."""

from enum import StrEnum

__all__ = ["RamStyle"]


class RamStyle(StrEnum):
    """Which memory the synthesis is asked to use, in the order of hls/rtl/tarsier_fifo.sv.

    AUTO leaves the choice to it.
    """

    AUTO = "auto"
    DISTRIBUTED = "distributed"
    BLOCK = "block"
    ULTRA = "ultra"
