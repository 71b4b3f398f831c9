# SPDX-License-Identifier: MIT
import hashlib
from fractions import Fraction

import numpy as np
import pytest

from boards.errors import HostError
from boards.host.codes import auto_gain, check_gain, decode, encode
from boards.host.raw import Raw


def frame(mosaic, black=(0, 0, 0, 0), white=1023) -> Raw:
    return Raw("test", np.asarray(mosaic, np.uint16), black, white)


@pytest.mark.parametrize("gain", [1.0, 1 / 256, 3.5, 13.13671875, 256.0])
@pytest.mark.parametrize(("black", "white"), [((0, 1, 2, 3), 255), ((512, 600, 64, 0), 16383)])
def test_codes_are_the_formula_in_exact_numbers(rng, gain, black, white):
    mosaic = rng.integers(0, white + 1, (8, 10))
    codes = encode(frame(mosaic, black, white), gain)
    assert codes.shape == (4, 5, 4)
    assert codes.dtype == np.uint16
    for y in range(8):
        for x in range(10):
            channel = 2 * (y % 2) + x % 2
            light = Fraction(int(mosaic[y, x]) - black[channel], white - black[channel])
            exact = min(max(round(128 + 768 * Fraction(gain) * light), 0), 1023)
            assert codes[y // 2, x // 2, channel] == exact


def test_codes_are_the_same_on_every_machine():
    mosaic = np.arange(64 * 64).reshape(64, 64) * 4
    codes = encode(frame(mosaic, (512, 513, 514, 515), 16383), 3.25)
    digest = hashlib.sha256(codes.astype("<u2").tobytes()).hexdigest()
    assert digest[:16] == "dcd32cd7da00bb84"


def test_black_white_and_what_lies_beyond():
    codes = encode(frame([[100, 0], [900, 1023]], (100,) * 4, 900), 1.0)
    assert codes.ravel().tolist() == [128, 32, 896, 1014]
    assert decode(codes).ravel()[[0, 2]].tolist() == [0.0, 1.0]


@pytest.mark.parametrize("value", [0, 1023])
def test_flat_frames(value):
    raw = frame(np.full((64, 64), value))
    gain = auto_gain(raw)
    assert gain == (256.0 if value == 0 else 1.0)
    assert np.unique(encode(raw, gain)).tolist() == [128 if value == 0 else 896]


def test_auto_gain_brings_the_brightest_colour_to_four_fifths(rng):
    mosaic = np.full((64, 64), 50)
    mosaic[0::2, 1::2] = 100  # one green is brightest
    raw = frame(mosaic + rng.integers(-40, 41, mosaic.shape))
    assert 0.75 < auto_gain(raw) * 100 / 1023 < 0.82


def test_auto_gain_takes_frames_of_any_size():
    for size in ((2, 2), (2, 40), (18, 34)):
        assert auto_gain(frame(np.full(size, 1023))) == 1.0


@pytest.mark.parametrize("gain", [0.0, -1.0, 256.5, float("nan"), float("inf")])
def test_gain_out_of_range(gain):
    with pytest.raises(HostError, match="is not between 1/256 and 256"):
        check_gain(gain)
