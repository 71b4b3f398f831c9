# SPDX-License-Identifier: MIT
"""defective_pixels: pixels of a mosaic that stand out from their like are mended."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import logic_cost
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import require_at_least
from tarsier_fpga.hls.kernels.window import cost as window_cost
from tarsier_fpga.hls.kernels.window import window
from tarsier_fpga.hls.netlist.instance import Bits, Instance, Stream, Table

__all__ = ["RECORDED", "cost", "defective_pixels", "proofs"]


def defective_pixels(
    pixels: int, bits: int, frame_w: int, frame_h: int, threshold: int = 0
) -> Instance:
    """A pixel that differs from the median of the eight around it, of its colour, becomes that.

    A beat of x is `pixels` of `bits` bits, then inside; one of y is the pixels.

    Args:
        threshold: by more than how many codes; 0 mends nothing

    Raises:
        KernelError: lines are not two or more whole beats, the frame is smaller than 4 x 4, or
            `threshold` is out of range.
    """
    require_at_least("defective_pixels", 1, bits=bits)
    require_at_least("defective_pixels", 4, frame_w=frame_w, frame_h=frame_h)
    if pixels not in (1, 2, 4):
        raise KernelError(f"defective_pixels: pixels={pixels} must be 1, 2 or 4")
    if frame_w % pixels or frame_w < 2 * pixels:
        raise KernelError(
            f"defective_pixels: frame_w={frame_w} must be two or more times pixels={pixels}"
        )
    if not 0 <= threshold < 1 << bits:
        raise KernelError(f"defective_pixels: threshold={threshold} must fit in bits={bits}")
    return Instance(
        module="defective_pixels",
        params={"Pixels": pixels, "Bits": bits, "FrameW": frame_w, "FrameH": frame_h},
        inputs=(Stream("x", pixels * bits + 1),),
        outputs=(Stream("y", pixels * bits, pixels),),
        function="DefectivePixels",
        template=(pixels, bits, frame_w, frame_h),
        tables=(Table("threshold", bits, False, np.array([threshold])),),
        held={"threshold": Bits(bits, threshold)},
        reported={"mended": 32},
        beats_per_count=frame_w // pixels * frame_h,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """A window two pixels wide on every side, and for each pixel what finds a median."""
    pixels, bits = kernel.number("Pixels"), kernel.number("Bits")
    frame_w, frame_h = kernel.number("FrameW"), kernel.number("FrameH")
    inside = window(1, bits + 1, frame_w, frame_h, np.zeros(1, int), dilation=2, pixels=pixels)
    place = (frame_w // pixels * frame_h).bit_length()
    medians = logic_cost(lut=70 + 2 * place + 68 * bits * pixels, ff=140 + 25 * bits * pixels)
    return total([window_cost(inside, family), medians])


def proofs() -> tuple[Case, ...]:
    """The smallest frames; of bits a sorter sorts all that it sorts."""
    return _proof(1, 2), _proof(2, 1)


def _proof(pixels: int, bits: int) -> Case:
    kernel = defective_pixels(pixels, bits, 4, 4)
    beats = kernel.beats_per_count
    return Case(
        kernel,
        {"x": Shape(1, kernel.inputs[0].width, beats)},
        {"y": Shape(1, kernel.outputs[0].width, beats)},
        None,  # see defective_pixels.svh
        Induction(1),
    )


RECORDED: Recorded = {
    "1 pixel of 12 bits, 1920 × 1080": lambda: defective_pixels(1, 12, 1920, 1080),
    "2 pixels of 12 bits, 1920 × 1080": lambda: defective_pixels(2, 12, 1920, 1080),
    "4 pixels of 12 bits, 3840 × 2160": lambda: defective_pixels(4, 12, 3840, 2160),
}
