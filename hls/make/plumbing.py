# SPDX-License-Identifier: MIT
"""Constructors of the kernels that move pixels without changing them."""

from enum import StrEnum

import numpy as np

from hls.errors import KernelError
from hls.instance import Instance, Stream, Table, pack_bits
from hls.make.ranges import integers, require_at_least

__all__ = ["RamStyle", "fifo", "stream_fork", "width_adapter", "window"]


class RamStyle(StrEnum):
    """Which memory the synthesis is asked to use; AUTO leaves the choice to it."""

    AUTO = "auto"
    DISTRIBUTED = "distributed"
    BLOCK = "block"
    ULTRA = "ultra"


def fifo(width: int, depth: int, ram_style: RamStyle = RamStyle.AUTO) -> Instance:
    """A queue of exactly `depth` beats.

    Raises:
        KernelError: `width` or `depth` is below 1, or `ram_style` is none of RamStyle.
    """
    require_at_least("fifo", 1, width=width, depth=depth)
    if ram_style not in list(RamStyle):
        raise KernelError(f"fifo: ram_style={ram_style} must be one of {', '.join(RamStyle)}")
    return Instance(
        module="fifo",
        params={"Width": width, "Depth": depth, "RamStyle": str(ram_style)},
        inputs=(Stream("x", width),),
        outputs=(Stream("y", width),),
        function="Fifo",
        template=(width, depth),
    )


def stream_fork(width: int) -> Instance:
    """One stream to two readers, each at its own pace within one beat."""
    require_at_least("stream_fork", 1, width=width)
    return Instance(
        module="stream_fork",
        params={"Width": width},
        inputs=(Stream("x", width),),
        outputs=(Stream("y0", width), Stream("y1", width)),
        function="StreamFork",
        template=(width,),
    )


def width_adapter(x_width: int, y_width: int) -> Instance:
    """Narrow words gathered into wide beats or wide beats cut into words, first word low."""
    require_at_least("width_adapter", 1, x_width=x_width, y_width=y_width)
    if x_width % y_width and y_width % x_width:
        raise KernelError(
            f"width_adapter: of x_width={x_width} and y_width={y_width} one must divide the other"
        )
    return Instance(
        module="width_adapter",
        params={"XWidth": x_width, "YWidth": y_width},
        inputs=(Stream("x", x_width),),
        outputs=(Stream("y", y_width),),
        function="WidthAdapter",
        template=(x_width, y_width),
        beats_per_count=max(1, y_width // x_width),
    )


def window(channels: int, bits: int, frame_w: int, frame_h: int, pad: np.ndarray) -> Instance:
    """The 3x3 neighbourhood of every pixel of `channels` lanes of `bits` bits.

    Args:
        pad: (channels,) integers, the pixel that stands outside the frame

    Raises:
        KernelError: the frame is smaller than 2x2, or `pad` is not one value a channel.
    """
    require_at_least("window", 1, channels=channels, bits=bits)
    require_at_least("window", 2, frame_w=frame_w, frame_h=frame_h)
    outside = integers("window", "pad", pad, 1)
    if outside.shape != (channels,):
        raise KernelError(f"window: pad of shape {outside.shape} must be ({channels},)")
    packed = pack_bits(outside, bits)
    return Instance(
        module="window",
        params={
            "PixelWidth": packed.width,
            "FrameW": frame_w,
            "FrameH": frame_h,
            "Pad": packed,
        },
        inputs=(Stream("x", packed.width),),
        outputs=(Stream("y", 9 * packed.width),),
        function="Window",
        template=(channels, bits, frame_w, frame_h),
        tables=(Table("pad", bits, False, outside & ((1 << bits) - 1)),),
        beats_per_count=frame_w * frame_h,
    )
