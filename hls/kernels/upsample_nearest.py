# SPDX-License-Identifier: MIT
"""upsample_nearest: every pixel factor x factor times."""

from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    LUTRAM_DEPTH,
    logic_cost,
    memory_cost,
)
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    require_at_least,
)
from tarsier_fpga.hls.golden.upsample_nearest import upsample_nearest as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["RECORDED", "cost", "proofs", "upsample_nearest"]


def upsample_nearest(channels: int, bits: int, frame_w: int, factor: int) -> Instance:
    """Every pixel factor x factor times.

    Args:
        frame_w: pixels of a row that comes in
    """
    require_at_least("upsample_nearest", 1, channels=channels, bits=bits, frame_w=frame_w)
    require_at_least("upsample_nearest", 2, factor=factor)
    width = channels * bits
    return Instance(
        module="upsample_nearest",
        params={"PixelWidth": width, "FrameW": frame_w, "Factor": factor},
        inputs=(Stream("x", width, channels),),
        outputs=(Stream("y", width, channels),),
        function="UpsampleNearest",
        template=(width, frame_w, factor),
        beats_per_count=frame_w,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """Nearly two rows in memory, and counters."""
    x, factor = kernel.inputs[0].width, kernel.number("Factor")
    depth = 2 * kernel.number("FrameW") * (factor - 1) // factor + 1
    held = x if depth <= LUTRAM_DEPTH else 0
    logic = logic_cost(lut=70, ff=held + 5 * depth.bit_length())  # of counters
    return total([logic, memory_cost(x, depth, family)])


def proofs() -> tuple[Case, ...]:
    """A row of three pixels."""
    width = 3
    case = Case(
        upsample_nearest(1, 1, width, 2),
        {"x": Shape(1, 1, width)},
        {"y": Shape(1, 1, 4 * width)},
        lambda x: golden(x.reshape(1, width, 1), 2),
        Induction(2),
        patience=6,
        units=8,
    )
    return (case,)


RECORDED: Recorded = {
    "4 × 8 bits": lambda: upsample_nearest(4, 8, 480, 2),
    "16 × 8 bits": lambda: upsample_nearest(16, 8, 960, 2),
    "2 × 8 bits, 60 pixels": lambda: upsample_nearest(2, 8, 60, 2),
}
