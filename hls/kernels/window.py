# SPDX-License-Identifier: MIT
"""window: the pixels under every place of a convolution."""

from dataclasses import dataclass
from math import ceil

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    logic_cost,
    memory_cost,
)
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.examples import NO_PAD
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Bounded, Case, Induction, Shape, Way
from tarsier_fpga.hls.describe.ranges import (
    integers,
    require_at_least,
)
from tarsier_fpga.hls.golden.window import window as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["RECORDED", "WindowShape", "cost", "proofs", "window"]


@dataclass(frozen=True, slots=True)
class WindowShape:
    """The geometry of a window kernel; its sizes are those of PyTorch's Conv2d."""

    frame_w: int
    frame_h: int
    kernel: int = 3
    stride: int = 1
    dilation: int = 1
    padding: int | None = None  # None keeps the frame's size at stride 1
    pixels: int = 1  # neighbours of a row in one beat

    @property
    def span(self) -> int:
        """Columns from a window's first pixel to its last."""
        return self.dilation * (self.kernel - 1)

    @property
    def border(self) -> int:
        """Columns of padding on each side."""
        return self.span // 2 if self.padding is None else self.padding

    @property
    def out(self) -> tuple[int, int]:
        """Rows and columns of windows."""
        return self._windows(self.frame_h), self._windows(self.frame_w)

    @property
    def windows(self) -> int:
        """Windows in one beat."""
        return max(1, self.pixels // self.stride)

    @property
    def steps(self) -> tuple[int, int]:
        """Rows and beats that a frame takes: its own, or as many as its windows need.

        >>> WindowShape(8, 6, pixels=2).steps, WindowShape(8, 6, padding=2).steps
        ((6, 4), (8, 10))
        """
        rows, columns = ((n - 1) * self.stride + 1 for n in self.out)
        beats = -(-columns // self.pixels)
        return max(self.frame_h, rows), max(self.frame_w // self.pixels, beats)

    def check(self, name: str = "window") -> None:
        """Raise KernelError unless the kernel `name` exists in this geometry."""
        require_at_least(name, 1, kernel=self.kernel, dilation=self.dilation)
        require_at_least(name, 1, frame_w=self.frame_w, frame_h=self.frame_h)
        if self.stride not in (1, 2):
            raise KernelError(f"{name}: stride={self.stride} must be 1 or 2")
        if self.pixels not in (1, 2, 4):
            raise KernelError(f"{name}: pixels={self.pixels} must be 1, 2 or 4")
        self._check_padding(name)
        lead = self.span - self.border
        least_w, least_h = (-(-lead // self.pixels) + 1) * self.pixels, lead + 1
        if self.frame_w < least_w or self.frame_h < least_h:
            raise KernelError(
                f"{name}: frame_w={self.frame_w} frame_h={self.frame_h} must be >= {least_w},"
                f" {least_h} for a window of {self.span + 1}, padding={self.border}"
            )
        if self.frame_w % self.pixels:
            raise KernelError(f"{name}: pixels={self.pixels} must divide frame_w={self.frame_w}")
        columns = self.out[1]
        if columns % self.windows:
            raise KernelError(
                f"{name}: {self.windows} windows a beat must divide a row of {columns}"
            )

    def _check_padding(self, name: str) -> None:
        if self.padding is None:
            if self.span % 2:
                raise KernelError(
                    f"{name}: kernel={self.kernel} dilation={self.dilation} has no padding that"
                    f" keeps the frame's size; give padding, 0..{self.span}"
                )
            return
        require_at_least(name, 0, padding=self.padding)
        if self.padding > self.span:
            raise KernelError(
                f"{name}: padding={self.padding} must be <= dilation*(kernel-1) = {self.span}"
            )

    def _windows(self, size: int) -> int:
        return (size + 2 * self.border - self.span - 1) // self.stride + 1


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
        padding: rows and columns of it on each side; None keeps the frame's size at stride 1
        pixels: neighbours of a row that one beat carries: 1, 2 or 4

    Raises:
        KernelError: the frame is too small for the window, its width or that of the windows is no
            whole number of beats, or another argument is out of its range.
    """
    require_at_least("window", 1, channels=channels, bits=bits)
    shape = WindowShape(frame_w, frame_h, kernel, stride, dilation, padding, pixels)
    shape.check()
    outside = integers("window", "pad", pad, 1)
    if outside.shape != (channels,):
        raise KernelError(f"window: pad of shape {outside.shape} must be ({channels},)")
    packed = pack_bits(outside, bits)
    taps = shape.windows * kernel**2
    params = {
        "FrameW": frame_w,
        "FrameH": frame_h,
        "Kernel": kernel,
        "Stride": stride,
        "Dilation": dilation,
        "Padding": shape.border,
        "Pixels": pixels,
    }
    return Instance(
        module="window",
        params={"PixelWidth": packed.width, "Pad": packed, **params},
        inputs=(Stream("x", pixels * packed.width, pixels * channels),),
        outputs=(Stream("y", taps * packed.width, taps * channels),),
        function="Window",
        template=(channels, bits, *params.values()),
        tables=(Table("pad", bits, False, outside & ((1 << bits) - 1)),),
        beats_per_count=frame_w // pixels * frame_h,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """The rows that wait in memory, the windows in registers, and what masks the border."""
    names = ("FrameW", "FrameH", "Kernel", "Stride", "Dilation", "Padding", "Pixels")
    shape = WindowShape(*map(kernel.number, names))
    width, pixels = kernel.number("PixelWidth"), shape.pixels
    lead = shape.span - shape.border
    steps_h, steps_w = shape.steps
    # rows of windows that leave without input; their choice among the memory's rows costs LUTs
    flush = max(0, (shape.out[0] - 1) * shape.stride + 1 + lead - steps_h)
    taps = range(0, shape.span + 1, shape.dilation)
    masked = sum(tap < shape.border or tap > lead for tap in taps)
    # pixels of x, of the memory's word, of the columns that wait, and of y, where windows share
    waiting = ceil(lead / pixels) * pixels + shape.border
    shared = {w * shape.stride + tap for w in range(shape.windows) for tap in taps}
    held = pixels * (1 + shape.span) + shape.kernel * (waiting + len(shared))
    counters = (shape.frame_w - 1).bit_length() + (shape.frame_h - 1).bit_length()
    # 960 x 540 of 16 bits 101 LUTs, of 128 bits 325; its windows of 5 x 5 178, of 7 x 7 334
    choice = width * masked * (0.85 + 0.17 * flush**2)
    logic = logic_cost(lut=3.4 * counters + 20 * (flush - 1) + choice, ff=28 + width * held)
    return total([logic, memory_cost(shape.span * pixels * width, steps_w, family)])


def proofs() -> tuple[Case, ...]:
    """Frames of a few pixels."""
    return (
        _proof(3, 2, Induction(1)),
        _proof(4, 2, Bounded(30), stride=2),
        _proof(4, 3, Induction(1), pixels=2),
    )


def _proof(width: int, height: int, way: Way, pixels: int = 1, stride: int = 1) -> Case:
    outside = np.array([1])

    def meaning(x: np.ndarray) -> np.ndarray:
        return golden(x.reshape(height, width, 1), outside, stride=stride)

    instance = window(1, 1, width, height, outside, pixels=pixels, stride=stride)
    windows = meaning(np.zeros(width * height, np.int64))
    lanes = instance.outputs[0].width
    return Case(
        instance,
        {"x": Shape(pixels, 1, width * height // pixels)},
        {"y": Shape(lanes, 1, windows.size // lanes)},
        meaning,
        way,
        patience=12,
        eager=False,
    )


RECORDED: Recorded = {
    "16 × 1 bit, 960 × 540": lambda: window(16, 1, 960, 540, NO_PAD),
    "16 × 1 bit, 5 × 5": lambda: window(16, 1, 960, 540, NO_PAD, kernel=5),
    "16 × 1 bit, 7 × 7": lambda: window(16, 1, 960, 540, NO_PAD, kernel=7),
    "16 × 1 bit, dilated": lambda: window(16, 1, 960, 540, NO_PAD, dilation=2),
    "16 × 1 bit, 4 pixels a beat": lambda: window(16, 1, 960, 540, NO_PAD, pixels=4),
    "16 × 8 bits, 64 × 64": lambda: window(16, 8, 64, 64, NO_PAD),
    "64 × 6 bits, 240 × 136": lambda: window(64, 6, 240, 136, np.zeros(64, int)),
    "4 × 8 bits, 8192 × 64": lambda: window(4, 8, 8192, 64, NO_PAD[:4]),
}
