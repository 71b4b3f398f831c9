# SPDX-License-Identifier: MIT
"""Constructor of the kernel that gathers the pixels under a convolution."""

import numpy as np

from hls.errors import KernelError
from hls.instance import Instance, Stream, Table, pack_bits
from hls.make.ranges import integers, require_at_least

__all__ = ["window"]


def window(
    channels: int,
    bits: int,
    frame_w: int,
    frame_h: int,
    pad: np.ndarray,
    *,
    kernel: int = 3,
    stride: int = 1,
    dilation: int = 1,
    padding: int | None = None,
    pixels: int = 1,
) -> Instance:
    """The `kernel` x `kernel` pixels, of `channels` lanes of `bits` bits, under a convolution.

    Args:
        pad: (channels,) integers, the pixel that stands outside the frame
        padding: columns and rows of it on each side; None keeps the frame's size at stride 1
        pixels: neighbours of a row that one beat carries: 1, 2 or 4

    Raises:
        KernelError: the frame is too small for the window, its width or that of the windows is no
            whole number of beats, or another argument is out of its range.
    """
    require_at_least(
        "window", 1, channels=channels, bits=bits, kernel=kernel, dilation=dilation, pixels=pixels
    )
    if stride not in (1, 2):
        raise KernelError(f"window: stride={stride} must be 1 or 2")
    if pixels not in (1, 2, 4):
        raise KernelError(f"window: pixels={pixels} must be 1, 2 or 4")
    padding = _padding(kernel, dilation, padding)
    _check_frame(frame_w, frame_h, kernel, stride, dilation, padding, pixels)
    outside = integers("window", "pad", pad, 1)
    if outside.shape != (channels,):
        raise KernelError(f"window: pad of shape {outside.shape} must be ({channels},)")
    packed = pack_bits(outside, bits)
    shape = {
        "FrameW": frame_w,
        "FrameH": frame_h,
        "Kernel": kernel,
        "Stride": stride,
        "Dilation": dilation,
        "Padding": padding,
        "Pixels": pixels,
    }
    windows = max(1, pixels // stride)
    return Instance(
        module="window",
        params={"PixelWidth": packed.width, "Pad": packed, **shape},
        inputs=(Stream("x", pixels * packed.width),),
        outputs=(Stream("y", windows * kernel**2 * packed.width),),
        function="Window",
        template=(channels, bits, *shape.values()),
        tables=(Table("pad", bits, False, outside & ((1 << bits) - 1)),),
        beats_per_count=frame_w // pixels * frame_h,
    )


def _padding(kernel: int, dilation: int, padding: int | None) -> int:
    span = dilation * (kernel - 1)
    if padding is None:
        if span % 2:
            raise KernelError(
                f"window: kernel={kernel} dilation={dilation} has no padding that keeps the"
                f" frame's size; give padding, 0..{span}"
            )
        return span // 2
    require_at_least("window", 0, padding=padding)
    if padding > span:
        raise KernelError(
            f"window: padding={padding} must be <= {span} for kernel={kernel} dilation={dilation}"
        )
    return padding


def _check_frame(frame_w, frame_h, kernel, stride, dilation, padding, pixels) -> None:
    require_at_least("window", 1, frame_w=frame_w, frame_h=frame_h)
    span = dilation * (kernel - 1)
    lead = span - padding
    least_w, least_h = (-(-lead // pixels) + 1) * pixels, lead + 1
    if frame_w < least_w or frame_h < least_h:
        raise KernelError(
            f"window: frame_w={frame_w} frame_h={frame_h} must be >= {least_w}, {least_h}"
            f" for a window of {span + 1}, padding={padding}"
        )
    if frame_w % pixels:
        raise KernelError(f"window: pixels={pixels} must divide frame_w={frame_w}")
    windows, columns = max(1, pixels // stride), (frame_w + 2 * padding - span - 1) // stride + 1
    if columns % windows:
        raise KernelError(f"window: {windows} windows a beat must divide a row of {columns}")
