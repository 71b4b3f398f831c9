# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from hls import make
from hls.beats import pack
from hls.errors import KernelError
from hls.golden.channel_shuffle import channel_shuffle as golden
from hls.instance import pack_bits
from tests.hls.grid import Case, agrees, draw, run, seeded, ways

PIXELS = 100


@dataclass(frozen=True)
class Params:
    source: tuple[int, ...]
    bits: int


@st.composite
def params(draw):
    """Any order, ShuffleNet's, or a rotation as BRVE has."""
    channels = draw(st.integers(1, 48))
    divisors = [n for n in range(1, channels + 1) if channels % n == 0]
    orders = st.one_of(
        st.permutations(range(channels)),
        st.sampled_from(divisors).map(lambda groups: make.group_shuffle(channels, groups)),
        st.integers(0, channels - 1).map(lambda by: np.roll(np.arange(channels), by)),
    )
    return Params(tuple(int(c) for c in draw(orders)), draw(st.integers(1, 18)))


GRID = draw(params())


def case(p: Params, x: np.ndarray) -> Case:
    source = np.array(p.source)
    y = golden(x, source)
    return Case(
        p, make.channel_shuffle(source, p.bits), {"x": pack(x, p.bits)}, {"y": pack(y, p.bits)}
    )


def random_case(p: Params) -> Case:
    return case(p, seeded(p).integers(0, 1 << p.bits, (PIXELS, len(p.source))))


def extreme_case(p: Params) -> Case:
    """All ones in one channel after the other."""
    return case(p, np.eye(len(p.source), dtype=int) * ((1 << p.bits) - 1))


@ways
def test_matches_golden(way):
    agrees([random_case(p) for p in GRID], way)


@ways
def test_extremes(way):
    agrees([extreme_case(p) for p in GRID], way)


def test_output_holds_under_backpressure():
    agrees([random_case(p) for p in GRID], {"y": 0.9})


def test_cycle_contract():
    for ran in run([random_case(p) for p in GRID]):
        assert np.array_equal(ran.in_cycles["x"], np.arange(PIXELS))
        assert np.array_equal(ran.out_cycles["y"], np.arange(PIXELS))


def test_group_shuffle_interleaves_the_groups():
    x = np.arange(24)
    shuffled = golden(x, make.group_shuffle(24, 4))
    assert np.array_equal(shuffled, x.reshape(4, 6).T.ravel())


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"source=\[0, 2, 2\] must hold every channel 0..2 once"):
        make.channel_shuffle(np.array([0, 2, 2]), 8)
    with pytest.raises(KernelError, match=r"groups=4 must divide channels=6"):
        make.group_shuffle(6, 4)
    instance = make.channel_shuffle(np.array([2, 0, 1]), 8)
    message = "channel_shuffle: Source=2a must hold every channel below Channels=3 once"
    assert message in refused(instance, Source=pack_bits(np.array([2, 2, 2]), 2))
