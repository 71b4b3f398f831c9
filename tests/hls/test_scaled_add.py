# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.describe.ranges import integer_range, signed_width, unsigned_width
from tarsier_fpga.hls.golden.scaled_add import scaled_add as golden
from tarsier_fpga.hls.kernels.scaled_add import scaled_add
from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.netlist.instance import Instance
from tests.hls.grid import Case, Grid, contract, limits, run, seeded

PIXELS = 120


@dataclass(frozen=True)
class Params:
    lanes: int
    folds: int
    x_width: int
    x_signed: bool
    d_width: int
    d_signed: bool
    x_scale: int
    d_scale: int
    offset: tuple[int, int]  # the least and the most
    shift: int
    y_width: int
    y_min: int
    y_max: int

    @property
    def arithmetic(self) -> tuple:
        """What golden takes besides the streams."""
        return (self.x_scale, self.d_scale, self.offsets, self.shift, self.y_min, self.y_max)

    @property
    def offsets(self) -> np.ndarray:
        return seeded(self).integers(*self.offset, self.lanes * self.folds, endpoint=True)

    @property
    def ends(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return (
            integer_range(self.x_width, self.x_signed),
            integer_range(self.d_width, self.d_signed),
        )

    @property
    def instance(self) -> Instance:
        streams = (self.lanes, self.x_width, self.x_signed, self.d_width, self.d_signed)
        *arithmetic, y_min, y_max = self.arithmetic
        return scaled_add(*streams, *arithmetic, self.y_width, y_min, y_max)

    @property
    def latency(self) -> int:
        wires = [abs(scale).bit_count() <= 1 for scale in (self.x_scale, self.d_scale)]
        return 1 if all(wires) and self.instance.number("Folds") == 1 else 2


SCALES = st.one_of(
    st.builds(lambda place, sign: sign << place, st.integers(0, 9), st.sampled_from([1, -1])),
    st.integers(-300, 300),
    st.integers(-(1 << 40), 1 << 40),
)


@st.composite
def params(draw):
    widths = {"x_width": draw(st.integers(1, 14)), "d_width": draw(st.integers(1, 14))}
    shift = draw(st.integers(0, 40))
    offset = draw(st.integers(-5000, 5000))
    y_min = draw(st.integers(-600, 40))
    y_max = draw(st.integers(y_min, 1100))
    needed = signed_width(y_min, y_max) if y_min < 0 else unsigned_width(y_max)
    return Params(
        lanes=draw(st.integers(1, 7)),
        folds=draw(st.sampled_from([1, 2, 5])),
        **widths,
        x_signed=draw(st.booleans()),
        d_signed=draw(st.booleans()),
        x_scale=draw(SCALES),
        d_scale=draw(SCALES),
        offset=(offset, offset + draw(st.sampled_from([0, 6000, 1 << 36]))),
        shift=shift,
        y_width=needed + draw(st.integers(0, 3)),
        y_min=y_min,
        y_max=y_max,
    )


def exact(x_width: int, x_signed: bool, d_width: int, x_scale: int, d_scale: int) -> Params:
    """A sum that is neither rounded nor clamped, in the narrowest signed lanes that hold it."""
    ends = integer_range(x_width, x_signed), integer_range(d_width, True)
    sums = [x * x_scale + d * d_scale for x in ends[0] for d in ends[1]]
    width = signed_width(min(sums), max(sums))
    full = integer_range(width, True)
    scales, offset = (x_scale, d_scale), (0, 0)
    return Params(3, 1, x_width, x_signed, d_width, True, *scales, offset, 0, width, *full)


EXACT = (
    exact(8, False, 6, 1, 16),
    exact(16, True, 18, 3 << 12, -(1 << 11)),
    exact(1, False, 1, 1, 1),
)
INTS = -(1 << 31), (1 << 31) - 1
HUGE = (
    Params(2, 1, 20, True, 28, False, -(1 << 31), 5 << 28, (3 << 29, 3 << 29), 34, 32, *INTS),
    Params(3, 5, 12, False, 18, True, 7 << 43, -(1 << 41) - 3, limits(48, True), 40, 32, *INTS),
)
GRID = Grid(
    params(),
    also=(*EXACT, *HUGE),
    quick=Params(3, 2, 8, True, 6, False, 5, -4, (-90, 30), 2, 8, -100, 100),
)


def case(p: Params, x: np.ndarray, d: np.ndarray) -> Case:
    """Of (pixels, channels) integers."""
    beats = [values.reshape(-1, p.lanes) for values in (x, d, golden(x, d, *p.arithmetic))]
    inputs = {"x": pack(beats[0], p.x_width), "d": pack(beats[1], p.d_width)}
    return Case(p, p.instance, inputs, {"y": pack(beats[2], p.y_width)})


def random_case(p: Params) -> Case:
    """Half of the values small, so that not all sums saturate."""
    rng, shape = seeded(p), (PIXELS, p.lanes * p.folds)
    wide = [rng.integers(least, most + 1, shape) for least, most in p.ends]
    x, d = (np.where(rng.random(v.shape) < 0.5, v, v >> rng.integers(9)) for v in wide)
    return case(p, x, d)


def extreme_case(p: Params) -> Case:
    """The ends with each other, and with the integers around 0, where exact halves lie."""
    columns = [(*ends, *(n for n in range(-9, 10) if ends[0] <= n <= ends[1])) for ends in p.ends]
    pairs = np.array([(x, d) for x in columns[0] for d in columns[1]])
    x, d = (np.repeat(column[:, None], p.lanes * p.folds, axis=1) for column in pairs.T)
    return case(p, x, d)


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_the_grid_has_wires_and_products():
    assert {(p.latency, p.instance.number("Folds") > 1) for p in GRID} == {
        (1, False),
        (2, False),
        (2, True),
    }


def test_golden_rounds_as_numpy():
    x, d = np.meshgrid(np.arange(-40, 41), np.arange(-9, 10))
    for shift in range(6):
        # NumPy's rint on exact binary fractions is an independent statement of the rounding
        rounded = np.rint((3 * x - 5 * d + 7) / 2.0**shift).astype(int)
        assert np.array_equal(golden(x, d, 3, -5, 7, shift, -20, 30), rounded.clip(-20, 30))


def test_exact_sums_are_exact():
    for p in EXACT:
        x, d = (np.array(ends)[:, None] for ends in p.ends)
        sums = x * p.x_scale + d * p.d_scale
        assert np.array_equal(golden(x, d, *p.arithmetic), sums.repeat(p.lanes, axis=1))


def test_cycle_contract():
    cases = [random_case(p) for p in GRID]
    for p, ran in zip(GRID, run(cases), strict=True):
        beats = np.arange(PIXELS * p.folds)
        assert np.array_equal(ran.in_cycles["x"], beats)
        assert np.array_equal(ran.out_cycles["y"], beats + p.latency)
    # x and d move together, whoever comes late
    for p, ran in zip(GRID, run(cases, {"d": 0.5}), strict=True):
        assert np.array_equal(ran.in_cycles["x"], ran.in_cycles["d"])
        assert np.array_equal(ran.out_cycles["y"], ran.in_cycles["d"] + p.latency)


@pytest.mark.parametrize(
    ("offset", "folds"), [([5] * 6, 1), ([5, 4, 5, 4, 5, 4], 1), ([5, 4, 5, 4, 5, 3], 3)]
)
def test_offsets_that_all_beats_share_are_no_table(offset, folds):
    kernel = scaled_add(2, 8, True, 8, True, 3, 1, np.array(offset), 2, 8, -128, 127)
    assert kernel.number("Folds") == folds


def test_golden_adds_each_channels_own_offset():
    x, d, offset = np.array([[1, 1], [2, -2]]), np.array([[5, 5], [0, 7]]), np.array([0, -100])
    assert golden(x, d, 3, 2, offset, 0, -99, 99).tolist() == [[13, -87], [6, -92]]


def test_rejects_bad_parameters(refused):
    def made(widths=(8, 8), scales=(1, 1), offset=0, shift=0, clamp=(8, -128, 127), lanes=4):
        streams = (lanes, widths[0], True, widths[1], True)
        return scaled_add(*streams, *scales, np.full(4, offset), shift, *clamp)

    with pytest.raises(KernelError, match=r"d_width=0 must be an integer >= 1"):
        made(widths=(8, 0))
    with pytest.raises(KernelError, match=r"shift=-1 must be an integer >= 0"):
        made(shift=-1)
    with pytest.raises(KernelError, match=r"y_width=7 must be >= 8 to carry -128..127"):
        made(clamp=(7, -128, 127))
    with pytest.raises(
        KernelError, match=r"x_width=22 .*, offsets of 1 bits and shift=0 need 65 b"
    ):
        made(widths=(22, 8), scales=(1 << 38, 1))
    with pytest.raises(
        KernelError, match=r"scaled_add: offset=140737488355328 must fit in 48 bits"
    ):
        made(offset=1 << 47)
    with pytest.raises(KernelError, match=r"scaled_add: d_scale=-140737488355329 must fit in 48"):
        made(scales=(1, -(1 << 47) - 1))
    with pytest.raises(KernelError, match=r"scaled_add: y_max=2147483648 must fit in 32 bits"):
        made(clamp=(40, 0, 1 << 31))
    with pytest.raises(KernelError, match=r"scaled_add: lanes=3 must divide channels=4"):
        made(lanes=3)
    with pytest.raises(KernelError, match=r"offset of type float64 must be integers"):
        made(offset=0.5)
    instance = made(widths=(3, 7), scales=(3, 1), clamp=(5, -9, 11))
    assert "scaled_add: YWidth=4 must carry YMin=-9 .. YMax=11" in refused(instance, YWidth=4)
    assert "scaled_add: YMin=-9 must be <= YMax=-10" in refused(instance, YMax=-10)
    assert "need 66 bits, at most 64" in refused(instance, XWidth=60)
