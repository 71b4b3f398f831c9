# SPDX-License-Identifier: MIT
"""A serial line as levels, one a cycle, written by the book and independent of our circuits."""

import numpy as np

__all__ = ["levels", "rest", "said"]


def rest(cycles: int) -> np.ndarray:
    """The line as it is when nobody speaks."""
    return np.ones(cycles, np.uint8)


def levels(data: bytes, divider: float, stop: int = 1) -> np.ndarray:
    """Each byte as a low start bit, its bits, lowest first, and the level `stop`.

    A fractional `divider` is a sender whose clock is not quite ours.
    """
    bits = np.array([[0, *(byte >> k & 1 for k in range(8)), stop] for byte in data], np.uint8)
    edges = np.rint(np.arange(bits.size + 1) * divider).astype(int)
    return np.repeat(bits.ravel(), np.diff(edges))


def said(line: np.ndarray, divider: int) -> bytes:
    """The bytes on a line, read in the middles of their bits; every stop bit must be there."""
    found, at = bytearray(), 0
    while len(starts := np.flatnonzero(line[at:] == 0)):
        at += starts[0] + divider // 2
        bits = line[at : at + 10 * divider : divider]
        assert len(bits) == 10, "the line ends within a byte"
        assert (bits[0], bits[9]) == (0, 1), f"no stop bit after {len(found)} bytes"
        found.append(int(np.packbits(bits[1:9], bitorder="little")[0]))
        at += 9 * divider
    return bytes(found)
