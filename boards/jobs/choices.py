# SPDX-License-Identifier: MIT
"""What a user chooses by a word, and what is taken where they do not."""

from enum import StrEnum

__all__ = ["DEFAULT_BOARD", "DEFAULT_NET", "Accel", "Bad"]

DEFAULT_NET = "bbcu-raw-16x8"
DEFAULT_BOARD = "zcu104"


class Accel(StrEnum):
    """Accelerators a frame can be sent to.

    `sim` is the design's RTL, cycle by cycle; `cpu` is the same network compiled for the
    processor, or in PyTorch where there is no g++, and `gpu` in PyTorch; `pynq` and `xrt` are a
    Zynq board and an Alveo card.
    """

    SIM = "sim"
    CPU = "cpu"
    GPU = "gpu"
    PYNQ = "pynq"
    XRT = "xrt"


class Bad(StrEnum):
    """What happens at a frame of a video that cannot be read."""

    STOP = "stop"
    SKIP = "skip"
