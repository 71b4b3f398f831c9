# SPDX-License-Identifier: MIT
"""window_fold: the terms of a folded dot product, read from memory in the order of its steps."""

from dataclasses import dataclass

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import logic_cost, styled_memory_cost
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Bounded, Case, Shape
from tarsier_fpga.hls.describe.ranges import integers, require_at_least
from tarsier_fpga.hls.golden.window_fold import window_fold as golden
from tarsier_fpga.hls.kernels.window import WindowShape
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits
from tarsier_fpga.hls.netlist.ram_style import RamStyle

__all__ = ["RECORDED", "FoldOrder", "cost", "proofs", "window_fold"]


@dataclass(frozen=True, slots=True)
class FoldOrder:
    """In which beats a pixel's channels come, and how often they are read.

    Attributes:
        simd: channels of a beat
        groups: of channels that one row of the matrix sees
        passes: over the channels of a group, one for each step over its rows
    """

    simd: int
    groups: int = 1
    passes: int = 1

    def beats(self, kernel: int, channels: int) -> int:
        """Beats of one place.

        >>> FoldOrder(simd=16, groups=2, passes=3).beats(kernel=3, channels=64)
        108
        """
        return kernel**2 * self.passes * (channels // self.simd)


def window_fold(
    channels: int,
    bits: int,
    frame_w: int,
    frame_h: int,
    pad: np.ndarray,
    order: FoldOrder,
    *,
    kernel: int = 3,
    stride: int = 1,
    dilation: int = 1,
    padding: int | None = None,
    ram_style: RamStyle = RamStyle.AUTO,
) -> Instance:
    """The `kernel` x `kernel` pixels under a convolution, `order.simd` channels of one at a time.

    Args:
        pad: (channels,) integers, the pixel that stands outside the frame
        padding: rows and columns of it on each side; None keeps the frame's size at stride 1

    Raises:
        KernelError: the frame is too small for the window, the channels are no whole number of
            groups and beats, or another argument is out of its range.
    """
    require_at_least("window_fold", 1, channels=channels, bits=bits)
    require_at_least("window_fold", 1, simd=order.simd, groups=order.groups, passes=order.passes)
    shape = WindowShape(frame_w, frame_h, kernel, stride, dilation, padding)
    shape.check("window_fold")
    if channels % (order.simd * order.groups):
        raise KernelError(
            f"window_fold: simd={order.simd} times groups={order.groups} must divide"
            f" channels={channels}"
        )
    if ram_style not in list(RamStyle):
        raise KernelError(
            f"window_fold: ram_style={ram_style} must be one of {', '.join(RamStyle)}"
        )
    outside = integers("window_fold", "pad", pad, 1)
    if outside.shape != (channels,):
        raise KernelError(f"window_fold: pad of shape {outside.shape} must be ({channels},)")
    geometry = {
        "FrameW": frame_w,
        "FrameH": frame_h,
        "Kernel": kernel,
        "Stride": stride,
        "Dilation": dilation,
        "Padding": shape.border,
        "Groups": order.groups,
        "Passes": order.passes,
    }
    lanes = {"Channels": channels, "Width": bits, "Simd": order.simd}
    stream = order.simd * bits
    return Instance(
        module="window_fold",
        params={
            **lanes,
            "Pad": pack_bits(outside, bits),
            **geometry,
            "RamStyle": RamStyle(ram_style),
        },
        inputs=(Stream("x", stream, order.simd),),
        outputs=(Stream("y", stream, order.simd),),
        function="WindowFold",
        template=(*lanes.values(), *geometry.values()),
        tables=(Table("pad", bits, False, outside & ((1 << bits) - 1)),),
        beats_per_count=frame_w * frame_h * channels // order.simd,
    )


def pixels_kept(shape: WindowShape) -> int:
    """Pixels in the memory: a window's rows, its last pixel, and what comes while it is read.

    >>> pixels_kept(WindowShape(240, 135)), pixels_kept(WindowShape(240, 135, stride=2))
    (485, 725)
    """
    return shape.span * (shape.frame_w + 1) + (shape.stride - 1) * shape.frame_w + 3


def cost(kernel: Instance, family: Family) -> Resources:
    """The memory, what finds the places in it, and the beat behind it."""
    names = ("FrameW", "FrameH", "Kernel", "Stride", "Dilation", "Padding")
    shape = WindowShape(*map(kernel.number, names))
    width, words = kernel.inputs[0].width, kernel.number("Channels") // kernel.number("Simd")
    size = pixels_kept(shape) * words
    style = RamStyle(str(kernel.params["RamStyle"]))
    counters = [size, shape.frame_w * shape.frame_h, shape.frame_w, shape.frame_h]
    bits = sum((count - 1).bit_length() for count in counters)
    # 64 channels of 6 bits, 16 lanes, 240 x 136: 119 LUTs, 174 flip-flops; 5 x 5 and 7 x 7 12
    # and 21 LUTs more, for what hangs out; a border that is not 0 one for each bit of a beat
    border = 10 * max(0, shape.border - 1) + (width if kernel.bits("Pad").value else 0)
    logic = logic_cost(lut=22 + 2.2 * bits + border, ff=36 + bits + width)
    return total([logic, styled_memory_cost(width, size, style, family)])


def proofs() -> tuple[Case, ...]:
    """Frames of a few pixels."""
    return (
        _proof(2, 3, FoldOrder(1), kernel=2),
        _proof(2, 3, FoldOrder(1, groups=2), kernel=1, stride=2),
    )


def _proof(width: int, height: int, order: FoldOrder, *, kernel: int, stride: int = 1) -> Case:
    outside = np.array([1, 0])[: order.groups]
    channels = len(outside)

    def meaning(x: np.ndarray) -> np.ndarray:
        frame = x.reshape(height, width, channels)
        return golden(frame, outside, kernel, stride, 1, 0, order.groups, order.passes)

    instance = window_fold(
        channels, 1, width, height, outside, order, kernel=kernel, stride=stride, padding=0
    )
    terms = meaning(np.zeros(width * height * channels, np.int64)).size
    beats = width * height * channels // order.simd
    return Case(
        instance,
        {"x": Shape(order.simd, 1, beats)},
        {"y": Shape(order.simd, 1, terms // order.simd)},
        meaning,
        Bounded(24),
        patience=12,
        eager=False,
        units=6,
    )


_NO_PAD = np.zeros(64, int)
RECORDED: Recorded = {
    "64 × 6 bits, 240 × 136, 16 lanes": lambda: _recorded(FoldOrder(16, 1, 8), 240, 136),
    "64 × 6 bits, 240 × 136, 16 lanes, 4 groups": lambda: _recorded(FoldOrder(16, 4, 8), 240, 136),
    "64 × 6 bits, 240 × 136, 4 lanes, 4 groups": lambda: _recorded(FoldOrder(4, 4, 2), 240, 136),
    "64 × 6 bits, 60 × 34, 8 lanes": lambda: _recorded(FoldOrder(8, 1, 32), 60, 34),
    "64 × 6 bits, 240 × 136, 16 lanes, stride 2": lambda: _recorded(
        FoldOrder(16, 1, 8), 240, 136, stride=2
    ),
    "48 × 6 bits, 240 × 136, 12 lanes, ultra": lambda: window_fold(
        48, 6, 240, 136, _NO_PAD[:48], FoldOrder(12, 1, 8), ram_style=RamStyle.ULTRA
    ),
}


def _recorded(order: FoldOrder, width: int, height: int, stride: int = 1) -> Instance:
    return window_fold(64, 6, width, height, _NO_PAD, order, stride=stride)
