# SPDX-License-Identifier: MIT
"""The examples run, and the public API says what is wrong in one sentence."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import tarsier_fpga as tarsier
from tarsier_fpga.camera.dng import write_dng

HERE = Path(__file__).parent


def run(name: str, *arguments: object) -> str:
    command = [sys.executable, HERE / name, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture
def dng(tmp_path, rng) -> Path:
    path = tmp_path / "frame.dng"
    light = rng.poisson(20, (60, 80)) + 64
    write_dng(path, light.astype(np.uint16), black=(64,) * 4, white=1023)
    return path


@pytest.mark.slow
def test_a_frame_is_restored(dng, tmp_path):
    said = run("restore_a_frame.py", dng, tmp_path / "out.png")
    assert said.startswith("30 x 40 blocks of 4 codes, gain ")
    assert Image.open(tmp_path / "out.png").size == (80, 60)


@pytest.mark.slow
def test_a_design_is_built_and_simulated():
    assert run("build_a_design.py").endswith(" cycles per frame with stalls, 832 ideal\n")


def test_the_same_frame_by_path_and_as_read(dng):
    by_path = tarsier.restore(dng, gain=4, check=True)
    as_read = tarsier.restore(tarsier.read(dng), gain="4", check=True)
    assert np.array_equal(by_path.codes, as_read.codes)
    assert by_path.exact is as_read.exact is True
    assert np.array_equal(by_path.picture(), as_read.picture())
    assert by_path.picture().shape == (60, 80, 3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"on": "tpu"}, "on 'tpu': frames are restored on sim, cpu, gpu, pynq, xrt"),
        ({"net": "nonet"}, "no net 'nonet'"),
        ({"board": "zcu999"}, "unknown board 'zcu999'"),
        ({"gain": "much"}, "gain 'much' is neither a number nor auto nor red"),
    ],
)
def test_what_cannot_be_is_one_sentence(dng, arguments, sentence):
    with pytest.raises(tarsier.TarsierError, match=sentence):
        tarsier.restore(dng, **arguments)


def test_the_import_is_immediate():
    """Importing Tarsier loads nothing that takes long, and changes no environment."""
    code = (
        "import os, sys; before = dict(os.environ); import tarsier_fpga; "
        "heavy = {'torch', 'finn', 'qonnx', 'onnx', 'numpy', 'rawpy'} & set(sys.modules); "
        "print(sorted(heavy), dict(os.environ) == before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[] True\n"
