# SPDX-License-Identifier: MIT
"""Frames from real cameras."""

import json

import numpy as np
import pytest

from tarsier_fpga.camera.encode import encode
from tarsier_fpga.camera.exposure import auto_gain
from tarsier_fpga.camera.read import read_raw
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.picture.isp import develop, grey_world

pytestmark = pytest.mark.data

SCALE = Coding(128, 896, 10)


def test_gopro_dng(data):
    raw = read_raw(data / "raw_gopro/GOPR0024.DNG")
    assert (raw.width, raw.height, raw.black, raw.white) == (4000, 3000, (0, 0, 0, 0), 16383)
    codes = encode(raw, auto_gain(raw), SCALE)
    picture = develop(codes, raw, raw.balance, SCALE)
    assert picture.shape == (3000, 4000, 3)
    assert 60 < picture.mean() < 190


def test_truncated_gopro_dng(data, tmp_path):
    whole = (data / "raw_gopro/GOPR0024.DNG").read_bytes()
    path = tmp_path / "half.dng"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(HostError, match="is truncated or damaged"):
        read_raw(path)


def test_nikon_crop(data, tmp_path):
    info = json.loads((data / "raw_nikon_crop/info.json").read_text())
    matrix = info["color_matrix_xyz_to_cam"]
    red, green, _, blue = info["channel_gain_rggb"]
    sidecar = tmp_path / "nikon.toml"
    sidecar.write_text(
        'width = 768\nheight = 512\nbits = 14\ncfa = "RGGB"\n'
        f"black = {info['black_level']}\nwhite = {info['white_level']}\n"
        f"balance = [{red}, {green}, {blue}]\nxyz_to_camera = {matrix}\n"
    )
    raw = read_raw(data / "raw_nikon_crop/DSC_1339_768x512_rggb.raw", sidecar)
    picture = develop(encode(raw, auto_gain(raw), SCALE), raw, raw.balance, SCALE)
    assert picture.shape == (512, 768, 3)
    assert 30 < picture.mean() < 190


def test_low_light_series_grows_with_exposure(data, tmp_path):
    sidecar = tmp_path / "mcr.toml"
    sidecar.write_text(
        'width = 1280\nheight = 1024\nbits = 8\ncfa = "RGGB"\nblack = 3\nwhite = 235\n'
    )
    frames = [read_raw(path, sidecar) for path in sorted((data / "raw_mcr_lowlight").glob("*.raw"))]
    assert len(frames) == 8
    gains = [auto_gain(frame) for frame in frames]
    assert gains == sorted(gains, reverse=True)
    codes = encode(frames[0], gains[0], SCALE)
    assert codes.shape == (512, 640, 4)
    assert all(np.isfinite(grey_world(codes, SCALE)))
