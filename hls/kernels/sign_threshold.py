# SPDX-License-Identifier: MIT
"""sign_threshold: one bit per channel, x >= T."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    logic_cost,
)
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.cost.table_cost import LUT_INPUTS, unpacked_bits
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    integers,
    require_at_least,
)
from tarsier_fpga.hls.golden.sign_threshold import sign_threshold as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["RECORDED", "cost", "proofs", "sign_threshold"]

# A threshold whose lower bits are 0 compares only the bits above them, at most six of them in one
# LUT: 16 channels of 8 bits 32 to 41.
_SHORT_LUTS, _LONG_LUTS = 1.2, 2.6


def sign_threshold(thresholds: np.ndarray, width: int) -> Instance:
    """One bit per channel, x >= T.

    Args:
        thresholds: (channels,) integers in -2^(width-1) .. 2^(width-1); the upper end means never

    Raises:
        KernelError: a threshold lies outside that range.
    """
    levels = integers("sign_threshold", "thresholds", thresholds, 1)
    require_at_least("sign_threshold", 1, width=width)
    half = 1 << (width - 1)
    if levels.min() < -half or levels.max() > half:
        raise KernelError(
            f"sign_threshold: thresholds {levels.min()}..{levels.max()}"
            f" must lie in {-half}..{half} for width={width}"
        )
    channels = levels.size
    return Instance(
        module="sign_threshold",
        params={
            "Channels": channels,
            "Width": width,
            "Thresholds": pack_bits(levels, width + 1),
        },
        inputs=(Stream("x", channels * width, channels, True),),
        outputs=(Stream("y", channels, channels),),
        function="SignThreshold",
        template=(channels, width),
        tables=(Table("thresholds", width + 1, True, levels),),
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """A comparison for every channel."""
    channels, width = kernel.number("Channels"), kernel.number("Width")
    bits = unpacked_bits(kernel.bits("Thresholds"), (channels, width + 1))
    compared = [width - np.argmax(threshold[:width]) for threshold in bits if threshold.any()]
    luts = sum(_SHORT_LUTS if count <= LUT_INPUTS else _LONG_LUTS for count in compared)
    return logic_cost(lut=luts + 2, ff=channels + 1)


def proofs() -> tuple[Case, ...]:
    """The whole truth table, where it is small."""
    thresholds = np.array([-3, 4])
    case = Case(
        sign_threshold(thresholds, 3),
        {"x": Shape(2, 3, signed=True)},
        {"y": Shape(2, 1)},
        lambda x: golden(x, thresholds),
        Induction(1),
        registers=1,
    )
    return (case,)


RECORDED: Recorded = {
    "16 channels of 8 bits": lambda: sign_threshold(np.arange(-8, 8), 8),
    "16 channels of 8 bits, 0 to 15": lambda: sign_threshold(np.arange(16), 8),
}
