# SPDX-License-Identifier: MIT
"""What the estimates of kernels with constants share: their constants decide."""

import numpy as np

from tarsier_fpga.hls.netlist.instance import Bits

__all__ = ["LUT_INPUTS", "unpacked_bits"]

LUT_INPUTS = 6


def unpacked_bits(bits: Bits, shape: tuple[int, ...]) -> np.ndarray:
    """The bits of a constant, the lowest first, in `shape`.

    >>> unpacked_bits(Bits(6, 0b110001), (2, 3)).tolist()
    [[1, 0, 0], [0, 1, 1]]
    """
    packed = np.frombuffer(bits.value.to_bytes((bits.width + 7) // 8, "little"), np.uint8)
    return np.unpackbits(packed, count=bits.width, bitorder="little").reshape(shape)
