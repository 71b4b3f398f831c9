# SPDX-License-Identifier: MIT
"""Real raw pairs, found by their layouts; files here are synthetic."""

import numpy as np
import pytest
import tifffile
import torch

from tarsier_fpga.camera.dng import write_dng
from tarsier_fpga.camera.encode import encode
from tarsier_fpga.camera.read import camera_frame, read_raw
from tarsier_fpga.hls.base.coding import RAW
from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data import raw_pairs
from tarsier_fpga.training.data.raw_pairs import find_pairs
from tarsier_fpga.training.facts.codes import to_codes


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TARSIER_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def crvd(tmp_path, rng):
    """One scene, two noisy takes of its only frame; GBRG, as the sensor gives it."""
    clean = rng.integers(240, 4096, (42, 40), np.uint16)
    noisy = tmp_path / "indoor_raw_noisy/scene1/ISO1600"
    truth = tmp_path / "indoor_raw_gt/scene1/ISO1600"
    for folder in (noisy, truth):
        folder.mkdir(parents=True)
    tifffile.imwrite(truth / "frame1_clean_and_slightly_denoised.tiff", clean)
    for take in range(2):
        tifffile.imwrite(noisy / f"frame1_noisy{take}.tiff", clean + take)
    tifffile.imwrite(noisy / "frame2_noisy0.tiff", clean)  # without a clean frame
    return tmp_path, clean


def test_crvd_crops_are_packed_rggb_between_black_and_white(crvd):
    folder, clean = crvd
    first, second = find_pairs("crvd", folder, camera_frame)
    dark, bright = first.crop(20, np.random.default_rng(0))
    assert dark.shape == bright.shape == (4, 20, 20) and dark.dtype == np.float32
    assert np.array_equal(dark, bright)
    # One row down from GBRG is RGGB; 40 x 40 pixels hold one crop of 20 only.
    expected = (clean[1:41:2, 0::2].astype(np.float32) - 240) / (4095 - 240)
    assert np.array_equal(bright[0], expected)
    other, _ = second.crop(20, np.random.default_rng(0))
    assert np.allclose(other - dark, 1 / (4095 - 240), atol=1e-6)


def test_crops_beyond_the_frame_are_refused(crvd):
    pair, _ = find_pairs("crvd", crvd[0], camera_frame)
    with pytest.raises(TrainingError, match="has 40 x 40 pixels, fewer than crops of 42"):
        pair.crop(21, np.random.default_rng(0))


def test_sid_pairs_scenes_and_amplifies_by_the_exposures(tmp_path, rng, monkeypatch):
    for name in ("short/00001_00_0.1s.ARW", "short/00001_01_0.04s.ARW", "long/00001_00_10s.ARW"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"-")
    (tmp_path / "short/00002_00_0.1s.ARW").write_bytes(b"-")  # its long exposure is missing
    first, second = find_pairs("sid", tmp_path, camera_frame)
    assert (first.gain, second.gain) == (pytest.approx(100), pytest.approx(250))
    with pytest.raises(TrainingError, match=r"00001_00_0\.1s\.ARW or its pair cannot be read"):
        first.crop(4, np.random.default_rng(0))


def test_an_exposure_must_be_in_the_name(tmp_path):
    for name in ("short/00001_00_fast.ARW", "long/00001_00_10s.ARW"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"-")
    with pytest.raises(TrainingError, match=r"00001_00_fast\.ARW does not end in its exposure"):
        find_pairs("sid", tmp_path, camera_frame)


@pytest.mark.parametrize("layout", raw_pairs.LAYOUTS)
def test_a_folder_without_pairs_is_named(layout, tmp_path):
    with pytest.raises(TrainingError, match=f"holds no raw pairs laid out as {layout}"):
        find_pairs(layout, tmp_path, camera_frame)


@pytest.mark.parametrize("cfa", ["RGGB", "BGGR", "GBRG", "GRBG"])
def test_a_net_is_trained_on_the_codes_that_it_is_served(tmp_path, rng, cfa):
    # Every colour has a black level of its own; white minus black is odd, so no code is a tie.
    black, white = (60, 62, 58, 64), 561
    for name in ("short/1_00_0.25s.dng", "long/1_00_1s.dng"):
        (tmp_path / name).parent.mkdir()
        mosaic = rng.integers(40, 300, (41, 41), np.uint16)
        write_dng(tmp_path / name, mosaic, cfa=cfa, black=black, white=white)
    (pair,) = find_pairs("sid", tmp_path, camera_frame)
    served = encode(read_raw(pair.dark), 4.0, RAW).transpose(2, 0, 1)
    size = min(served.shape[1:])
    place = np.random.default_rng(0)
    top, left = (place.integers(side - size, endpoint=True) for side in served.shape[1:])
    trained, bright = pair.crop(size, np.random.default_rng(0))
    wanted = served[:, top : top + size, left : left + size]
    assert np.array_equal(to_codes(torch.from_numpy(trained)).numpy(), wanted)
    assert bright.min() == 0 and bright.max() <= 1
