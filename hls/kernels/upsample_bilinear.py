# SPDX-License-Identifier: MIT
"""upsample_bilinear: a frame interpolated to twice its size, exactly."""

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
from tarsier_fpga.hls.golden.upsample_bilinear import upsample_bilinear as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["RECORDED", "cost", "proofs", "upsample_bilinear"]

_LUTS = 7.2  # per bit of x, four sums: 3 lanes of 10 bits 278, 16 lanes of 8 bits 978


def upsample_bilinear(
    lanes: int, x_width: int, x_signed: bool, frame_w: int, frame_h: int
) -> Instance:
    """Twice the size, 16 times the interpolated values, in 4 bits more.

    Args:
        frame_w, frame_h: of the frame that comes in
    """
    require_at_least(
        "upsample_bilinear", 1, lanes=lanes, x_width=x_width, frame_w=frame_w, frame_h=frame_h
    )
    return Instance(
        module="upsample_bilinear",
        params={
            "Lanes": lanes,
            "XWidth": x_width,
            "XSigned": int(x_signed),
            "FrameW": frame_w,
            "FrameH": frame_h,
        },
        inputs=(Stream("x", lanes * x_width, lanes, x_signed),),
        outputs=(Stream("y", lanes * (x_width + 4), lanes, x_signed),),
        function="UpsampleBilinear",
        template=(lanes, x_width, int(x_signed), frame_w, frame_h),
        beats_per_count=frame_w * frame_h,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """Two rows in memory, and four sums for every lane."""
    x, frame_w = kernel.inputs[0].width, kernel.number("FrameW")
    # two columns of two rows, and y; then the pixels that LUTRAM does not hold itself
    held = 3 * x + 8 * kernel.number("Lanes") + (2 * x if frame_w <= LUTRAM_DEPTH else 0)
    rows = 2 * [memory_cost(x, frame_w, family)]
    return total([logic_cost(lut=_LUTS * x + 64, ff=held + 50), *rows])


def proofs() -> tuple[Case, ...]:
    """Frames of a few pixels."""
    return _proof(2, 2), _proof(3, 2)


def _proof(width: int, height: int) -> Case:
    return Case(
        upsample_bilinear(1, 1, False, width, height),
        {"x": Shape(1, 1, width * height)},
        {"y": Shape(1, 5, 4 * width * height)},
        lambda x: golden(x.reshape(height, width, 1)),
        Induction(1),
        patience=8,
        units=8,
    )


RECORDED: Recorded = {
    "4 × 8 bits": lambda: upsample_bilinear(4, 8, True, 480, 270),
    "4 × 10 bits": lambda: upsample_bilinear(4, 10, True, 480, 270),
    "16 × 8 bits, 60 × 40": lambda: upsample_bilinear(16, 8, True, 60, 40),
}
