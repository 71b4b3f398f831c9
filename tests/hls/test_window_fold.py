# SPDX-License-Identifier: MIT
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.window import window as whole
from tarsier_fpga.hls.golden.window_fold import window_fold as golden
from tarsier_fpga.hls.kernels.window_fold import FoldOrder, window_fold
from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.netlist.ram_style import RamStyle
from tests.hls.grid import Case, Grid, agrees, contract, run, seeded

FRAMES = 4


@dataclass(frozen=True)
class Params:
    kernel: int
    stride: int
    dilation: int
    padding: int
    width: int
    height: int
    parts: int = 1
    groups: int = 1
    passes: int = 1
    simd: int = 1
    bits: int = 1
    style: RamStyle = RamStyle.AUTO

    @property
    def span(self):
        return self.dilation * (self.kernel - 1)

    @property
    def channels(self):
        return self.simd * self.parts * self.groups

    @property
    def geometry(self):
        names = ("kernel", "stride", "dilation", "padding")
        return {name: getattr(self, name) for name in names}

    @property
    def out(self):
        """Rows and columns of places: the size that PyTorch's Conv2d documents."""
        return [
            (size + 2 * self.padding - self.span - 1) // self.stride + 1
            for size in (self.height, self.width)
        ]

    @property
    def fold(self):
        """Beats of a place."""
        return self.kernel**2 * self.passes * self.parts * self.groups

    @property
    def first(self):
        """Pixels that the first place needs, those beyond the right border counted on."""
        return (self.span - self.padding) * (self.width + 1) + 1

    @property
    def taken(self):
        """Beats of x in a frame."""
        return self.width * self.height * self.parts * self.groups


@dataclass(frozen=True)
class Choice:
    """What is drawn; which borders there are depends on the kernel and the stride."""

    border: int  # selects the dilation and the padding
    more_columns: int
    more_rows: int
    parts: int
    groups: int
    passes: int
    simd: int
    bits: int

    def of(self, kernel: int, stride: int) -> Params:
        borders = [(d, p) for d in (1, 2, 3) for p in range(d * (kernel - 1) + 1)]
        dilation, padding = borders[self.border % len(borders)]
        lead = dilation * (kernel - 1) - padding
        size = (lead + 1 + self.more_columns, lead + 1 + self.more_rows)
        order = (self.parts, self.groups, self.passes, self.simd)
        return Params(kernel, stride, dilation, padding, *size, *order, self.bits)


choices = st.builds(
    Choice,
    border=st.integers(0, 1000),
    more_columns=st.integers(0, 6),
    more_rows=st.integers(0, 5),
    parts=st.integers(1, 3),
    groups=st.integers(1, 3),
    passes=st.integers(1, 3),
    simd=st.integers(1, 3),
    bits=st.integers(1, 3),
)
KINDS = list(product(range(1, 8), (1, 2))) * 2  # kernel, stride
SAME = Params(3, 1, 1, 1, width=7, height=5, parts=2, groups=2, passes=2, simd=2, bits=3)
GRID = Grid(
    choices,
    len(KINDS),
    of=lambda drawn: [choice.of(*kind) for choice, kind in zip(drawn, KINDS, strict=True)],
    also=[
        SAME,
        Params(3, 1, 1, 1, width=2, height=2),
        Params(3, 2, 1, 1, width=8, height=6, parts=2, passes=2),
        Params(1, 2, 1, 0, width=5, height=5, parts=2),
        Params(2, 2, 1, 0, width=5, height=4),
        Params(5, 1, 1, 4, width=3, height=1, simd=2),  # windows that mostly hang out
        *(replace(SAME, style=style) for style in RamStyle if style != RamStyle.AUTO),
    ],
    quick=SAME,
)


def pad_of(p: Params) -> np.ndarray:
    return seeded(p).integers(0, 1 << p.bits, p.channels)


def kernel_of(p: Params):
    order = FoldOrder(p.simd, p.groups, p.passes)
    size = (p.width, p.height)
    pad = pad_of(p)
    return window_fold(p.channels, p.bits, *size, pad, order, **p.geometry, ram_style=p.style)


def case(p: Params, frames: np.ndarray, more: int = 0) -> Case:
    """`frames` through the kernel, and `more` beats of one frame beyond them."""
    pad = pad_of(p)
    y = [golden(f, pad, **p.geometry, groups=p.groups, passes=p.passes) for f in frames]
    expected = np.concatenate(y).reshape(-1, p.simd)
    x = np.concatenate([frames, frames[:1]]).reshape(-1, p.simd)[: len(frames) * p.taken + more]
    return Case(p, kernel_of(p), {"x": pack(x, p.bits)}, {"y": pack(expected, p.bits)})


def random_frames(p: Params, count: int = FRAMES) -> np.ndarray:
    return seeded(p).integers(0, 1 << p.bits, (count, p.height, p.width, p.channels))


def random_case(p: Params) -> Case:
    return case(p, random_frames(p))


