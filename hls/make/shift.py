# SPDX-License-Identifier: MIT
"""Constructor of the kernel that displaces channels."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.make.ranges import integers, require_at_least, signed_width
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["spatial_shift"]


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
        inputs=(Stream("x", channels * bits),),
        outputs=(Stream("y", channels * bits),),
        function="SpatialShift",
        template=(channels, bits, frame_w, frame_h, reach, reach - int(ahead.min()) + 1),
        tables=(
            Table("dy", width, True, vectors[:, 0]),
            Table("dx", width, True, vectors[:, 1]),
            Table("fill", bits, False, outside & ((1 << bits) - 1)),
        ),
        beats_per_count=frame_w * frame_h,
    )
