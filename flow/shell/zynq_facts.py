# SPDX-License-Identifier: MIT
"""What zynq.json holds: whose shell it is, and how frames lie in the memory."""

from math import ceil, lcm
from pathlib import Path

from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.facts import Facts, read_facts
from tarsier_fpga.hls.base.port import Port

__all__ = ["ZYNQ_FACTS", "MemoryFrame", "ZynqShell", "memory_frame", "read_zynq"]

ZYNQ_FACTS = "zynq.json"
WORD = 8  # bytes of a word of the port
_MOST = 9 * WORD  # bytes that the shell gathers until words and pixels meet


class MemoryFrame(Facts):
    """A frame in the memory: `pixels` of `width` bits, each in `bytes` bytes, the lowest first.

    Behind the last pixel it goes on to the next whole number of words and pixels: `size` bytes.
    """

    width: int
    bytes: int
    pixels: int
    size: int


class ZynqShell(Facts):
    """A design in its shell on a board.

    Attributes:
        key: of the design, 16 digits of which are in the registers
        clock_mhz: that the processing system must give, FCLK0
        address: of the registers, as the processor sees them
        x, y: the frames that come and go
    """

    key: str
    net: str
    board: str
    clock_mhz: float
    address: int
    x: MemoryFrame
    y: MemoryFrame


def memory_frame(port: Port, shape: tuple[int, int]) -> MemoryFrame:
    """How a frame of `shape` rows and columns of `port` lies in the memory.

    A pixel has the bytes that its bits need, or a few more where words and pixels would meet too
    rarely otherwise.

    >>> from types import SimpleNamespace as Stream
    >>> [memory_frame(Stream(width=w), (2, 3)).bytes for w in (1, 8, 40, 72, 73, 200)]
    [1, 1, 5, 9, 10, 28]
    """
    size = ceil(port.width / 8)
    while lcm(size, WORD) > max(_MOST, ceil(port.width / 8 / WORD) * WORD):
        size += 1
    whole, pixels = lcm(size, WORD), shape[0] * shape[1]
    return MemoryFrame(
        width=port.width, bytes=size, pixels=pixels, size=ceil(pixels * size / whole) * whole
    )


def read_zynq(folder: Path) -> ZynqShell:
    """The shell whose files are in `folder`.

    Raises:
        FlowError: there is none, or its file is damaged.
    """
    path = folder / ZYNQ_FACTS
    if not path.is_file():
        raise FlowError(f"{folder} holds no Zynq shell: there is no {ZYNQ_FACTS} in it")
    return read_facts(path, ZynqShell, "synthesize the design again")
