# SPDX-License-Identifier: MIT
from fractions import Fraction

import numpy as np
import pytest

from tarsier_fpga.camera.encode import encode
from tarsier_fpga.camera.exposure import Exposure, auto_gain, check_gain, red_gain
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.hls.base.errors import HostError


def frame(mosaic, black=(0, 0, 0, 0), white=1023) -> Raw:
    return Raw("test", np.asarray(mosaic, np.uint16), black, white)


@pytest.mark.parametrize("value", [0, 1023])
def test_flat_frames(value):
    raw = frame(np.full((64, 64), value))
    gain = auto_gain(raw)
    assert gain == (256.0 if value == 0 else 1.0)
    codes = encode(raw, gain, Coding(128, 896, 10))
    assert np.unique(codes).tolist() == [128 if value == 0 else 896]


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


def test_red_gain_by_hand():
    """n = 2: edges 1/16 and 1, weights 1 and 1/16, all exact in binary.

    x = 1/32, 1/16 | 1/2, 1    sum(w) = 2 + 1/8    sum(x w) = 3/32 + 3/32
    """
    raw = frame([[8, 16], [128, 256]], white=256)
    by_hand = Fraction(1, 2) * Fraction(17, 8) / Fraction(3, 16)
    assert red_gain(raw, brightness=0.5, bins=2) == int(by_hand * 256) / 256 == 1450 / 256


def test_red_gain_with_equal_weights_is_equation_4():
    raw = frame([[8, 8], [8, 8]], white=256)
    assert red_gain(raw) == 0.5 * 32


def test_red_gain_as_published_in_exact_numbers(rng):
    """m = 0.5, n = 128, bin by bin as Eq. 6 and 7 are written."""
    mosaic = rng.integers(50, 400, (6, 8))
    edges = [0.0] + [2 ** (k * 8 / 128) / 2**8 for k in range(1, 129)]
    total = light = 0.0
    for x in ((mosaic - 64).clip(0) / (1023 - 64)).ravel():
        k = next(k for k in range(1, 129) if x <= edges[k])
        weight = 2 ** ((128 - k + 1) * 8 / 128) / 2**8
        total, light = total + weight, light + weight * x
    assert red_gain(frame(mosaic, (64,) * 4)) == int(0.5 * total / light * 256) / 256


def test_a_few_lamps_do_not_darken_the_rest():
    night = np.full((64, 64), 10)
    lamps = night.copy()
    lamps[:4] = 1023
    assert red_gain(frame(lamps)) > 0.9 * red_gain(frame(night))
    assert red_gain(frame(night)) == pytest.approx(0.5 * 1023 / 10, abs=1 / 256)


@pytest.mark.parametrize(("value", "gain"), [(0, 256.0), (1, 256.0), (1023, 1.0)])
def test_red_gain_of_flat_frames(value, gain):
    assert Exposure.RED.gain(frame(np.full((8, 8), value))) == gain
