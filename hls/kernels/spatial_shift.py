# SPDX-License-Identifier: MIT
"""spatial_shift: every channel of a frame displaced by its own vector."""

from collections import Counter

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    LUTRAM_DEPTH,
    block_ram,
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
    signed_width,
)
from tarsier_fpga.hls.golden.spatial_shift import spatial_shift as golden
from tarsier_fpga.hls.netlist.instance import Bits, Instance, Stream, Table, pack_bits

__all__ = ["RECORDED", "cost", "proofs", "spatial_shift"]


def spatial_shift(
    shifts: np.ndarray, fill: np.ndarray, bits: int, frame_w: int, frame_h: int
) -> Instance:
    """Every channel of a frame displaced by its own vector, `bits` bits a channel.

    Args:
        shifts: (channels, 2) integers dy, dx; y(row, column) = x(row + dy, column + dx)
        fill: (channels,) integers, what stands outside the frame

    Raises:
        KernelError: shapes disagree, or a displacement leaves nothing of the frame.
    """
    vectors = integers("spatial_shift", "shifts", shifts, 2)
    outside = integers("spatial_shift", "fill", fill, 1)
    require_at_least("spatial_shift", 1, bits=bits, frame_w=frame_w, frame_h=frame_h)
    channels = outside.size
    if vectors.shape != (channels, 2):
        raise KernelError(
            f"spatial_shift: shifts of shape {vectors.shape} must be ({channels}, 2),"
            " dy and dx for every value of fill"
        )
    for dy, dx in vectors.tolist():
        if abs(dy) >= frame_h or abs(dx) >= frame_w:
            raise KernelError(
                f"spatial_shift: dy={dy} dx={dx} must be smaller than"
                f" frame_h={frame_h} frame_w={frame_w}"
            )
    width = signed_width(vectors.min(), vectors.max())
    ahead = vectors @ (frame_w, 1)
    reach = max(0, int(ahead.max()))
    return Instance(
        module="spatial_shift",
        params={
            "Channels": channels,
            "Width": bits,
            "FrameW": frame_w,
            "FrameH": frame_h,
            "ShiftW": width,
            "Dy": pack_bits(vectors[:, 0], width),
            "Dx": pack_bits(vectors[:, 1], width),
            "Fill": pack_bits(outside, bits),
        },
        inputs=(Stream("x", channels * bits, channels),),
        outputs=(Stream("y", channels * bits, channels),),
        function="SpatialShift",
        template=(channels, bits, frame_w, frame_h, reach, reach - int(ahead.min()) + 1),
        tables=(
            Table("dy", width, True, vectors[:, 0]),
            Table("dx", width, True, vectors[:, 1]),
            Table("fill", bits, False, outside & ((1 << bits) - 1)),
        ),
        beats_per_count=frame_w * frame_h,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """A ring of memory for every distance that channels are displaced by."""
    width, frame_w, y = kernel.number("Width"), kernel.number("FrameW"), kernel.outputs[0].width
    dy, dx = (_fields(kernel.bits(name), kernel.number("ShiftW")) for name in ("Dy", "Dx"))
    rings = Counter(row * frame_w + column for row, column in zip(dy, dx, strict=True))
    depths = {ahead: max(0, *rings) - ahead + 2 for ahead in rings}
    counters = sum((depth - 1).bit_length() for depth in depths.values())
    small = {a: d for a, d in depths.items() if d <= LUTRAM_DEPTH}
    deep = [block_ram(rings[a] * width, depths[a]) for a in depths if a not in small]
    held = sum(rings[a] for a in small) * width
    # 4 rings of 8 bits 152 LUTs and 161 flip-flops, 24 of 8 bits 716 and 817
    logic = logic_cost(lut=69 + 1.45 * counters + 1.15 * y, ff=45 + 2 * counters + y + held)
    lutram = [memory_cost(rings[a] * width, depth, family) for a, depth in small.items()]
    return total([logic, *deep, *lutram])


def _fields(bits: Bits, width: int) -> list[int]:
    """The signed integers that `bits` packs."""
    parts = [bits.value >> at & ((1 << width) - 1) for at in range(0, bits.width, width)]
    return [part - (part >> (width - 1) << width) for part in parts]


def proofs() -> tuple[Case, ...]:
    """A frame of six pixels."""
    shifts, fill = np.array([[0, 1], [-1, 0], [1, -1]]), np.array([1, 0, 1])
    width, height = 3, 2
    case = Case(
        spatial_shift(shifts, fill, 1, width, height),
        {"x": Shape(3, 1, width * height)},
        {"y": Shape(3, 1, width * height)},
        lambda x: golden(x.reshape(height, width, 3), shifts, fill),
        Induction(4),
        patience=8,
        eager=False,
    )
    return (case,)


_CROSS = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
_DENSE = np.array([(dy, dx) for dy in range(-2, 3) for dx in range(-2, 3) if (dy, dx) != (0, 0)])
RECORDED: Recorded = {
    "4 channels, up to 1 pixel": lambda: spatial_shift(_CROSS, NO_PAD[:4], 8, 960, 540),
    "24 channels, up to 8 pixels": lambda: spatial_shift(
        4 * _DENSE, np.zeros(24, int), 8, 480, 270
    ),
}
