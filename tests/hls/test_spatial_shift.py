# SPDX-License-Identifier: MIT
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.spatial_shift import spatial_shift as golden
from tarsier_fpga.hls.kernels.spatial_shift import spatial_shift
from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.netlist.instance import pack_bits
from tests.hls.grid import Case, Grid, agrees, contract, run, seeded

FRAMES = 4


@dataclass(frozen=True)
class Params:
    channels: int
    most: int  # a displacement, where the frame is not smaller
    bits: int
    width: int
    height: int

    @property
    def shifts(self) -> np.ndarray:
        """dy, dx of every channel."""
        ends = [min(self.most, side - 1) for side in (self.height, self.width)]
        rng = seeded(self)
        return np.stack([rng.integers(-e, e, self.channels, endpoint=True) for e in ends], axis=1)

    @property
    def fill(self) -> np.ndarray:
        return seeded(self).integers(0, 1 << self.bits, self.channels)

    @property
    def reach(self) -> int:
        return max(0, (self.shifts @ (self.width, 1)).max())


GRID = Grid(
    st.builds(
        Params,
        channels=st.sampled_from([1, 2, 5, 9, 24]),
        most=st.sampled_from([1, 2, 8]),
        bits=st.integers(1, 12),
        width=st.sampled_from([5, 1, 2, 3, 9]),
        height=st.sampled_from([4, 1, 2, 3, 7]),
    )
)


def case(p: Params, frames: np.ndarray) -> Case:
    instance = spatial_shift(p.shifts, p.fill, p.bits, p.width, p.height)
    y = np.concatenate([golden(frame, p.shifts, p.fill) for frame in frames])
    beats = {n: pack(f.reshape(-1, p.channels), p.bits) for n, f in (("x", frames), ("y", y))}
    return Case(p, instance, {"x": beats["x"]}, {"y": beats["y"]})


def random_case(p: Params, frames: int = FRAMES) -> Case:
    shape = (frames, p.height, p.width, p.channels)
    return case(p, seeded(p).integers(0, 1 << p.bits, shape))


def extreme_case(p: Params) -> Case:
    """All fill, no fill anywhere, and a chess board."""
    flat = np.broadcast_to(p.fill, (p.height, p.width, p.channels))
    other = flat ^ ((1 << p.bits) - 1)
    chess = np.indices((p.height, p.width)).sum(axis=0)[..., None] % 2
    return case(p, np.array([flat, other, np.where(chess, flat, other)]))


def leaves(p: Params, taken: np.ndarray) -> np.ndarray:
    """The cycle of every pixel that leaves, from the header's latency."""
    pixels = np.arange(len(taken))
    frame = p.width * p.height
    last = pixels // frame * frame + frame - 1
    earliest = taken[np.minimum(pixels + p.reach, last)].astype(int) + 3
    return np.maximum.accumulate(earliest - pixels) + pixels


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case, [{"y": 0.9}, {"x": 0.9}, {"x": 0.5, "y": 0.5}]
)


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        pixels = np.arange(FRAMES * p.width * p.height)
        assert np.array_equal(ran.in_cycles["x"], pixels)
        assert np.array_equal(ran.out_cycles["y"], leaves(p, pixels))
        # full rate through borders and from frame to frame, but for the last frame's end
        assert np.array_equal(np.diff(ran.out_cycles["y"]), np.ones(len(pixels) - 1))


def test_latency_when_the_input_pauses():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID], {"x": 0.6}), strict=True):
        assert np.array_equal(ran.out_cycles["y"], leaves(p, ran.in_cycles["x"]))


def test_a_frame_ends_though_the_next_has_only_begun():
    cases = []
    for p in GRID:
        whole, pixels = random_case(p, frames=2), p.width * p.height
        inputs = {"x": whole.inputs["x"][: pixels + 1]}
        expected = {"y": whole.expected["y"][: pixels + (p.reach == 0)]}
        cases.append(replace(whole, inputs=inputs, expected=expected))
    agrees(cases, 0.0)


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"dy=0 dx=-4 must be smaller than frame_h=3 frame_w=4"):
        spatial_shift(np.array([[0, 1], [0, -4]]), np.array([0, 0]), 8, 4, 3)
    with pytest.raises(KernelError, match=r"shifts of shape \(2, 2\) must be \(3, 2\)"):
        spatial_shift(np.array([[0, 1], [0, -1]]), np.array([0, 0, 0]), 8, 4, 3)
    instance = spatial_shift(np.array([[1, 0], [0, -1]]), np.array([0, 0]), 8, 4, 3)
    message = "spatial_shift: Channels=2 Width=0 ShiftW=2, all must be >= 1"
    assert message in refused(instance, Width=0)
    message = "spatial_shift: Dy=-3 Dx=0 must be smaller than FrameH=3 FrameW=4"
    wide = {"ShiftW": 3, "Dy": pack_bits(np.array([-3, 0]), 3), "Dx": pack_bits(np.zeros(2), 3)}
    assert message in refused(instance, **wide)
