# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from tarsier_fpga.camera.raw import CFA_PHASES, align
from tarsier_fpga.hls.base.errors import HostError


@pytest.mark.parametrize("cfa", CFA_PHASES)
@pytest.mark.parametrize("size", [(6, 8), (7, 8), (6, 9), (7, 9), (3, 3)])
def test_align_starts_with_red_and_is_even(cfa, size):
    colours = np.array([[cfa[2 * (y % 2) + x % 2] for x in range(size[1])] for y in range(size[0])])
    black = tuple(10 * ord(colour) + index for index, colour in enumerate(cfa))
    aligned, levels = align(colours, cfa, black)
    assert aligned.shape[0] % 2 == aligned.shape[1] % 2 == 0
    assert (aligned[0::2, 0::2] == "R").all()
    assert (aligned[0::2, 1::2] == "G").all()
    assert (aligned[1::2, 0::2] == "G").all()
    assert (aligned[1::2, 1::2] == "B").all()
    assert [level // 10 for level in levels] == [ord(colour) for colour in "RGGB"]
    assert min(size[0] - aligned.shape[0], size[1] - aligned.shape[1]) >= 0
    assert max(size[0] - aligned.shape[0], size[1] - aligned.shape[1]) <= 2


def test_align_keeps_the_two_greens_apart():
    _, levels = align(np.zeros((4, 4)), "GRBG", (1, 2, 3, 4))
    assert levels == (2, 1, 4, 3)


def test_align_refuses_what_leaves_nothing():
    with pytest.raises(HostError, match="too small for Bayer"):
        align(np.zeros((2, 2)), "BGGR", (0, 0, 0, 0))
