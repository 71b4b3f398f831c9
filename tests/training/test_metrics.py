# SPDX-License-Identifier: MIT
"""The metrics and the bicubic filter, against numbers anyone can check."""

import math

import numpy as np
import pytest

from tarsier_fpga.training.data.imresize import imresize
from tarsier_fpga.training.data.luma import luma
from tarsier_fpga.training.score.metrics import grey_levels, picture_psnr, ssim


def test_one_grey_level_is_48_13_db(rng):
    image = rng.integers(0, 255, (20, 30, 3))
    assert round(picture_psnr(image + 1, image), 2) == 48.13


def test_borders_are_left_out(rng):
    image = rng.integers(0, 256, (20, 30))
    damaged = image.copy()
    damaged[:2] = damaged[:, -2:] = 0
    assert picture_psnr(damaged, image, 2) == math.inf
    assert picture_psnr(damaged, image, 1) < 40


def test_ssim_of_equal_images_is_one_and_of_a_constant_shift_its_luminance_term():
    flat = np.full((16, 16), 100.0)
    assert ssim(flat, flat) == 1
    c1 = (0.01 * 255) ** 2
    assert ssim(flat + 20, flat) == pytest.approx(
        (2 * 100 * 120 + c1) / (100**2 + 120**2 + c1), abs=1e-9
    )


def test_ssim_falls_with_noise(rng):
    image = rng.integers(60, 200, (40, 40, 3))
    little, much = (ssim(image + rng.normal(0, s, image.shape), image) for s in (5, 50))
    assert 1 > little > much > 0


def test_grey_levels_clip_then_round():
    assert grey_levels(np.array([-1, 0.49 / 255, 0.51 / 255, 1.7])).tolist() == [0, 0, 1, 255]


def test_luma_has_studio_range():
    assert luma(np.full((1, 1, 3), 128, np.uint8))[0, 0] == pytest.approx(16 + 219 * 128 / 255)


@pytest.mark.parametrize("scale", [2, 4, 1 / 2, 1 / 4])
def test_bicubic_keeps_constants_and_straight_lines(scale):
    flat = np.full((16, 16, 3), 77.0)
    assert np.allclose(imresize(flat, scale), 77)
    ramp = np.arange(32.0)[None].repeat(32, 0)
    inner = slice(int(8 * scale), int(24 * scale))
    expected = (np.arange(round(32 * scale)) + 0.5) / scale - 0.5
    assert np.allclose(imresize(ramp, scale)[:, inner], expected[inner])


def test_shrinking_is_antialiased():
    # One-pixel stripes vanish to their mean; without antialiasing they would alias.
    stripes = np.tile([0.0, 100.0], (32, 16))
    assert np.allclose(imresize(stripes, 1 / 4)[:, 2:-2], 50, atol=1)
