# SPDX-License-Identifier: MIT
"""max_pool: the greatest of every square of 2x2 pixels."""

from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    logic_cost,
    memory_cost,
)
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    require_at_least,
)
from tarsier_fpga.hls.golden.max_pool import max_pool as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["RECORDED", "cost", "max_pool", "proofs"]

_LUTS = 3.6  # per bit of x: 16 lanes of 8 bits 476, 4 lanes 130


def max_pool(lanes: int, x_width: int, x_signed: bool, frame_w: int, frame_h: int) -> Instance:
    """The greatest of every square of 2x2 pixels, stride 2.

    Args:
        frame_w, frame_h: of the frame that comes in
    """
    require_at_least("max_pool", 1, lanes=lanes, x_width=x_width)
    require_at_least("max_pool", 2, frame_w=frame_w, frame_h=frame_h)
    return Instance(
        module="max_pool",
        params={
            "Lanes": lanes,
            "XWidth": x_width,
            "XSigned": int(x_signed),
            "FrameW": frame_w,
            "FrameH": frame_h,
        },
        inputs=(Stream("x", lanes * x_width, lanes, x_signed),),
        outputs=(Stream("y", lanes * x_width, lanes, x_signed),),
        function="MaxPool",
        template=(lanes, x_width, int(x_signed), frame_w, frame_h),
        beats_per_count=frame_w * frame_h,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """Half a row in memory, and two comparisons and two choices for every lane."""
    x = kernel.inputs[0].width
    row = memory_cost(x, kernel.number("FrameW") // 2, family)
    return total([logic_cost(lut=_LUTS * x + 15, ff=2 * x + 12), row])


def proofs() -> tuple[Case, ...]:
    """Frames of a few pixels."""
    return _proof(4, 2, True), _proof(3, 3, False)


def _proof(width: int, height: int, signed: bool) -> Case:
    return Case(
        max_pool(1, 2, signed, width, height),
        {"x": Shape(1, 2, width * height, signed)},
        {"y": Shape(1, 2, (width // 2) * (height // 2))},
        lambda x: golden(x.reshape(height, width, 1)),
        Induction(1),
    )


RECORDED: Recorded = {
    "4 × 8 bits": lambda: max_pool(4, 8, True, 960, 540),
    "16 × 8 bits": lambda: max_pool(16, 8, True, 960, 540),
}
