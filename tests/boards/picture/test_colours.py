# SPDX-License-Identifier: MIT
"""Pictures as codes and back."""

from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from tarsier_fpga.hls.base.coding import BYTE, UNCLIPPED, Coding, FrameKind
from tarsier_fpga.picture.colours import enlarged, photo_codes, restored_photo
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.picture.scores import photo_score
from tarsier_fpga.training.data.imresize import imresize

DEEP = Coding(0, 4095, 12)


@pytest.mark.parametrize("scale", [BYTE, UNCLIPPED])
@pytest.mark.parametrize("shape", [(8, 9, 3), (8, 9)])
def test_what_no_network_changes_stays(rng, scale, shape):
    photo = Photo(
        "p", rng.integers(0, 256, shape, np.uint8), rng.integers(0, 256, (8, 9), np.uint8)
    )
    for kind in (FrameKind.RGB, FrameKind.LUMA):
        codes = photo_codes(photo, kind, scale)
        assert codes.shape == (8, 9, kind.channels)
        if kind is FrameKind.RGB and not photo.grey:
            assert np.array_equal(codes, photo.pixels.astype(int) + scale.black)
        back = restored_photo(codes, scale, photo)
        # Luma is rounded to a level, by which R, G and B may move.
        most = 1 if kind is FrameKind.LUMA and not photo.grey else 0
        assert np.abs(back.pixels.astype(int) - photo.pixels.astype(int)).max() <= most
        assert np.array_equal(back.alpha, photo.alpha)


def test_luma_is_that_of_jpeg(rng):
    pixels = rng.integers(0, 256, (40, 50, 3), np.uint8)
    codes = photo_codes(Photo("p", pixels), FrameKind.LUMA, BYTE)[..., 0]
    cut_off = np.asarray(Image.fromarray(pixels).convert("YCbCr"))[..., 0]  # where ours rounds
    assert set(np.unique(codes - cut_off.astype(int))) == {0, 1}


def test_chroma_goes_round_the_network(rng):
    """Of a luma that is 20 levels brighter, every colour is, and Cb and Cr are as they were."""
    pixels = rng.integers(60, 190, (20, 30, 3), np.uint8)
    photo = Photo("p", pixels)
    codes = photo_codes(photo, FrameKind.LUMA, BYTE)
    brighter = restored_photo(codes + 20, BYTE, photo).pixels.astype(int)
    assert np.abs(brighter - pixels - 20).max() <= 1
    twice = restored_photo(codes.repeat(2, 0).repeat(2, 1), BYTE, photo)
    assert twice.pixels.shape == (40, 60, 3)


def test_more_codes_than_a_byte_give_sixteen_bits(rng):
    deep = rng.integers(0, 1 << 16, (8, 9, 3), np.uint16)
    photo = Photo("p", deep)
    codes = photo_codes(photo, FrameKind.RGB, DEEP)
    back = restored_photo(codes, DEEP, photo)
    assert back.pixels.dtype == np.uint16
    assert np.abs(back.pixels.astype(int) - deep).max() <= 65535 // 4095 // 2 + 1
    assert restored_photo(photo_codes(photo, FrameKind.RGB, BYTE), BYTE, photo).peak == 255


@pytest.mark.parametrize("times", [2, 4])
def test_in_bands_as_at_once(rng, times):
    image = rng.random((300, 11, 3))
    assert np.array_equal(enlarged(image, Fraction(times)), imresize(image, times))
    assert enlarged(image, Fraction(1)) is image


def test_scores_are_those_of_the_papers():
    grey = np.full((24, 24), 100, np.uint8)
    colour = np.repeat(grey[..., None], 3, axis=2)
    one, other = Photo("p", colour + 1), Photo("q", colour)
    assert round(photo_score(one, other, luma=False).psnr, 2) == 48.13
    assert round(photo_score(one, other, luma=True).psnr, 2) == 48.13
    # rgb2ycbcr: a level is 219 / 255 of one, and the border is left out.
    spoilt = one.pixels.copy()
    spoilt[:2] = 0
    twice = photo_score(Photo("p", spoilt), other, luma=False, times=2)
    assert round(twice.psnr, 2) == 49.45
    assert photo_score(Photo("p", grey[:9, :9]), Photo("q", grey[:9, :9]), luma=True).ssim is None
