# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.picture.isp import demosaic, develop, grey_world, oriented

SCALE = Coding(128, 896, 10)


def frame(**facts) -> Raw:
    return Raw("test", np.zeros((8, 12), np.uint16), (0,) * 4, 1023, **facts)


# Where the frame's first corner is in the picture, by LibRaw's code.
CORNERS = {
    0: (0, 0),
    1: (0, -1),
    2: (-1, 0),
    3: (-1, -1),
    4: (0, 0),
    5: (-1, 0),
    6: (0, -1),
    7: (-1, -1),
}


@pytest.mark.parametrize("flip", range(8))
def test_picture_has_the_frame_upright(flip):
    codes = np.full((4, 6, 4), SCALE.black, np.uint16)
    codes[0, 0] = SCALE.white
    picture = develop(codes, frame(flip=flip), (1, 1, 1), SCALE)
    assert picture.shape == ((12, 8, 3) if flip & 4 else (8, 12, 3))
    assert picture.dtype == np.uint8
    assert picture[CORNERS[flip]].tolist() == [255, 255, 255]
    others = set(CORNERS.values()) - {CORNERS[flip]}
    assert all(picture[corner].tolist() == [0, 0, 0] for corner in others)
    # One row further down in the frame is one column further in a picture that is turned.
    red, blue = (develop(one, frame(flip=flip), (1, 1, 1), SCALE) for one in _edges())
    edge = red.transpose(1, 0, 2) if flip & 4 else red
    assert np.array_equal(edge.max(axis=(1, 2)) > 0, _along(8, bool(flip & 2)))
    edge = blue.transpose(1, 0, 2) if flip & 4 else blue
    assert np.array_equal(edge.max(axis=(0, 2)) > 0, _along(12, bool(flip & 1)))


def _edges() -> tuple[np.ndarray, np.ndarray]:
    """Frames whose first row, and whose first column, of red sites is lit."""
    rows, columns = (np.full((4, 6, 4), SCALE.black, np.uint16) for _ in range(2))
    rows[0, :, 0] = columns[:, 0, 0] = SCALE.white
    return rows, columns


def _along(length: int, mirrored: bool) -> np.ndarray:
    """The first pixel is lit, and by interpolation the next."""
    lit = np.arange(length) < 2
    return lit[::-1] if mirrored else lit


def test_black_white_and_overexposed():
    levels = np.array([0, 128, 896, 1023], np.uint16).repeat(3)  # stripes three blocks wide
    codes = np.broadcast_to(levels[None, :, None], (4, 12, 4))
    picture = develop(codes, frame(matrix=np.eye(3)), (2.0, 1.0, 0.5), SCALE)
    assert picture[4, 2::6].tolist() == [[0, 0, 0], [0, 0, 0], [255, 255, 255], [255, 255, 255]]


def test_demosaic_keeps_what_was_measured(rng):
    light = rng.random((5, 7, 4), np.float32)
    rgb = demosaic(light)
    assert np.array_equal(rgb[0::2, 0::2, 0], light[..., 0])
    assert np.array_equal(rgb[0::2, 1::2, 1], light[..., 1])
    assert np.array_equal(rgb[1::2, 0::2, 1], light[..., 2])
    assert np.array_equal(rgb[1::2, 1::2, 2], light[..., 3])


def test_demosaic_of_a_ramp_is_the_ramp():
    ramp = np.arange(16, dtype=np.float32)[None, :].repeat(12, 0)
    packed = np.stack([ramp[y::2, x::2] for y in (0, 1) for x in (0, 1)], axis=2)
    rgb = demosaic(packed)
    assert np.array_equal(rgb[1:-1, 1:-1], ramp[1:-1, 1:-1, None].repeat(3, 2))


def test_grey_world_makes_the_mean_grey():
    codes = np.full((4, 4, 4), 128, np.uint16) + np.array([96, 192, 192, 384], np.uint16)
    assert grey_world(codes, SCALE) == (2.0, 1.0, 0.5)


def test_oriented_mirrors_before_it_turns():
    picture = np.arange(6).reshape(2, 3, 1)
    assert oriented(picture, 6)[..., 0].tolist() == [[3, 0], [4, 1], [5, 2]]  # a quarter turn
    assert oriented(picture, 3)[..., 0].tolist() == [[5, 4, 3], [2, 1, 0]]
