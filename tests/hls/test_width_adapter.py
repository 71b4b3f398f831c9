# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.width_adapter import width_adapter as golden
from tarsier_fpga.hls.kernels.width_adapter import width_adapter
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import Case, Grid, contract, run, seeded

WIDE = 60  # beats of the wide side


@dataclass(frozen=True)
class Params:
    word: int  # bits of the narrow side
    words: int  # of them in a beat of the wide side
    gather: bool

    @property
    def widths(self) -> tuple[int, int]:
        narrow, wide = self.word, self.word * self.words
        return (narrow, wide) if self.gather else (wide, narrow)


GRID = Grid(
    st.builds(Params, word=st.integers(1, 70), words=st.integers(1, 24), gather=st.booleans())
)


def case(p: Params, bits: np.ndarray) -> Case:
    x_width, y_width = p.widths
    x = bits.reshape(-1, x_width)
    y = golden(x, y_width)
    return Case(p, width_adapter(x_width, y_width), {"x": pack(x, 1)}, {"y": pack(y, 1)})


def random_bits(p: Params) -> np.ndarray:
    return seeded(p).integers(0, 2, WIDE * p.word * p.words)


def extreme_bits(p: Params) -> np.ndarray:
    """Wide beats of zeros and ones, then words of zeros and ones in turn."""
    wide = np.repeat([0, 1, 1, 0], p.word * p.words)
    return np.concatenate([wide, np.resize(np.repeat([0, 1], p.word), 4 * p.word * p.words)])


def random_case(p: Params) -> Case:
    return case(p, random_bits(p))


def extreme_case(p: Params) -> Case:
    return case(p, extreme_bits(p))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


def test_cycle_contract():
    for p, ran in zip(GRID, run([random_case(p) for p in GRID]), strict=True):
        words = np.arange(WIDE * p.words)
        last_words = words[p.words - 1 :: p.words]
        gathers = p.gather and p.words > 1
        assert np.array_equal(ran.in_cycles["x"], words if gathers else last_words)
        assert np.array_equal(ran.out_cycles["y"], last_words + 1 if gathers else words)


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"of x_width=6 and y_width=8 one must divide the other"):
        width_adapter(6, 8)
    instance = width_adapter(5, 15)
    assert "of XWidth=5 and YWidth=14 one must divide the other" in refused(instance, YWidth=14)
    assert "XWidth=0 YWidth=15, both must be >= 1" in refused(instance, XWidth=0)
