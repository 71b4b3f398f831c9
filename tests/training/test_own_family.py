# SPDX-License-Identifier: MIT
"""A network family of another package's, used through the command line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tarsier_fpga.cli.app import app
from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.hls.base.errors import TarsierError, TrainingError
from tarsier_fpga.training.facts import family
from tarsier_fpga.training.facts.task import Task

CONFIG = """
photographs = "pictures"
[net]
kind = "toy"
task = "{task}"
channels = 4
units = 1
[crop]
batch = 2
size = 8
[schedule]
iterations = 2
warmup = 1
"""


@pytest.fixture
def home(tmp_path, rng):
    """What installing a package leaves, and what a user has: pictures and configs."""
    site = tmp_path / "site"
    (site / "toy-1.0.dist-info").mkdir(parents=True)
    module = Path(__file__).with_name("toy_family.py")
    (site / "toy_family.py").write_text(module.read_text())
    metadata = "Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n"
    (site / "toy-1.0.dist-info/METADATA").write_text(metadata)
    (site / "toy-1.0.dist-info/entry_points.txt").write_text(
        "[tarsier_fpga.networks]\ntoy = toy_family\n"
    )
    (tmp_path / "pictures").mkdir()
    picture = rng.integers(0, 256, (24, 28, 3), np.uint8)
    Image.fromarray(picture).save(tmp_path / "pictures/a.png")
    for task in ("raw", "rgb"):
        (tmp_path / f"toy-{task}.toml").write_text(CONFIG.format(task=task))
    return tmp_path


@pytest.fixture
def site(home, monkeypatch):
    """The package's folder, looked at anew."""
    monkeypatch.setenv("TARSIER_DATA", str(home))
    monkeypatch.setenv("TARSIER_CACHE", str(home / "cache"))
    monkeypatch.setattr(torch, "set_num_threads", lambda _: None)
    monkeypatch.chdir(home)
    monkeypatch.syspath_prepend(home / "site")
    monkeypatch.delitem(sys.modules, "toy_family", raising=False)
    family._families.cache_clear()
    yield home / "site"
    family._families.cache_clear()


def tarsier(*arguments):
    return guarded(lambda: app(list(arguments), standalone_mode=False))


@pytest.mark.slow
def test_an_installed_family_is_counted(home):
    environment = {**os.environ, "PYTHONPATH": str(home / "site")}
    done = subprocess.run(
        [Path(sys.executable).with_name("tarsier"), "count", "toy-rgb.toml"],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    # Head and tail of 3 x 4 x 9 8-bit weights each, a body of 4 x 4 x 9 1-bit ones.
    assert "head             0.006 G OPs      0.108 K params" in done.stdout
    assert "total             0.01 G OPs       0.22 K params" in done.stdout


def test_it_is_trained_and_scored_in_its_own_way(site):
    assert tarsier("train", "toy-rgb.toml", "--accelerator", "cpu", "--out", "out") == 0
    scored = ["--set", "pictures", "--json", "scores.json"]
    assert tarsier("eval", "out/toy-rgb.safetensors", *scored) == 0
    results = json.loads(Path("scores.json").read_text())["results"]
    assert [(row["sigma"], row["psnr_db"]) for row in results] == [(15, 55), (25, 65), (50, 90)]


@pytest.mark.slow
def test_it_is_exported_and_becomes_a_design(site):
    assert tarsier("export", "toy-raw.toml", "--untrained", "-o", "toy.onnx") == 0
    design = ["--board", "ulx3s-85f", "--size", "32x24", "--fps", "100", "-o", "design"]
    assert tarsier("build", "toy.onnx", *design) == 0
    assert json.loads(Path("design/design.json").read_text())["net"] == "toy-raw"


def test_a_family_of_one_s_own_is_among_the_known_kinds(site):
    assert family.find_family("toy", Task.RGB).kind == "toy"
    with pytest.raises(TrainingError, match=r"'unet' is unknown; known kinds: .*bbcu, .*toy"):
        family.find_family("unet", Task.RAW)
    with pytest.raises(TrainingError, match=r"net\.task = 'sr' is none of kind toy: raw, rgb"):
        family.find_family("toy", Task.SR)


def test_a_package_that_is_no_family_is_named(site):
    (site / "toy_family.py").write_text("FAMILY = None\n")
    with pytest.raises(TarsierError, match="family toy: its module must have FAMILIES, of Family"):
        family.find_family("bbcu", Task.RAW)


def test_a_kind_that_is_there_already_is_named(site):
    module = site / "toy_family.py"
    module.write_text(module.read_text().replace('kind="toy"', 'kind="parent"'))
    with pytest.raises(TarsierError, match="toy: networks of kind parent are there already"):
        family.find_family("bbcu", Task.RAW)
