# SPDX-License-Identifier: MIT
"""What the tests of the two dot products share: how they fold, and the cycles it costs."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from tests.hls.grid import Case, run

__all__ = ["Folding", "assert_folded_cycles", "foldings"]


@dataclass(frozen=True)
class Folding:
    """A matrix of rows x terms, `pe` rows and `simd` terms of it a cycle."""

    pe: int
    simd: int
    beats: int  # steps over the rows
    parts: int  # steps over the terms

    @property
    def rows(self) -> int:
        return self.pe * self.beats

    @property
    def terms(self) -> int:
        return self.simd * self.parts


def foldings() -> st.SearchStrategy[Folding]:
    """Foldings of small matrices, beyond one group of terms too."""
    return st.builds(
        Folding,
        pe=st.integers(1, 4),
        simd=st.integers(1, 40),
        beats=st.integers(1, 4),
        parts=st.integers(1, 5),
    )


def assert_folded_cycles(cases: list[Case], foldings: list[Folding], latency: int) -> None:
    """Assert one vector every fold, and its last beat `latency` cycles after it is taken."""
    for folding, case, ran in zip(foldings, cases, run(cases), strict=True):
        taken = np.arange(1, len(case.inputs["x"]) + 1) * folding.beats * folding.parts - 1
        before_last = np.arange(folding.beats)[::-1] * folding.parts
        assert np.array_equal(ran.in_cycles["x"], taken), case.params
        given = (taken[:, None] + latency - before_last).ravel()
        assert np.array_equal(ran.out_cycles["y"], given), case.params
