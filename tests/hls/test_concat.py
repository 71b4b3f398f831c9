# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.concat import concat as golden
from tarsier_fpga.hls.kernels.concat import concat
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, run, seeded

PIXELS = 50


@dataclass(frozen=True)
class Params:
    a_beats: int
    b_beats: int
    bits: int
    lanes: int

    @property
    def beats(self) -> int:
        return self.a_beats + self.b_beats


GRID = Grid(
    st.builds(
        Params,
        a_beats=st.integers(1, 6),
        b_beats=st.integers(1, 6),
        bits=st.integers(1, 18),
        lanes=st.sampled_from([1, 2, 3, 8, 64]),
    )
)


def case(p: Params, a: np.ndarray, b: np.ndarray) -> Case:
    instance = concat(a.shape[1], b.shape[1], p.bits, p.lanes)
    beats = {
        name: pack(frame.reshape(-1, p.lanes), p.bits)
        for name, frame in (("a", a), ("b", b), ("y", golden(a, b)))
    }
    return Case(p, instance, {"a": beats["a"], "b": beats["b"]}, {"y": beats["y"]})


def random_case(p: Params) -> Case:
    rng, most = seeded(p), 1 << p.bits
    return case(p, *(rng.integers(0, most, (PIXELS, n * p.lanes)) for n in (p.a_beats, p.b_beats)))


def extreme_case(p: Params) -> Case:
    """All zeros beside all ones, one way round and the other."""
    ends = np.array([[0], [(1 << p.bits) - 1]])
    a = np.repeat(ends, p.a_beats * p.lanes, axis=1)
    return case(p, a, np.repeat(ends[::-1], p.b_beats * p.lanes, axis=1))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case, [{"y": 0.9}, {"a": 0.9}, {"b": 0.9}]
)


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        cycles = np.arange(PIXELS * p.beats)
        from_a = cycles % p.beats < p.a_beats
        assert np.array_equal(ran.out_cycles["y"], cycles)
        assert np.array_equal(ran.in_cycles["a"], cycles[from_a])
        assert np.array_equal(ran.in_cycles["b"], cycles[~from_a])


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"lanes=4 must divide a_channels=8, b_channels=6"):
        concat(8, 6, 8, 4)
    with pytest.raises(KernelError, match=r"concat: bits=0 must be an integer >= 1"):
        concat(8, 4, 0, 4)
    message = "concat: Width=8 ABeats=0 BBeats=1, all must be >= 1"
    assert message in refused(concat(8, 4, 2, 4), ABeats=0)
