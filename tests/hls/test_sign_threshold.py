# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.sign_threshold import sign_threshold as golden
from tarsier_fpga.hls.kernels.sign_threshold import sign_threshold
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, limits, run, seeded

BEATS = 200


@dataclass(frozen=True)
class Params:
    channels: int
    width: int


GRID = Grid(st.builds(Params, channels=st.integers(1, 40), width=st.integers(1, 24)))


def thresholds(p: Params) -> np.ndarray:
    """Random, but the first means always and the last, where there are two, means never."""
    least, most = limits(p.width, True)
    levels = seeded(p).integers(least, most + 2, p.channels)
    levels[-1], levels[0] = most + 1, least
    return levels


def case(p: Params, x: np.ndarray) -> Case:
    instance = sign_threshold(thresholds(p), p.width)
    y = golden(x, thresholds(p))
    return Case(p, instance, {"x": pack(x, p.width)}, {"y": pack(y, 1)})


def random_x(p: Params) -> np.ndarray:
    least, most = limits(p.width, True)
    return seeded(p).integers(least, most + 1, (BEATS, p.channels))


def extreme_x(p: Params) -> np.ndarray:
    """The ends, and every threshold with its neighbours."""
    least, most = limits(p.width, True)
    ends = [np.full(p.channels, least), np.full(p.channels, most)]
    near = [np.clip(thresholds(p) + step, least, most) for step in (-1, 0, 1)]
    return np.array([*ends, *near])


def random_case(p: Params) -> Case:
    return case(p, random_x(p))


def extreme_case(p: Params) -> Case:
    return case(p, extreme_x(p))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_extremes_mean_always_and_never():
    for p in GRID:
        bits = golden(extreme_x(p), thresholds(p))
        assert bits[:, 0].all()  # the lowest threshold means always
        assert p.channels == 1 or not bits[:, -1].any()  # one above the highest x means never


def test_cycle_contract():
    for ran in run([random_case(p) for p in GRID]):
        assert np.array_equal(ran.in_cycles["x"], np.arange(BEATS))
        assert np.array_equal(ran.out_cycles["y"], np.arange(BEATS) + 1)


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"thresholds 0..17 must lie in -16..16 for width=5"):
        sign_threshold(np.array([0, 17]), 5)
    with pytest.raises(KernelError, match=r"width=0 must be an integer >= 1"):
        sign_threshold(np.array([0]), 0)
    instance = sign_threshold(np.array([-16, 3, 16]), 5)
    assert "Channels=0 Width=5, both must be >= 1" in refused(instance, Channels=0)
