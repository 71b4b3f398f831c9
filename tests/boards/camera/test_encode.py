# SPDX-License-Identifier: MIT
import hashlib
from fractions import Fraction

import numpy as np
import pytest

from tarsier_fpga.camera.encode import decode, encode, exact
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.hls.base.coding import Coding

SCALE = Coding(black=128, white=896, bits=10)


def frame(mosaic, black=(0, 0, 0, 0), white=1023) -> Raw:
    return Raw("test", np.asarray(mosaic, np.uint16), black, white)


@pytest.mark.parametrize("gain", [1.0, 1 / 256, 3.5, 13.13671875, 256.0])
@pytest.mark.parametrize(
    ("black", "white"),
    [((0, 1, 2, 3), 255), ((512, 600, 64, 0), 16383), ((63.9, 64, 64.25, 2565 / 10), 1000)],
)
def test_codes_are_the_formula_in_exact_numbers(rng, gain, black, white):
    mosaic = rng.integers(0, white + 1, (8, 10))
    codes = encode(frame(mosaic, black, white), gain, SCALE)
    assert codes.shape == (4, 5, 4)
    assert codes.dtype == np.uint16
    for y in range(8):
        for x in range(10):
            channel = 2 * (y % 2) + x % 2
            light = (int(mosaic[y, x]) - exact(black[channel])) / (white - exact(max(black)))
            code = min(max(round(128 + 768 * Fraction(gain) * light), 0), 1023)
            assert codes[y // 2, x // 2, channel] == code


def test_codes_are_the_same_on_every_machine():
    mosaic = np.arange(64 * 64).reshape(64, 64) * 4
    codes = encode(frame(mosaic, (512, 513, 514, 515), 16383), 3.25, SCALE)
    digest = hashlib.sha256(codes.astype("<u2").tobytes()).hexdigest()
    assert digest[:16] == "62edda08866be99d"


def test_black_white_and_what_lies_beyond():
    codes = encode(frame([[100, 0], [900, 1023]], (100,) * 4, 900), 1.0, SCALE)
    assert codes.ravel().tolist() == [128, 32, 896, 1014]
    assert decode(codes, SCALE).ravel()[[0, 2]].tolist() == [0.0, 1.0]


@pytest.mark.parametrize("scale", [Coding(32, 224, 8), Coding(64, 448, 9), Coding(0, 1023, 10)])
def test_a_network_of_fewer_bits_gets_its_own_codes(scale):
    codes = encode(frame([[0, 1023], [2, 1021]]), 1.0, scale)
    assert codes.ravel()[:2].tolist() == [scale.black, scale.white]
    assert decode(codes, scale).ravel()[:2].tolist() == [0.0, 1.0]
    most = encode(frame([[1023] * 2] * 2), 256.0, scale)
    assert np.unique(most).tolist() == [(1 << scale.bits) - 1]
