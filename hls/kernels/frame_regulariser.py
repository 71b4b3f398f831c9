# SPDX-License-Identifier: MIT
"""frame_regulariser: video of a camera as frames of one size, whatever comes."""

from enum import IntEnum

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import logic_cost
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import require_at_least
from tarsier_fpga.hls.netlist.instance import Bits, Instance, Stream

__all__ = ["RECORDED", "Fault", "cost", "frame_regulariser", "proofs"]

_COUNT_WIDTH = 32  # bits of each count of faults


class Fault(IntEnum):
    """The kinds of faults, at their places among the counts."""

    SHORT_LINES = 0
    LONG_LINES = 1
    MISSING_LINES = 2
    EXTRA_LINES = 3
    SHORT_FRAMES = 4
    LONG_FRAMES = 5


def frame_regulariser(
    pixels: int,
    bits: int,
    width: int,
    height: int,
    size: tuple[int, int] | None = None,
    fill: int = 0,
    count_width: int = _COUNT_WIDTH,
) -> Instance:
    """AXI4-Stream Video as frames of exactly `width` x `height` pixels with their flags.

    A beat is `pixels` of `bits` bits, of x then user and last, of y user, last and inside.

    Args:
        size: (width, height) of what the camera sends; as large as what is given if left out
        fill: what a missing pixel becomes

    Raises:
        KernelError: lines are not two or more whole beats, or `size` or `fill` is out of range.
    """
    require_at_least("frame_regulariser", 1, pixels=pixels, bits=bits, height=height)
    columns, rows = size or (width, height)
    for name, value, most in (("width", width, width), ("size[0]", columns, width)):
        if value % pixels or not 2 * pixels <= value <= most:
            raise KernelError(
                f"frame_regulariser: {name}={value} must be two or more times pixels={pixels},"
                f" at most {most}"
            )
    if not 1 <= rows <= height:
        raise KernelError(f"frame_regulariser: size[1]={rows} must be in 1..{height}")
    if not 0 <= fill < 1 << bits:
        raise KernelError(f"frame_regulariser: fill={fill} must fit in bits={bits}")
    beats = width // pixels
    return Instance(
        module="frame_regulariser",
        params={
            "Pixels": pixels,
            "Bits": bits,
            "Columns": beats,
            "Rows": height,
            "CountW": count_width,
        },
        inputs=(Stream("x", pixels * bits + 2),),
        outputs=(Stream("y", pixels * bits + 3),),
        held={
            "columns": Bits(beats.bit_length(), columns // pixels),
            "rows": Bits(height.bit_length(), rows),
            "fill": Bits(bits, fill),
            "cut": Bits(1, 0),
        },
        reported={"start": 1, "busy": 1, "counts": len(Fault) * count_width},
        beats_per_count=beats * height,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """The register of y, two counters of places, those of the faults, and a few rules."""
    place = kernel.number("Columns").bit_length() + kernel.number("Rows").bit_length()
    beat = kernel.outputs[0].width
    return logic_cost(lut=32 + 3 * place + beat, ff=7 + place + beat + kernel.reported["counts"])


def proofs() -> tuple[Case, ...]:
    """Frames of a few beats, of every size that fits."""
    return _proof(1, 3, 2), _proof(2, 2, 3)


def _proof(pixels: int, columns: int, rows: int) -> Case:
    kernel = frame_regulariser(pixels, 1, pixels * columns, rows, count_width=2)
    beats = columns * rows
    return Case(
        kernel,
        {"x": Shape(1, kernel.inputs[0].width, beats)},
        {"y": Shape(1, kernel.outputs[0].width, beats)},
        None,  # see frame_regulariser.svh
        Induction(1),
    )


RECORDED: Recorded = {
    "1 pixel of 12 bits, 1920 × 1080": lambda: frame_regulariser(1, 12, 1920, 1080),
    "2 pixels of 12 bits, 1920 × 1080": lambda: frame_regulariser(2, 12, 1920, 1080),
    "4 pixels of 12 bits, 3840 × 2160": lambda: frame_regulariser(4, 12, 3840, 2160),
}
