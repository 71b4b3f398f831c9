# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.pad import pad as golden
from tarsier_fpga.hls.kernels.pad import pad
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, run, seeded

FRAMES = 4


@dataclass(frozen=True)
class Params:
    width: int
    height: int
    border: tuple[int, int, int, int]
    replicate: bool
    channels: int = 1
    bits: int = 1

    @property
    def out(self):
        top, bottom, left, right = self.border
        return top + self.height + bottom, left + self.width + right


sides = st.integers(0, 4)
params = st.builds(
    Params,
    width=st.integers(1, 9),
    height=st.integers(1, 6),
    border=st.tuples(sides, sides, sides, sides),
    replicate=st.booleans(),
    channels=st.integers(1, 4),
    bits=st.integers(1, 8),
)
GRID = Grid(
    params,
    24,
    also=[
        Params(100, 2, (1, 1, 1, 1), True),  # a row too long for LUTRAM
        Params(1, 1, (0, 0, 0, 0), False),
        Params(3, 1, (2, 3, 0, 0), True, channels=40, bits=32),  # beyond a plain ap_int
    ],
    quick=Params(5, 3, (1, 2, 0, 1), True, channels=2, bits=4),
)


def outside_of(p: Params) -> np.ndarray | None:
    return None if p.replicate else seeded(p).integers(0, 1 << p.bits, p.channels)


def kernel_of(p: Params):
    return pad(p.channels, p.bits, p.width, p.height, p.border, outside_of(p))


def case(p: Params, frames: np.ndarray) -> Case:
    y = np.array([golden(frame, *p.border, outside_of(p)) for frame in frames])
    x, y = (pack(raster.reshape(-1, p.channels), p.bits) for raster in (frames, y))
    return Case(p, kernel_of(p), {"x": x}, {"y": y})


def random_frames(p: Params) -> np.ndarray:
    return seeded(p).integers(0, 1 << p.bits, (FRAMES, p.height, p.width, p.channels))


def extreme_frames(p: Params) -> np.ndarray:
    ones = np.full((p.height, p.width, p.channels), (1 << p.bits) - 1)
    chess = np.indices((p.height, p.width)).sum(axis=0)[..., None] % 2 * ones
    return np.array([ones, 0 * ones, chess, ones - chess])


def test_golden_is_numpys_pad():
    for p in GRID:
        top, bottom, left, right = p.border
        widths = ((top, bottom), (left, right))
        for c, channel in enumerate(np.moveaxis(random_frames(p)[0], -1, 0)):
            outside = outside_of(p)
            how = {"mode": "edge"} if p.replicate else {"constant_values": outside[c]}
            y = golden(channel[..., None], *p.border, None if p.replicate else outside[c : c + 1])
            assert np.array_equal(y[..., 0], np.pad(channel, widths, **how)), p


def random_case(p: Params) -> Case:
    return case(p, random_frames(p))


def extreme_case(p: Params) -> Case:
    return case(p, extreme_frames(p))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case, [{"y": 0.9}, {"x": 0.9}, {"x": 0.5, "y": 0.5}]
)


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        rows, columns = p.out
        top, _, left, _ = p.border
        row = np.arange(p.height) + top
        if p.replicate:
            row[0] = 0  # the copies of the first row follow it
        frame = np.arange(FRAMES)[:, None, None] * rows * columns
        taken = frame + row[:, None] * columns + np.arange(p.width) + left
        assert np.array_equal(ran.in_cycles["x"], taken.ravel()), p
        assert np.array_equal(ran.out_cycles["y"], np.arange(FRAMES * rows * columns) + 1), p


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"frame_w": 0}, r"pad: frame_w=0 must be an integer >= 1"),
        ({"border": (0, 0, -1, 0)}, r"pad: left=-1 must be an integer >= 0"),
        ({"outside": np.array([0, 0, 0])}, r"pad: outside of shape \(3,\) must be \(2,\)"),
        ({"outside": np.array([0, 9])}, r"items 0..9 do not fit in width=3 bits"),
    ],
)
def test_constructor_rejects(arguments, sentence):
    good = {"channels": 2, "bits": 3, "frame_w": 4, "frame_h": 4, "border": (1, 1, 1, 1)}
    with pytest.raises(KernelError, match=sentence):
        pad(**good | arguments)


def test_elaboration_rejects(refused):
    message = "pad: PixelWidth=6 FrameW=4 FrameH=0, all must be >= 1"
    assert message in refused(pad(2, 3, 4, 4, (1, 1, 1, 1)), FrameH=0)
