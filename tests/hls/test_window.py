# SPDX-License-Identifier: MIT
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.window import window as golden
from tarsier_fpga.hls.kernels.window import window
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, agrees, contract, run, seeded, ways

FRAMES = 4


@dataclass(frozen=True)
class Params:
    kernel: int
    stride: int
    dilation: int
    padding: int
    pixels: int
    width: int
    height: int
    channels: int = 1
    bits: int = 1

    @property
    def lead(self):
        """Rows and columns from the first pixel's place to the first window's last pixel."""
        return self.dilation * (self.kernel - 1) - self.padding

    @property
    def out(self):
        """Rows and columns of windows: the size that PyTorch's Conv2d documents."""
        span = self.dilation * (self.kernel - 1)
        return [
            (size + 2 * self.padding - span - 1) // self.stride + 1
            for size in (self.height, self.width)
        ]

    @property
    def windows(self):
        return max(1, self.pixels // self.stride)

    @property
    def steps(self):
        """Rows and beats that a frame takes."""
        rows, columns = ((n - 1) * self.stride + 1 for n in self.out)
        return max(self.height, rows), max(self.width // self.pixels, -(-columns // self.pixels))


@dataclass(frozen=True)
class Choice:
    """What is drawn; which borders there are depends on the kernel, the stride and the beat."""

    border: int  # selects the dilation and the padding
    more_beats: int
    more_rows: int
    channels: int
    bits: int

    def of(self, kernel: int, stride: int, pixels: int) -> Params:
        legal = []
        for dilation in (1, 2, 3):
            for padding in range(dilation * (kernel - 1) + 1):
                p = Params(kernel, stride, dilation, padding, pixels, 0, 0)
                width = (-(-p.lead // pixels) + 1 + self.more_beats) * pixels
                p = replace(p, width=width, height=p.lead + 1 + self.more_rows)
                if p.out[1] % p.windows == 0:
                    legal.append(p)
        p = legal[self.border % len(legal)]
        return replace(p, channels=self.channels, bits=self.bits)


choices = st.builds(
    Choice,
    border=st.integers(0, 1000),
    more_beats=st.integers(0, 6),
    more_rows=st.integers(0, 5),
    channels=st.integers(1, 3),
    bits=st.integers(1, 3),
)
KINDS = list(product(range(1, 8), (1, 2), (1, 2, 4)))  # kernel, stride, pixels
GRID = Grid(
    choices,
    len(KINDS),
    of=lambda drawn: [choice.of(*kind) for choice, kind in zip(drawn, KINDS, strict=True)],
    also=[
        Params(3, 1, 1, 1, 1, width=2, height=2),
        Params(3, 1, 1, 1, 1, width=4, height=3, channels=16, bits=8),  # beyond a plain ap_int
        Params(5, 1, 1, 2, 1, width=7, height=5),
        Params(7, 1, 1, 3, 1, width=4, height=4),
        Params(7, 1, 1, 3, 2, width=10, height=6),
    ],
    quick=Params(5, 1, 1, 2, 1, width=7, height=5, channels=2, bits=3),
)
WIDE = [
    Params(3, 1, 1, 1, 1, width=8192, height=3),
    Params(5, 1, 2, 4, 4, width=8192, height=6),
    Params(7, 2, 1, 3, 2, width=8190, height=5, channels=3),
]


def pad_of(p: Params) -> np.ndarray:
    return seeded(p).integers(0, 1 << p.bits, p.channels)


def kernel_of(p: Params):
    return window(
        p.channels,
        p.bits,
        p.width,
        p.height,
        pad_of(p),
        kernel=p.kernel,
        stride=p.stride,
        dilation=p.dilation,
        padding=p.padding,
        pixels=p.pixels,
    )


def case(p: Params, frames: np.ndarray, more: int = 0) -> Case:
    """`frames` through the kernel, and `more` beats of one frame beyond them."""
    pad = pad_of(p)
    y = [golden(f, pad, p.kernel, p.stride, p.dilation, p.padding) for f in frames]
    expected = np.concatenate(y).reshape(-1, p.windows * p.kernel**2 * p.channels)
    x = np.concatenate([frames, frames[:1]]).reshape(-1, p.pixels * p.channels)
    x = x[: frames.size // x.shape[1] + more]
    return Case(p, kernel_of(p), {"x": pack(x, p.bits)}, {"y": pack(expected, p.bits)})


def random_case(p: Params) -> Case:
    return case(p, random_frames(p))


def extreme_case(p: Params) -> Case:
    return case(p, extreme_frames(p))


def random_frames(p: Params, count: int = FRAMES) -> np.ndarray:
    return seeded(p).integers(0, 1 << p.bits, (count, p.height, p.width, p.channels))


def extreme_frames(p: Params) -> np.ndarray:
    ones = np.full((p.height, p.width, p.channels), (1 << p.bits) - 1)
    chess = np.indices((p.height, p.width)).sum(axis=0)[..., None] % 2 * ones
    return np.array([ones, 0 * ones, chess, ones - chess])


# pauses of x let the bottom rows leave in part before the next frame's first rows arrive
test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case, [{"y": 0.9}, {"x": 0.9}, {"x": 0.5, "y": 0.5}]
)


@ways
def test_frames_may_be_8192_pixels_wide(way):
    agrees([case(p, random_frames(p, 2)) for p in WIDE], way)


def test_last_windows_need_no_further_pixels():
    for part in (0.0, 0.2, 0.5, 0.8, 1.0):
        # one beat less than the first window of the next frame needs
        most = {p: p.lead * p.width // p.pixels + -(-p.lead // p.pixels) for p in GRID}
        agrees([case(p, random_frames(p, 1), int(part * most[p])) for p in GRID], {"x": part / 2})


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        steps_h, steps_w = p.steps
        frame = np.arange(FRAMES)[:, None, None] * steps_h * steps_w
        row, beat = np.indices((p.height, p.width // p.pixels))
        assert np.array_equal(ran.in_cycles["x"], (frame + row * steps_w + beat).ravel()), p
        row, beat = np.indices((p.out[0], p.out[1] // p.windows)) * p.stride
        if p.pixels > 1:
            beat //= p.stride  # windows are left out within a beat
        leave = (row + p.lead) * steps_w + beat + -(-p.lead // p.pixels) + 2
        assert np.array_equal(ran.out_cycles["y"], (frame + leave).ravel()), p


def test_latency_when_the_input_pauses():
    results = run([random_case(p) for p in GRID], {"x": 0.6})
    for p, ran in zip(GRID, results, strict=True):
        beats_w = p.width // p.pixels
        taken = ran.in_cycles["x"].reshape(FRAMES, p.height, beats_w).astype(int)
        left = ran.out_cycles["y"].reshape(FRAMES, p.out[0], -1).astype(int)
        beats = np.arange(left.shape[2]) * (p.stride if p.pixels == 1 else 1)
        beats += -(-p.lead // p.pixels)  # the last one that each window needs
        rows = np.arange(p.out[0]) * p.stride + p.lead
        inside = rows < p.height
        needed = taken[:, rows[inside]][:, :, np.minimum(beats, beats_w - 1)]
        late = np.maximum(beats - (beats_w - 1), 0)
        assert np.array_equal(left[:, inside], needed + 2 + late), p
        # no input follows the last frame: its bottom rows leave one beat per cycle
        below = (rows[~inside, None] - p.height + 1) * p.steps[1] + beats - (beats_w - 1)
        assert np.array_equal(left[-1, ~inside], taken[-1, -1, -1] + 2 + below), p


PAD = np.array([0, 0])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"kernel": 0}, r"kernel=0 must be an integer >= 1"),
        ({"stride": 3}, r"stride=3 must be 1 or 2"),
        ({"pixels": 3}, r"pixels=3 must be 1, 2 or 4"),
        ({"padding": 3}, r"padding=3 must be <= dilation\*\(kernel-1\) = 2"),
        ({"kernel": 2}, r"kernel=2 dilation=1 has no padding that keeps .*; give padding, 0..1"),
        ({"kernel": 7}, r"frame_w=8 frame_h=3 must be >= 4, 4 for a window of 7, padding=3"),
        ({"frame_w": 1}, r"frame_w=1 frame_h=3 must be >= 2, 2 for a window of 3, padding=1"),
        ({"frame_w": 9, "pixels": 2}, r"pixels=2 must divide frame_w=9"),
        ({"padding": 0, "pixels": 4}, r"4 windows a beat must divide a row of 6"),
        ({"pad": np.array([0, 0, 0])}, r"pad of shape \(3,\) must be \(2,\)"),
        ({"pad": np.array([0, 9])}, r"items 0..9 do not fit in width=3 bits"),
    ],
)
def test_constructor_rejects(arguments, sentence):
    with pytest.raises(KernelError, match=sentence):
        window(**{"channels": 2, "bits": 3, "frame_w": 8, "frame_h": 3, "pad": PAD} | arguments)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"Kernel": 0}, "PixelWidth=6 Kernel=0 Dilation=1, all must be >= 1"),
        ({"Stride": 3}, "Stride=3 must be 1 or 2"),
        ({"Pixels": 3}, "Pixels=3 must be 1, 2 or 4"),
        ({"Padding": 3}, "Padding=3 must be <= Dilation*(Kernel-1) = 2"),
        ({"FrameH": 1}, "FrameW=8 FrameH=1 must be >= 2, 2 for a window of 3, Padding=1"),
        ({"FrameW": 9, "Pixels": 2}, "Pixels=2 must divide FrameW=9"),
        ({"Padding": 0, "Pixels": 4}, "4 windows a beat must divide a row of 6"),
    ],
)
def test_elaboration_rejects(refused, parameters, sentence):
    assert f"window: {sentence}" in refused(window(2, 3, 8, 3, PAD), **parameters)
