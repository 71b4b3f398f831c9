# SPDX-License-Identifier: MIT
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.channel_shuffle import channel_shuffle as golden
from tarsier_fpga.hls.kernels.channel_shuffle import channel_shuffle, group_shuffle
from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.netlist.instance import pack_bits
from tests.hls.grid import Case, Grid, contract, run, seeded

PIXELS = 100


class Order(Enum):
    ANY = auto()
    CHOSEN = auto()  # some of them, some often
    GROUPS = auto()  # ShuffleNet's
    ROTATED = auto()  # BRVE's


@dataclass(frozen=True)
class Params:
    order: Order
    channels: int
    bits: int

    @property
    def source(self) -> np.ndarray:
        rng, channels = seeded(self), np.arange(self.channels)
        match self.order:
            case Order.ANY:
                return rng.permutation(channels)
            case Order.CHOSEN:
                return rng.choice(channels, rng.integers(1, 2 * self.channels + 1))
            case Order.GROUPS:
                divisors = channels[1:][self.channels % channels[1:] == 0]
                return group_shuffle(self.channels, int(rng.choice([1, *divisors])))
            case Order.ROTATED:
                return np.roll(channels, rng.integers(self.channels))


GRID = Grid(
    st.builds(
        Params,
        order=st.sampled_from(Order),
        channels=st.sampled_from([6, 1, 2, 9, 24, 48]),
        bits=st.integers(1, 18),
    )
)


def case(p: Params, x: np.ndarray) -> Case:
    instance = channel_shuffle(p.source, p.channels, p.bits)
    return Case(p, instance, {"x": pack(x, p.bits)}, {"y": pack(golden(x, p.source), p.bits)})


def random_case(p: Params) -> Case:
    return case(p, seeded(p).integers(0, 1 << p.bits, (PIXELS, p.channels)))


def extreme_case(p: Params) -> Case:
    """All ones in one channel after the other."""
    return case(p, np.eye(p.channels, dtype=int) * ((1 << p.bits) - 1))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_the_grid_repeats_channels_and_leaves_some_out():
    sources = [(p.source, p.channels) for p in GRID]
    assert any(source.size > channels for source, channels in sources)
    assert any(source.size < channels for source, channels in sources)


def test_cycle_contract():
    for ran in run([random_case(p) for p in GRID]):
        assert np.array_equal(ran.in_cycles["x"], np.arange(PIXELS))
        assert np.array_equal(ran.out_cycles["y"], np.arange(PIXELS))


def test_group_shuffle_interleaves_the_groups():
    x = np.arange(24)
    shuffled = golden(x, group_shuffle(24, 4))
    assert np.array_equal(shuffled, x.reshape(4, 6).T.ravel())


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"source=\[0, 3, 2\] must hold channels of x, 0..2, and"):
        channel_shuffle(np.array([0, 3, 2]), 3, 8)
    with pytest.raises(KernelError, match=r"source=\[0, -1\] must hold channels of x, 0..2, and"):
        channel_shuffle(np.array([0, -1]), 3, 8)
    with pytest.raises(KernelError, match=r"groups=4 must divide channels=6"):
        group_shuffle(6, 4)
    instance = channel_shuffle(np.array([2, 0, 1]), 3, 8)
    message = "channel_shuffle: Source[1]=3 must be below Channels=3"
    assert message in refused(instance, Source=pack_bits(np.array([2, 3, 2]), 2))
    assert "Count=0 Width=8, all must be >= 1" in refused(instance, Count=0)
