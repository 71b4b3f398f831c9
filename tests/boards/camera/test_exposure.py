# SPDX-License-Identifier: MIT
from fractions import Fraction

import numpy as np
import pytest

from tarsier_fpga.camera.encode import encode
from tarsier_fpga.camera.exposure import Exposure, auto_gain, check_gain, red_gain
from tarsier_fpga.camera.raw import Raw, phases
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.describe.red_meter import red_meter
from tarsier_fpga.hls.golden.exposure_meter import exposure_meter


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
    """Black has the weight 65535, white that of the last of 128 bins."""
    raw = frame([[0, 256], [256, 256]], white=256)
    lamp = round(65535 * 2 ** (-8 * 127 / 128))
    by_hand = Fraction(1, 2) * 256 * (65535 + 3 * lamp) / (3 * lamp * 256)
    assert red_gain(raw) == int(by_hand * 256) / 256


@pytest.mark.parametrize("gains", [(1, 1), (1.5, 0.25)])
def test_the_kernel_gives_the_same_gain(rng, gains):
    """On ordinary frames, with lamps, all black, all white, with one bright pixel."""
    frames = [rng.integers(50, 400, (16, 24)), np.full((16, 24), 64), np.full((16, 24), 1023)]
    frames += [frames[1].copy(), frames[0].copy()]
    frames[3][5, 5] = frames[4][:3] = 1023
    for mosaic in frames:
        raw = frame((mosaic * gains[0]).clip(0, 1023), (64, 60, 64, 63))
        meter = red_meter(round(raw.span))
        packed = np.stack([phase.ravel() for phase in phases(raw.mosaic)], axis=-1)
        steps = exposure_meter(
            packed,
            np.array(raw.black),
            meter.span,
            meter.weights,
            meter.mantissa,
            meter.target,
            meter.most,
        )
        assert red_gain(raw) == max(steps, 256) / 256


def test_red_gain_with_equal_weights_is_equation_4():
    raw = frame([[8, 8], [8, 8]], white=256)
    assert red_gain(raw) == 0.5 * 32


def test_red_gain_is_near_the_published(rng):
    """m = 0.5, n = 128, bin by bin as Eq. 6 and 7 are written."""
    mosaic = rng.integers(50, 400, (6, 8))
    edges = [0.0] + [2 ** (k * 8 / 128) / 2**8 for k in range(1, 129)]
    total = light = 0.0
    for x in ((mosaic - 64).clip(0) / (1023 - 64)).ravel():
        k = next(k for k in range(1, 129) if x <= edges[k])
        weight = 2 ** ((128 - k + 1) * 8 / 128) / 2**8
        total, light = total + weight, light + weight * x
    assert red_gain(frame(mosaic, (64,) * 4)) == pytest.approx(0.5 * total / light, rel=0.01)


def test_a_few_lamps_do_not_darken_the_rest():
    night = np.full((64, 64), 10)
    lamps = night.copy()
    lamps[:4] = 1023
    assert red_gain(frame(lamps)) > 0.9 * red_gain(frame(night))
    assert red_gain(frame(night)) == pytest.approx(0.5 * 1023 / 10, abs=1 / 256)


@pytest.mark.parametrize(("value", "gain"), [(0, 256.0), (1, 256.0), (1023, 1.0)])
def test_red_gain_of_flat_frames(value, gain):
    assert Exposure.RED.gain(frame(np.full((8, 8), value))) == gain
