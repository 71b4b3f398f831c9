# SPDX-License-Identifier: MIT
"""A raw format of another package: a module and an entry point, and Tarsier runs its files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PLUGIN = """
from pathlib import Path

import numpy as np

from tarsier_fpga.camera.raw import Raw, from_sensor
from tarsier_fpga.camera.reader import Reader
from tarsier_fpga.hls.base.errors import HostError


def _sides(path: Path) -> np.ndarray:
    return np.frombuffer(path.read_bytes()[4:10], "<u2")


def _frames(path: Path) -> int:
    return int(_sides(path)[0])


def _read(path: Path, index: int | None, sidecar: Path | None) -> Raw:
    count, height, width = _sides(path)
    numbers = np.frombuffer(path.read_bytes()[10:], "<u2")
    if numbers.size != int(count) * height * width:
        raise HostError(f"{path} is too short for {count} toy frames")
    mosaic = numbers.reshape(count, height, width)[index or 0]
    return from_sensor(path, mosaic, "BGGR", (64, 65, 66, 67), 1023)


READER = Reader(
    title="toy camera",
    suffixes=(".toy",),
    sniff=lambda head: head.startswith(b"TOY1"),
    read=_read,
    frames=_frames,
)
"""


@pytest.fixture
def toys(tmp_path) -> Path:
    """What `pip install` leaves of a package of one reader."""
    folder = tmp_path / "installed"
    facts = folder / "toy_camera-1.0.dist-info"
    facts.mkdir(parents=True)
    (folder / "toy_camera.py").write_text(PLUGIN)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-camera\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[tarsier_fpga.readers]\ntoy = toy_camera\n")
    return folder


def tarsier(toys: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from tarsier_fpga.cli import main; main()", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(toys), "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )


def write_toy(path: Path, mosaics: np.ndarray) -> Path:
    path.write_bytes(b"TOY1" + np.array(mosaics.shape, "<u2").tobytes() + mosaics.tobytes())
    return path


def test_the_help_names_it(toys):
    done = tarsier(toys, "run", "--help")
    assert done.returncode == 0
    assert "toy camera" in done.stdout
    assert "DNG and camera raw" in done.stdout


@pytest.mark.slow
def test_its_frames_are_restored(toys, tmp_path, rng):
    mosaics = rng.integers(64, 1024, (2, 65, 81)).astype("<u2")
    film = write_toy(tmp_path / "film.toy", mosaics)
    out = tmp_path / "out"
    done = tarsier(toys, "run", film, "-o", out, "--accel", "cpu")
    assert (done.returncode, done.stderr) == (0, "")
    names = [frame["name"] for frame in json.loads((out / "run.json").read_text())["frames"]]
    assert names == ["film-0000", "film-0001"]
    # BGGR, so that a row and a column are left out to begin with red.
    assert np.asarray(Image.open(out / "film-0001.png")).shape == (64, 80, 3)


def test_it_is_known_by_how_it_begins(toys, tmp_path, rng):
    frame = rng.integers(64, 1024, (1, 65, 81)).astype("<u2")
    nameless = write_toy(tmp_path / "frame.bin", frame)
    asked = "-o", tmp_path / "out.png", "--accel", "cpu", "--net", "nonet"
    done = tarsier(toys, "run", nameless, *asked)
    assert done.stderr.startswith("tarsier: no net 'nonet'")  # which is looked for after reading


def test_what_is_wrong_with_a_file_is_one_sentence(toys, tmp_path, rng):
    short = write_toy(tmp_path / "short.toy", rng.integers(64, 1024, (2, 8, 8)).astype("<u2"))
    short.write_bytes(short.read_bytes()[:-2])
    done = tarsier(toys, "run", short, "-o", tmp_path / "out", "--accel", "cpu")
    assert done.returncode == 2
    assert done.stderr == f"tarsier: {short} is too short for 2 toy frames\n"
    (tmp_path / "notes.txt").write_text("no frame")
    done = tarsier(toys, "run", tmp_path / "notes.txt", "-o", tmp_path / "out.png")
    assert done.returncode == 2
    assert "notes.txt is no raw frame" in done.stderr
    assert ".toy" in done.stderr


def test_a_module_that_is_no_reader_is_named(toys, tmp_path):
    (toys / "toy_camera.py").write_text("READERS = []\n")
    done = tarsier(toys, "run", tmp_path, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert "the raw format toy has no READER" in done.stderr
