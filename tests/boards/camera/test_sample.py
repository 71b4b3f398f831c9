# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from tarsier_fpga.camera.encode import encode
from tarsier_fpga.camera.exposure import auto_gain
from tarsier_fpga.camera.read import read_raw
from tarsier_fpga.camera.sample import Sensor, write_sample
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.picture.psnr import psnr


def test_sample_is_dark_noisy_and_the_same_every_time(tmp_path):
    first, reference = write_sample(tmp_path)
    bytes_before = first.read_bytes()
    assert write_sample(tmp_path)[0].read_bytes() == bytes_before
    noisy, clean = read_raw(first), read_raw(reference)
    assert noisy.mosaic.shape == clean.mosaic.shape == (426, 640)
    gain = auto_gain(noisy)
    assert 10 < gain < 20
    scale = Coding(128, 896, 10)
    codes = [encode(raw, gain, scale) for raw in (noisy, clean)]
    assert 21 < psnr(*codes, scale) < 25


def test_noise_is_shot_read_and_row_noise(tmp_path):
    quiet = Sensor(light=1e6, read=0.0, row=0.0)
    noisy, clean = (read_raw(path) for path in write_sample(tmp_path, quiet))
    exposed = (noisy.mosaic - 512.0) / (16383 - 512)
    assert np.abs(exposed - clean.mosaic / 65535.0).max() < 4e-4  # photons of a bright scene

    loud = Sensor(light=1e6, read=0.0, row=3e4)
    noisy, clean = (read_raw(path) for path in write_sample(tmp_path, loud))
    residue = (noisy.mosaic - 512.0) / (16383 - 512) - clean.mosaic / 65535.0
    inner = residue[:, 200:400].mean(axis=1)  # one offset a row
    assert inner.std() * 1e6 * 16 == pytest.approx(3e4, rel=0.2)
