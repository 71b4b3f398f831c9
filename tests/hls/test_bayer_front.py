# SPDX-License-Identifier: MIT
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.bayer_front import bayer_front as golden
from tarsier_fpga.hls.kernels.bayer_front import Cfa, bayer_front
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, run, seeded

ROW_PAIRS = 6
CHANNELS = 4


@dataclass(frozen=True)
class Params:
    samples: int
    width: int
    x_width: int
    y_width: int
    black: tuple[int, ...]
    gain: tuple[tuple[int, int], ...]  # numerator, denominator
    offset: int
    cfa: Cfa


def params(samples, beats, x_width, y_width, denominators, cfa) -> Params:
    """Levels and gains, up to eight, at random."""
    rng = seeded((samples, beats, x_width, y_width, denominators, cfa))
    black = rng.integers(0, 1 << x_width, CHANNELS)
    numerators = rng.integers(1, 8 * np.array(denominators), endpoint=True)
    gain = tuple(zip(numerators.tolist(), denominators, strict=True))
    offset = int(rng.integers(0, 1 << y_width))
    width = max(4, 2 * samples * beats)
    return Params(samples, width, x_width, y_width, tuple(black.tolist()), gain, offset, cfa)


GRID = Grid(
    st.builds(
        params,
        samples=st.sampled_from([2, 1, 4, 6]),
        beats=st.sampled_from([2, 1, 3]),
        x_width=st.sampled_from([10, 1, 5, 12, 14, 16]),
        y_width=st.sampled_from([8, 1, 10, 12]),
        # exact in binary, or not; of thirds and fifths some products are halves
        denominators=st.sampled_from([(2, 6, 20, 3), (1, 2, 8, 64), (5120, 7, 30, 1000)]),
        cfa=st.sampled_from(Cfa),
    )
)


def case(p: Params, x: np.ndarray) -> Case:
    black, gain = np.array(p.black), np.array(p.gain)
    instance = bayer_front(p.samples, p.width, p.x_width, p.y_width, black, gain, p.offset, p.cfa)
    y = golden(x, black, gain, p.offset, (1 << p.y_width) - 1, p.cfa)
    lanes = CHANNELS * max(1, p.samples // 2)
    return Case(
        p,
        instance,
        {"x": pack(x.reshape(-1, p.samples), p.x_width)},
        {"y": pack(y.reshape(-1, lanes), p.y_width)},
    )


def random_case(p: Params) -> Case:
    return case(p, seeded(p).integers(0, 1 << p.x_width, (2 * ROW_PAIRS, p.width)))


def extreme_case(p: Params) -> Case:
    """The ends of x, and its values around black, where codes are not clipped and ties lie."""
    rows = 4 * -(-64 // p.width)
    near = np.arange(rows * p.width) // CHANNELS - 8 + min(p.black)
    x = np.clip(near, 0, (1 << p.x_width) - 1).reshape(rows, p.width)
    ends = np.array([[0], [0], [(1 << p.x_width) - 1], [(1 << p.x_width) - 1]])
    return case(p, np.concatenate([np.broadcast_to(ends, (4, p.width)), x]))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        row = p.width // p.samples
        beats = np.arange(2 * ROW_PAIRS * row)
        last = (beats // row % 2 == 1) & ((p.samples > 1) | (beats % 2 == 1))
        assert np.array_equal(ran.in_cycles["x"], beats)
        assert np.array_equal(ran.out_cycles["y"], beats[last] + 4)


def test_golden_rounds_a_half_to_even():
    gain = np.array([[1, 20], [3, 2], [1, 6], [7, 30]])
    x, black = np.arange(256).reshape(16, 16), np.full(CHANNELS, 100)
    y = golden(x, black, gain, 300, 1023, Cfa.RGGB)
    for lane, (numerator, denominator) in enumerate(gain.tolist()):
        plane = x[lane // 2 :: 2, lane % 2 :: 2]
        # Python's round of a Fraction is an independent statement of the rounding
        exact = [
            round(Fraction((v - 100) * numerator, denominator)) for v in plane.ravel().tolist()
        ]
        assert (y[..., lane] - 300).ravel().tolist() == exact


def test_rejects_bad_parameters(refused):
    black, gain = np.zeros(CHANNELS, int), np.ones((CHANNELS, 2), int)
    with pytest.raises(KernelError, match=r"samples=3 must be 1 or even"):
        bayer_front(3, 12, 12, 10, black, gain, 128)
    with pytest.raises(KernelError, match=r"frame_w=10 must be even and two or more times samples"):
        bayer_front(4, 10, 12, 10, black, gain, 128)
    with pytest.raises(KernelError, match=r"black 0..4096 must fit in x_width=12 bits"):
        bayer_front(1, 8, 12, 10, np.array([0, 0, 0, 4096]), gain, 128)
    with pytest.raises(KernelError, match=r"offset=1024 must lie in 0..2\^y_width - 1, y_width=10"):
        bayer_front(1, 8, 12, 10, black, gain, 1024)
    with pytest.raises(KernelError, match=r"gain of shape \(4, 2\) \(4, 2\) and >= 1, here 0"):
        bayer_front(1, 8, 12, 10, black, 0 * gain, 128)
    with pytest.raises(KernelError, match=r"needs 65 bits to round exactly, at most 63"):
        bayer_front(1, 8, 16, 10, black, gain * [1 << 47, 3], 128)
    instance = bayer_front(2, 8, 12, 10, black, gain, 128)
    assert "bayer_front: Samples=3 must be 1 or even" in refused(instance, Samples=3)
    message = "bayer_front: FrameW=2 must be even, >= 4 and two or more times Samples=2"
    assert message in refused(instance, FrameW=2)
    message = "bayer_front: Offset=1024 must be below 2^YWidth, YWidth=10"
    assert message in refused(instance, Offset=1024)