def extreme_case(p: Params) -> Case:
    ones = np.full((p.height, p.width, p.channels), (1 << p.bits) - 1)
    chess = np.indices((p.height, p.width)).sum(axis=0)[..., None] % 2 * ones
    return case(p, np.array([ones, 0 * ones, chess, ones - chess]))


# pauses of x let the last places of a frame be read before the next one's first rows arrive
test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case, [{"y": 0.9}, {"x": 0.9}, {"x": 0.5, "y": 0.5}]
)


def test_golden_is_that_of_the_whole_window_in_another_order(rng):
    frame, pad = rng.integers(0, 9, (5, 6, 4)), rng.integers(0, 9, 4)
    folded = golden(frame, pad, groups=2, passes=3)
    assert folded.shape == (5, 6, 6, 18)
    taps = whole(frame, pad).reshape(5, 6, 9, 2, 2)  # tap, group, channel
    for vector in range(6):
        assert np.array_equal(folded[:, :, vector], taps[:, :, :, vector // 3].reshape(5, 6, 18))


def test_last_places_need_no_further_pixels():
    for part in (0.0, 0.2, 0.5, 1.0):
        # a pixel less than the first place of the next frame needs
        most = {p: min(p.first, p.width * p.height) - 1 for p in GRID}
        more = {p: int(part * most[p] * p.parts * p.groups) for p in GRID}
        agrees([case(p, random_frames(p, 1), more[p]) for p in GRID], {"x": part / 2})


def test_a_frame_takes_as_many_cycles_as_its_longer_stream_has_beats():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        rows, columns = p.out
        busy = max(rows * columns * p.fold, p.taken)
        ends = ran.out_cycles["y"][rows * columns * p.fold - 1 :: rows * columns * p.fold]
        if 2 * p.padding == p.span and rows * columns * p.fold >= 2 * p.taken:
            assert np.array_equal(np.diff(ends), np.full(FRAMES - 1, busy)), p
        else:  # a frame's last place waits for its last pixel, and the next frame's first for more
            lag = (p.span + p.stride) * (p.width + 1) * p.parts * p.groups
            assert np.all(np.diff(ends) <= busy + rows * p.fold + lag), p


def test_latency():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID], {"x": 0.8}), strict=True):
        pixels = p.width * p.height
        first = pixels if p.out == [1, 1] else min(p.first, pixels)
        taken = ran.in_cycles["x"][first * p.parts * p.groups - 1]
        assert ran.out_cycles["y"][0] == taken + 3, p


PAD = np.zeros(4, int)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"kernel": 0}, r"window_fold: kernel=0 must be an integer >= 1"),
        ({"stride": 3}, r"window_fold: stride=3 must be 1 or 2"),
        ({"padding": 3}, r"window_fold: padding=3 must be <= dilation\*\(kernel-1\) = 2"),
        ({"kernel": 2}, r"window_fold: kernel=2 dilation=1 has no padding that keeps"),
        ({"kernel": 7}, r"window_fold: frame_w=8 frame_h=3 must be >= 4, 4 for a window of 7"),
        ({"order": FoldOrder(3)}, r"simd=3 times groups=1 must divide channels=4"),
        ({"order": FoldOrder(2, 4)}, r"simd=2 times groups=4 must divide channels=4"),
        ({"order": FoldOrder(1, 1, 0)}, r"passes=0 must be an integer >= 1"),
        ({"pad": np.array([0, 0, 0])}, r"pad of shape \(3,\) must be \(4,\)"),
        ({"ram_style": "slow"}, r"ram_style=slow must be one of auto, distributed, block, ultra"),
    ],
)
def test_constructor_rejects(arguments, sentence):
    given = {"channels": 4, "bits": 3, "frame_w": 8, "frame_h": 3, "pad": PAD}
    with pytest.raises(KernelError, match=sentence):
        window_fold(**given | {"order": FoldOrder(2)} | arguments)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"Kernel": 0}, "Width=3 Kernel=0 Dilation=1 Passes=1, all must be >= 1"),
        ({"Passes": 0}, "Width=3 Kernel=3 Dilation=1 Passes=0, all must be >= 1"),
        ({"Stride": 3}, "Stride=3 must be 1 or 2"),
        ({"Simd": 3}, "Simd=3 times Groups=1 must divide Channels=4"),
        ({"Groups": 4}, "Simd=2 times Groups=4 must divide Channels=4"),
        ({"Padding": 3}, "Padding=3 must be <= Dilation*(Kernel-1) = 2"),
        ({"FrameH": 1}, "FrameW=8 FrameH=1 must be >= 2 for a window of 3, Padding=1"),
        ({"RamStyle": 4}, "RamStyle=4 must be 0 (auto)"),
    ],
)
def test_elaboration_rejects(refused, parameters, sentence):
    kernel = window_fold(4, 3, 8, 3, PAD, FoldOrder(2))
    assert f"window_fold: {sentence}" in refused(kernel, **parameters)
