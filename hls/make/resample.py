# SPDX-License-Identifier: MIT
"""Constructors of the kernels whose frames change their size."""

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.make.ranges import require_at_least
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["avg_pool", "pixel_shuffle", "pixel_unshuffle", "upsample_bilinear", "upsample_nearest"]


def pixel_shuffle(channels: int, bits: int, frame_w: int, factor: int) -> Instance:
    """A pixel of `channels` * factor^2 lanes becomes factor x factor pixels of `channels`.

    Args:
        frame_w: pixels of a row that comes in
    """
    require_at_least("pixel_shuffle", 1, channels=channels, bits=bits, frame_w=frame_w)
    require_at_least("pixel_shuffle", 2, factor=factor)
    return Instance(
        module="pixel_shuffle",
        params={"Channels": channels, "Width": bits, "FrameW": frame_w, "Factor": factor},
        inputs=(Stream("x", channels * factor**2 * bits),),
        outputs=(Stream("y", channels * bits),),
        function="PixelShuffle",
        template=(channels, bits, frame_w, factor),
        beats_per_count=frame_w,
    )


def pixel_unshuffle(channels: int, bits: int, frame_w: int, factor: int, lanes: int) -> Instance:
    """factor x factor pixels of `channels` lanes become one pixel, `lanes` of its channels a beat.

    Args:
        frame_w: pixels of a row that comes in

    Raises:
        KernelError: `factor` does not divide the frame, `lanes` does not cut a pixel into whole
            beats of whole rows or whole squares, or there would be more beats than cycles.
    """
    kernel = "pixel_unshuffle"
    require_at_least(kernel, 1, channels=channels, bits=bits, frame_w=frame_w, lanes=lanes)
    require_at_least(kernel, 2, factor=factor)
    if frame_w % factor:
        raise KernelError(f"{kernel}: frame_w={frame_w} must be a multiple of factor={factor}")
    square = factor**2
    sets = max(1, lanes // square)
    if lanes % factor or (square % lanes and lanes % square) or channels % sets:
        raise KernelError(
            f"{kernel}: lanes={lanes} must be a multiple of factor={factor} that divides {square},"
            f" or a multiple of {square} that divides {channels * square}"
        )
    columns = frame_w // factor
    if channels // sets > min(factor, columns):
        raise KernelError(
            f"{kernel}: lanes={lanes} is too few to keep pace: {channels // sets} sets of channels"
            f" must be <= factor={factor} and <= {columns} columns"
        )
    return Instance(
        module=kernel,
        params={
            "Channels": channels,
            "Width": bits,
            "FrameW": frame_w,
            "Factor": factor,
            "Lanes": lanes,
        },
        inputs=(Stream("x", channels * bits),),
        outputs=(Stream("y", lanes * bits),),
        function="PixelUnshuffle",
        template=(channels, bits, frame_w, factor, lanes),
        beats_per_count=frame_w * factor,
    )


def upsample_nearest(channels: int, bits: int, frame_w: int, factor: int) -> Instance:
    """Every pixel factor x factor times.

    Args:
        frame_w: pixels of a row that comes in
    """
    require_at_least("upsample_nearest", 1, channels=channels, bits=bits, frame_w=frame_w)
    require_at_least("upsample_nearest", 2, factor=factor)
    width = channels * bits
    return Instance(
        module="upsample_nearest",
        params={"PixelWidth": width, "FrameW": frame_w, "Factor": factor},
        inputs=(Stream("x", width),),
        outputs=(Stream("y", width),),
        function="UpsampleNearest",
        template=(width, frame_w, factor),
        beats_per_count=frame_w,
    )


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
    return _summing(
        "upsample_bilinear", "UpsampleBilinear", lanes, x_width, 4, x_signed, frame_w, frame_h
    )


def avg_pool(lanes: int, x_width: int, x_signed: bool, frame_w: int, frame_h: int) -> Instance:
    """The sums of squares of 2x2 pixels, in 2 bits more.

    Args:
        frame_w, frame_h: of the frame that comes in
    """
    require_at_least("avg_pool", 1, lanes=lanes, x_width=x_width)
    require_at_least("avg_pool", 2, frame_w=frame_w, frame_h=frame_h)
    return _summing("avg_pool", "AvgPool", lanes, x_width, 2, x_signed, frame_w, frame_h)


def _summing(
    module: str,
    function: str,
    lanes: int,
    x_width: int,
    growth: int,
    x_signed: bool,
    frame_w: int,
    frame_h: int,
) -> Instance:
    return Instance(
        module=module,
        params={
            "Lanes": lanes,
            "XWidth": x_width,
            "XSigned": int(x_signed),
            "FrameW": frame_w,
            "FrameH": frame_h,
        },
        inputs=(Stream("x", lanes * x_width),),
        outputs=(Stream("y", lanes * (x_width + growth)),),
        function=function,
        template=(lanes, x_width, int(x_signed), frame_w, frame_h),
        beats_per_count=frame_w * frame_h,
    )
