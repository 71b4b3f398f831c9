# SPDX-License-Identifier: MIT
"""pad: a frame with a border, a constant pixel or the nearest of the frame."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    LUTRAM_DEPTH,
    logic_cost,
    memory_cost,
)
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.examples import NO_PAD
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    integers,
    require_at_least,
)
from tarsier_fpga.hls.golden.pad import pad as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["RECORDED", "cost", "pad", "proofs"]


def pad(
    channels: int,
    bits: int,
    frame_w: int,
    frame_h: int,
    border: tuple[int, int, int, int],
    outside: np.ndarray | None = None,
) -> Instance:
    """A frame of `channels` lanes of `bits` bits with a border.

    Args:
        border: rows above and below the frame, columns to the left and to the right of it
        outside: (channels,) integers, the pixel of the border; None repeats the frame's nearest

    Raises:
        KernelError: a size is out of its range, or `outside` is not one value a channel.
    """
    require_at_least("pad", 1, channels=channels, bits=bits, frame_w=frame_w, frame_h=frame_h)
    top, bottom, left, right = border
    require_at_least("pad", 0, top=top, bottom=bottom, left=left, right=right)
    replicate = outside is None
    given = np.zeros(channels, int) if outside is None else outside
    pixel = integers("pad", "outside", given, 1)
    if pixel.shape != (channels,):
        raise KernelError(f"pad: outside of shape {pixel.shape} must be ({channels},)")
    packed = pack_bits(pixel, bits)
    sizes = {
        "FrameW": frame_w,
        "FrameH": frame_h,
        "Top": top,
        "Bottom": bottom,
        "Left": left,
        "Right": right,
        "Replicate": int(replicate),
    }
    return Instance(
        module="pad",
        params={"PixelWidth": packed.width, "Pad": packed, **sizes},
        inputs=(Stream("x", packed.width, channels),),
        outputs=(Stream("y", packed.width, channels),),
        function="Pad",
        template=(channels, bits, *sizes.values()),
        tables=(Table("outside", bits, False, pixel & ((1 << bits) - 1)),),
        beats_per_count=frame_w * frame_h,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """Counters, and the last row again where rows are repeated."""
    x, frame_w = kernel.inputs[0].width, kernel.number("FrameW")
    if not kernel.number("Replicate") or kernel.number("Top") + kernel.number("Bottom") == 0:
        return logic_cost(lut=30, ff=22 + x)
    held = 2 if frame_w <= LUTRAM_DEPTH else 1  # block RAM has the register
    logic = logic_cost(lut=30 + 0.9 * x, ff=28 + held * x)
    return total([logic, memory_cost(x, frame_w, family)])


def proofs() -> tuple[Case, ...]:
    """Frames of a few pixels."""
    return _proof((1, 1, 1, 1), None), _proof((1, 0, 0, 2), np.array([1]))


def _proof(border: tuple[int, int, int, int], outside: np.ndarray | None) -> Case:
    width = height = 2
    top, bottom, left, right = border
    return Case(
        pad(1, 1, width, height, border, outside),
        {"x": Shape(1, 1, width * height)},
        {"y": Shape(1, 1, (top + height + bottom) * (left + width + right))},
        lambda x: golden(x.reshape(height, width, 1), *border, outside),
        Induction(2),
        in_place=outside is None,
        eager=False,
    )


RECORDED: Recorded = {
    "16 × 1 bit, border 1": lambda: pad(16, 1, 960, 540, (1, 1, 1, 1), NO_PAD),
    "16 × 1 bit, replicated": lambda: pad(16, 1, 960, 540, (1, 1, 1, 1)),
    "4 × 8 bits, replicated": lambda: pad(4, 8, 960, 540, (1, 1, 1, 1)),
    "16 × 8 bits, 64 × 64, replicated": lambda: pad(16, 8, 64, 64, (1, 1, 1, 1)),
}
