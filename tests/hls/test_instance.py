# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.netlist.instance import Bits, pack_bits, rtl_path, sv_literal


def test_pack_bits_is_row_major_with_item_0_lowest(rng):
    matrix = rng.integers(-16, 16, (3, 5))
    packed = pack_bits(matrix, 5)
    items = [packed.value >> (5 * i) & 31 for i in range(15)]
    assert packed.width == 75
    assert items == list(matrix.ravel() & 31)


def test_pack_bits_rejects_what_does_not_fit():
    with pytest.raises(KernelError, match=r"items -9..0 do not fit in width=4 bits"):
        pack_bits(np.array([-9, 0]), 4)


def test_literals_are_sized():
    assert sv_literal(Bits(300, 1 << 299)) == f"300'h8{'0' * 74}"
    assert sv_literal(-128) == "-128"


def test_a_missing_kernel_is_named_with_the_known_ones():
    with pytest.raises(KernelError, match=r"softmax: no rtl/softmax.sv; there are act_.*fifo, "):
        rtl_path("softmax")
