# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.netlist.beats import pack, unpack


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("lanes", [1, 3, 45])
@pytest.mark.parametrize("width", [1, 8, 17, 31, 32])
def test_unpack_inverts_pack(width, lanes, signed, rng):
    least = -(1 << width - 1) if signed else 0
    values = rng.integers(least, least + (1 << width), (9, lanes))
    assert np.array_equal(unpack(pack(values, width), lanes, width, signed), values)


def test_pack_is_one_long_little_endian_number(rng):
    lanes = rng.integers(0, 1 << 11, (1, 7))
    number = sum(int(lane) << (11 * i) for i, lane in enumerate(lanes[0]))
    assert pack(lanes, 11).astype("<u4").tobytes() == number.to_bytes(12, "little")


def test_pack_rejects_bad_arguments():
    with pytest.raises(KernelError, match=r"values 0..8 do not fit in lanes of width=3 bits"):
        pack(np.array([[0, 8]]), 3)
    with pytest.raises(KernelError, match=r"values -5..3 do not fit in lanes of width=3 bits"):
        pack(np.array([[-5, 3]]), 3)
    with pytest.raises(KernelError, match=r"shape \(4,\) must be \(beats, lanes or words\)"):
        pack(np.zeros(4, int), 3)
    with pytest.raises(KernelError, match=r"width=33 must be in 1..32"):
        pack(np.zeros((1, 1), int), 33)


def test_unpack_rejects_another_number_of_words():
    with pytest.raises(KernelError, match=r"beats of 2 words, but 16 lanes of 5 bits fill 3"):
        unpack(np.zeros((4, 2), np.uint32), 16, 5, False)
