# SPDX-License-Identifier: MIT
"""Constructor of the kernel that puts a border around a frame."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.make.ranges import integers, require_at_least
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["pad"]


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
    pixel = integers("pad", "outside", np.zeros(channels, int) if replicate else outside, 1)
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
        inputs=(Stream("x", packed.width),),
        outputs=(Stream("y", packed.width),),
        function="Pad",
        template=(channels, bits, *sizes.values()),
        tables=(Table("outside", bits, False, pixel & ((1 << bits) - 1)),),
        beats_per_count=frame_w * frame_h,
    )
