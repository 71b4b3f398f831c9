# SPDX-License-Identifier: MIT
"""Training is handed the numbers and levels that `tarsier run` encodes."""

import numpy as np
import pytest

from tarsier_fpga.camera.dng import write_dng
from tarsier_fpga.camera.encode import decode, encode
from tarsier_fpga.camera.raw import CFA_PHASES, phases
from tarsier_fpga.camera.read import camera_frame, read_raw
from tarsier_fpga.hls.base.coding import RAW
from tarsier_fpga.training.data.raw_pairs import find_pairs

BLACK = (500, 520, 540, 560)  # of the first two by two pixels, all different
WHITE = 4000


@pytest.fixture(params=CFA_PHASES)
def dng(request, tmp_path, rng):
    """A frame that is cropped to begin with red, whose blacks are not alike."""
    path = tmp_path / "frame.dng"
    mosaic = rng.integers(450, WHITE + 1, (35, 51)).astype(np.uint16)
    write_dng(path, mosaic, cfa=request.param, black=BLACK, white=WHITE)
    return path


def test_both_see_the_same_numbers(dng):
    trained, served = camera_frame(dng), read_raw(dng)
    assert np.array_equal(trained.mosaic, served.mosaic)
    assert (trained.black, trained.white) == (served.black, served.white)
    assert sorted(trained.black) == sorted(BLACK)


def test_what_is_trained_on_is_what_is_encoded(dng):
    frame = camera_frame(dng)
    light = np.stack(
        [
            (plane.astype(np.float64) - black) / frame.span
            for plane, black in zip(phases(frame.mosaic), frame.black, strict=True)
        ],
        axis=-1,
    )
    codes = np.clip(np.rint(RAW.black + RAW.span * light), 0, RAW.top)
    encoded = encode(read_raw(dng), 1.0, RAW)
    assert np.array_equal(encoded, codes)
    assert np.array_equal(decode(encoded, RAW), ((codes - RAW.black) / RAW.span).astype(np.float32))


def test_a_raw_pair_is_trained_on_the_levels_that_are_served(tmp_path, rng):
    """Blacks that are not alike: each colour loses its own, in training as in `tarsier run`."""
    for name in ("short/00001_00_0.5s.dng", "long/00001_00_2s.dng"):
        path = tmp_path / name
        path.parent.mkdir()
        mosaic = rng.integers(450, WHITE + 1, (32, 32)).astype(np.uint16)
        write_dng(path, mosaic, black=BLACK, white=WHITE)
    (pair,) = find_pairs("sid", tmp_path, camera_frame)
    assert pair.gain == 4
    served = read_raw(pair.dark)
    assert np.array_equal(pair.frames[0].mosaic, served.mosaic)
    assert (pair.frames[0].black, pair.frames[0].white) == (served.black, served.white)
    dark, _ = pair.crop(16, np.random.default_rng(0))  # the whole frame
    for channel, (plane, black) in enumerate(zip(phases(served.mosaic), BLACK, strict=True)):
        light = (plane.astype(np.float32) - black) / np.float32(WHITE - max(BLACK))
        assert np.array_equal(dark[channel], 4 * light)
