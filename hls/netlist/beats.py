# SPDX-License-Identifier: MIT
"""Beats of a stream as little-endian 32-bit words: the form in which simulations take them."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError

__all__ = ["pack", "unpack", "words"]


def words(width: int) -> int:
    """How many 32-bit words carry one beat of `width` bits."""
    return -(-width // 32)


def pack(lanes: np.ndarray, width: int) -> np.ndarray:
    """(n, lanes) integers -> (n, words) uint32: two's complement, lane 0 in the lowest bits.

    Raises:
        KernelError: `lanes` is not two-dimensional, `width` is not in 1..32, or a value needs more.

    >>> [hex(word) for word in pack(np.array([[1, -1, 2]]), 12)[0]]
    ['0x2fff001', '0x0']
    """
    n, count = _shape(lanes, width)
    if lanes.size and (lanes.min() < -(1 << (width - 1)) or lanes.max() >= 1 << width):
        raise KernelError(
            f"pack: values {lanes.min()}..{lanes.max()} do not fit in lanes of width={width} bits"
        )
    beats = np.zeros((n, words(count * width)), np.uint32)
    mask = (1 << width) - 1
    for lane in range(count):
        word, shift = divmod(lane * width, 32)
        value = (lanes[:, lane].astype(np.int64) & mask).astype(np.uint64) << np.uint64(shift)
        beats[:, word] |= value.astype(np.uint32)
        if shift + width > 32:
            beats[:, word + 1] |= (value >> np.uint64(32)).astype(np.uint32)
    return beats


def unpack(beats: np.ndarray, lanes: int, width: int, signed: bool) -> np.ndarray:
    """(n, words) uint32 -> (n, lanes) int64, the inverse of `pack`.

    Raises:
        KernelError: `beats` has another number of words than `lanes` of `width` bits fill.
    """
    n, count = _shape(beats, width)
    if count != words(lanes * width):
        raise KernelError(
            f"unpack: beats of {count} words, but {lanes} lanes of {width} bits"
            f" fill {words(lanes * width)}"
        )
    values = np.empty((n, lanes), np.int64)
    for lane in range(lanes):
        word, shift = divmod(lane * width, 32)
        value = beats[:, word].astype(np.int64) >> shift
        if shift + width > 32:
            value |= beats[:, word + 1].astype(np.int64) << (32 - shift)
        value &= (1 << width) - 1
        values[:, lane] = value - ((value >> (width - 1)) << width) if signed else value
    return values


def _shape(array: np.ndarray, width: int) -> tuple[int, int]:
    if array.ndim != 2:
        raise KernelError(f"beats: shape {array.shape} must be (beats, lanes or words)")
    if not 1 <= width <= 32:
        raise KernelError(f"beats: width={width} must be in 1..32")
    return array.shape
