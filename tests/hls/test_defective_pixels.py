# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.defective_pixels import defective_pixels as golden
from tarsier_fpga.hls.kernels.defective_pixels import defective_pixels
from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.sim import verilate
from tests.hls.grid import Case, Grid, contract, run, seeded

FRAMES = 4


@dataclass(frozen=True)
class Params:
    pixels: int
    bits: int
    width: int
    height: int
    size: tuple[int, int]  # rows and columns of the picture
    threshold: int


def params(pixels, bits, beats, height, less, threshold) -> Params:
    width = max(4, pixels * beats)
    size = (max(1, height - less[0]), max(pixels, width - pixels * less[1]))
    return Params(pixels, bits, width, height, size, threshold % (1 << bits))


GRID = Grid(
    st.builds(
        params,
        pixels=st.sampled_from([2, 1, 4]),
        bits=st.integers(8, 16),
        beats=st.integers(2, 9),
        height=st.integers(4, 9),
        less=st.sampled_from([(0, 0), (0, 0), (1, 2), (3, 1), (9, 9)]),
        threshold=st.sampled_from([20, 0, 1, 100, 255]),
    ),
    quick=params(2, 12, 6, 8, (1, 1), 20),
)


def case(p: Params, frames: np.ndarray) -> Case:
    inside = np.zeros((p.height, p.width // p.pixels), int)
    inside[: p.size[0], : p.size[1] // p.pixels] = 1
    beats = frames.reshape(-1, p.pixels)
    bits = (beats[:, :, None] >> np.arange(p.bits) & 1).reshape(len(beats), -1)
    flags = np.tile(inside.reshape(-1, 1), (len(frames), 1))
    y = np.stack([golden(frame, p.threshold, p.size)[0] for frame in frames])
    return Case(
        p,
        defective_pixels(p.pixels, p.bits, p.width, p.height, p.threshold),
        {"x": pack(np.concatenate([bits, flags], axis=1), 1)},
        {"y": pack(y.reshape(-1, p.pixels), p.bits)},
    )


def random_case(p: Params) -> Case:
    """Slopes with some noise, and a few pixels at the ends or anywhere."""
    rng = seeded(p)
    row, column = np.indices((p.height, p.width))
    frames = 40 + 5 * row + 3 * column + rng.integers(0, 8, (FRAMES, p.height, p.width))
    odd = rng.random(frames.shape)
    most = (1 << p.bits) - 1
    frames = np.where(odd < 0.1, rng.choice([0, most], frames.shape), frames)
    frames = np.where(odd > 0.9, rng.integers(0, most + 1, frames.shape), frames)
    return case(p, np.minimum(frames, most))


def extreme_case(p: Params) -> Case:
    """Nothing but the ends of the range, and codes around the threshold."""
    rng, most = seeded(p), (1 << p.bits) - 1
    shape = (2, p.height, p.width)
    ends = rng.choice([0, most], shape, p=[0.8, 0.2])
    near = 100 + rng.choice([0, p.threshold, p.threshold + 1, -1], shape, p=[0.7, 0.1, 0.1, 0.1])
    return case(p, np.concatenate([ends, np.clip(near, 0, most)]))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_golden_mends_what_stands_out_and_nothing_else():
    """A median by NumPy, of each colour's own plane: the same in its middle."""
    rng = np.random.default_rng(1)
    x = rng.integers(0, 1 << 12, (40, 40))
    y, count = golden(x, 300)
    assert count == (x != y).sum() > 500
    for row in range(2, 38):
        for column in range(2, 38):
            around = x[row - 2 : row + 3 : 2, column - 2 : column + 3 : 2].ravel()
            median = int(np.median(np.delete(around, 4)))
            away = abs(int(x[row, column]) - median) > 300
            assert y[row, column] == (median if away else x[row, column])


def test_single_defects_vanish_and_edges_stay():
    """A hot and a dead pixel of each colour in a picture with an edge between two levels."""
    clean = np.where(np.indices((16, 24))[1] < 11, 200, 3000)
    sick = clean.copy()
    sick[[4, 4, 9, 9], [4, 17, 5, 16]] = [4095, 0, 4095, 0]
    assert np.array_equal(golden(sick, 400)[0], clean)


@pytest.mark.parametrize("p", [GRID.one(), params(4, 10, 3, 5, (0, 0), 30)], ids=str)
def test_what_is_mended_is_counted(p):
    """The count is that of the last frame, and only of what is inside."""
    drawn = random_case(p)
    model = verilate.build(drawn.instance, probes={"mended": "u_dut.mended_o"})
    beats = p.width // p.pixels * p.height
    for count in (1, 3, FRAMES):
        result = model.run(
            {"x": drawn.inputs["x"][: count * beats]}, {"y": count * beats}, stall=0.2
        )
        frame = drawn.expected["y"][(count - 1) * beats : count * beats]
        came = drawn.inputs["x"][(count - 1) * beats : count * beats]
        mask = (1 << p.bits) - 1
        changed = 0
        for given, sent in zip(number(frame), number(came), strict=True):
            changed += sum(
                (given >> at * p.bits & mask) != (sent >> at * p.bits & mask)
                for at in range(p.pixels)
            )
        assert result.probes["mended"] == changed > 0


def number(beats: np.ndarray) -> list[int]:
    return [int.from_bytes(beat.astype("<u4").tobytes(), "little") for beat in beats]


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        row = p.width // p.pixels
        beats = np.arange(FRAMES * row * p.height)
        assert np.array_equal(ran.in_cycles["x"], beats), p
        lead = 2 * row + -(-2 // p.pixels)
        assert np.array_equal(ran.out_cycles["y"], beats + lead + 8), p


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"pixels=3 must be 1, 2 or 4"):
        defective_pixels(3, 12, 12, 8)
    with pytest.raises(KernelError, match=r"frame_w=6 must be two or more times pixels=4"):
        defective_pixels(4, 12, 6, 8)
    with pytest.raises(KernelError, match=r"frame_h=3 must be an integer >= 4"):
        defective_pixels(2, 12, 8, 3)
    with pytest.raises(KernelError, match=r"threshold=4096 must fit in bits=12"):
        defective_pixels(2, 12, 8, 8, 4096)
    assert "FrameH=2 >= 4" in refused(defective_pixels(2, 12, 8, 8), FrameH=2)
