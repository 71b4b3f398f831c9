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
from tests.hls.grid import Case, Grid, contract, run, seeded

BEATS = 200


@dataclass(frozen=True)
class Params:
    lanes: int
    x_width: int
    x_signed: bool
    d_width: int
    d_signed: bool
    x_scale: int
    d_scale: int
    offset: int
    shift: int
    y_width: int
    y_min: int
    y_max: int

    @property
    def arithmetic(self) -> tuple[int, ...]:
        """What golden takes besides the streams."""
        return (self.x_scale, self.d_scale, self.offset, self.shift, self.y_min, self.y_max)

    @property
    def ends(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return (
            integer_range(self.x_width, self.x_signed),
            integer_range(self.d_width, self.d_signed),
        )

    @property
    def latency(self) -> int:
        wires = [abs(scale).bit_count() <= 1 for scale in (self.x_scale, self.d_scale)]
        return 1 if all(wires) else 2


SCALES = st.one_of(
    st.builds(lambda place, sign: sign << place, st.integers(0, 9), st.sampled_from([1, -1])),
    st.integers(-300, 300),
)


@st.composite
def params(draw):
    widths = {"x_width": draw(st.integers(1, 14)), "d_width": draw(st.integers(1, 14))}
    shift = draw(st.integers(0, 12))
    y_min = draw(st.integers(-600, 40))
    y_max = draw(st.integers(y_min, 1100))
    needed = signed_width(y_min, y_max) if y_min < 0 else unsigned_width(y_max)
    return Params(
        lanes=draw(st.integers(1, 7)),
        **widths,
        x_signed=draw(st.booleans()),
        d_signed=draw(st.booleans()),
        x_scale=draw(SCALES),
        d_scale=draw(SCALES),
        offset=draw(st.integers(-5000, 5000)),
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
    return Params(3, x_width, x_signed, d_width, True, x_scale, d_scale, 0, 0, width, *full)


EXACT = (
    exact(8, False, 6, 1, 16),
    exact(16, True, 18, 3 << 12, -(1 << 11)),
    exact(1, False, 1, 1, 1),
)
HUGE = Params(
    2, 20, True, 28, False, -(1 << 31), 5 << 28, 3 << 29, 34, 32, -(1 << 31), (1 << 31) - 1
)
GRID = Grid(
    params(), also=(*EXACT, HUGE), quick=Params(3, 8, True, 6, False, 5, -4, 3, 2, 8, -100, 100)
)


def case(p: Params, x: np.ndarray, d: np.ndarray) -> Case:
    given = (p.lanes, p.x_width, p.x_signed, p.d_width, p.d_signed)
    instance = scaled_add(
        *given, p.x_scale, p.d_scale, p.offset, p.shift, p.y_width, p.y_min, p.y_max
    )
    inputs = {"x": pack(x, p.x_width), "d": pack(d, p.d_width)}
    return Case(p, instance, inputs, {"y": pack(golden(x, d, *p.arithmetic), p.y_width)})


def random_case(p: Params) -> Case:
    """Half of the values small, so that not all sums saturate."""
    rng = seeded(p)
    wide = [rng.integers(least, most + 1, (BEATS, p.lanes)) for least, most in p.ends]
    x, d = (np.where(rng.random(v.shape) < 0.5, v, v >> rng.integers(9)) for v in wide)
    return case(p, x, d)


def extreme_case(p: Params) -> Case:
    """The ends with each other, and with the integers around 0, where exact halves lie."""
    columns = [(*ends, *(n for n in range(-9, 10) if ends[0] <= n <= ends[1])) for ends in p.ends]
    pairs = np.array([(x, d) for x in columns[0] for d in columns[1]])
    x, d = (np.repeat(column[:, None], p.lanes, axis=1) for column in pairs.T)
    return case(p, x, d)


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_the_grid_has_wires_and_products():
    assert {p.latency for p in GRID} == {1, 2}


def test_golden_rounds_as_numpy():
    x, d = np.meshgrid(np.arange(-40, 41), np.arange(-9, 10))
    for shift in range(6):
        # NumPy's rint on exact binary fractions is an independent statement of the rounding
        rounded = np.rint((3 * x - 5 * d + 7) / 2.0**shift).astype(int)
        assert np.array_equal(golden(x, d, 3, -5, 7, shift, -20, 30), rounded.clip(-20, 30))


def test_exact_sums_are_exact():
    for p in EXACT:
        x, d = (np.array(ends) for ends in p.ends)
        assert np.array_equal(golden(x, d, *p.arithmetic), x * p.x_scale + d * p.d_scale)


def test_cycle_contract():
    cases = [random_case(p) for p in GRID]
    for p, ran in zip(GRID, run(cases), strict=True):
        assert np.array_equal(ran.in_cycles["x"], np.arange(BEATS))
        assert np.array_equal(ran.out_cycles["y"], np.arange(BEATS) + p.latency)
    # x and d move together, whoever comes late
    for p, ran in zip(GRID, run(cases, {"d": 0.5}), strict=True):
        assert np.array_equal(ran.in_cycles["x"], ran.in_cycles["d"])
        assert np.array_equal(ran.out_cycles["y"], ran.in_cycles["d"] + p.latency)


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"d_width=0 must be an integer >= 1"):
        scaled_add(4, 8, True, 0, True, 1, 1, 0, 0, 8, -128, 127)
    with pytest.raises(KernelError, match=r"shift=-1 must be an integer >= 0"):
        scaled_add(4, 8, True, 8, True, 1, 1, 0, -1, 8, -128, 127)
    with pytest.raises(KernelError, match=r"y_width=7 must be >= 8 to carry -128..127"):
        scaled_add(4, 8, True, 8, True, 1, 1, 0, 0, 7, -128, 127)
    with pytest.raises(KernelError, match=r"offset=0 shift=0 need 65 bits, at most 64 can be"):
        scaled_add(4, 30, True, 8, True, 1 << 30, 1, 0, 0, 8, -128, 127)
    with pytest.raises(KernelError, match=r"scaled_add: offset=2147483648 must fit in 32 bits"):
        scaled_add(4, 8, True, 8, True, 1, 1, 1 << 31, 0, 8, -128, 127)
    instance = scaled_add(3, 3, True, 7, True, 3, 1, 0, 0, 5, -9, 11)
    assert "scaled_add: YWidth=4 must carry YMin=-9 .. YMax=11" in refused(instance, YWidth=4)
    assert "scaled_add: YMin=-9 must be <= YMax=-10" in refused(instance, YMax=-10)
    assert "need 66 bits, at most 64" in refused(instance, XWidth=60)
