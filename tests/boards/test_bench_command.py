# SPDX-License-Identifier: MIT
"""tarsier bench as a user types it."""

import json
import subprocess

import pytest
import torch

from tests.boards.test_cli import refused, tarsier

pytestmark = pytest.mark.slow

FILES = {"bench.json", "bench-fps.png", "bench-latency.png", "report.html"}


@pytest.fixture(scope="module")
def design(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench") / "design"
    target = ["--board", "zcu104", "--size", "64x52", "-o", folder]
    done = tarsier("build", "bbcu-raw-16x8", *target)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def benched(design) -> subprocess.CompletedProcess:
    return tarsier("bench", design, "--sizes", "own,2x2", "--runs", 3, "--no-compile")


def test_every_network_has_its_rows(design, benched):
    assert (benched.returncode, benched.stderr) == (0, "")
    bench = json.loads((design / "bench.json").read_text())
    rows = {
        (row["net"], row["place"]): row
        for row in bench["rows"]
        if (row["width"], row["height"]) == (64, 52)
    }
    nets = "bbcu-raw-16x8", "bbcu-raw-16x8-parent", "RED"
    places = {(net, place) for net in nets for place in ("gpu", "cpu")}
    assert set(rows) == {("bbcu-raw-16x8", "chip")} | places
    chip, cpu = rows["bbcu-raw-16x8", "chip"], rows["bbcu-raw-16x8", "cpu"]
    assert (chip["basis"], chip["fps"]) == ("assumed clock", 250e6 / (32 * 26))
    assert chip["watts"] is None
    assert cpu["basis"] == "measured"
    assert cpu["psnr_db"] == chip["psnr_db"] < rows["bbcu-raw-16x8-parent", "cpu"]["psnr_db"]
    assert rows["RED", "cpu"]["note"] == "untrained, for its speed alone"
    if not torch.cuda.is_available():
        assert all(row["fps"] is None for key, row in rows.items() if key[1] == "gpu")
        assert "no GPU here and none recorded" in benched.stdout


def test_size_that_cannot_be_built_is_skipped_with_its_reason(design, benched):
    rows = json.loads((design / "bench.json").read_text())["rows"]
    tiny = next(row for row in rows if row["place"] == "chip" and row["width"] == 2)
    assert tiny["basis"] == "skipped"
    assert "do not fit" in tiny["note"]


def test_files_are_complete(design, benched):
    written = {path.name for path in design.iterdir() if path.is_file()}
    assert written >= FILES
    assert not [name for name in written if name.startswith(".")]
    page = (design / "report.html").read_text()
    assert page.count("download=") == 2
    assert "the RTL gives the bits" in page


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--sizes", "8k"], "size '8k' is not WIDTHxHEIGHT, such as 1920x1080, own, or one of"),
        (["--sizes", "7x8"], "a Bayer frame is even in both directions"),
        (["--net", "nothing"], "no net 'nothing'"),
        (["--also", "nothing"], "no config 'nothing'"),
        (["--also", "srresnet-x2"], "srresnet-x2: the bench takes networks on raw frames or"),
    ],
)
def test_what_a_user_gets_wrong(design, arguments, sentence):
    refused(tarsier("bench", design, *arguments), sentence)


def test_without_a_design_or_a_gpu(design, tmp_path):
    refused(tarsier("bench", tmp_path), "holds no design")
    if not torch.cuda.is_available():
        refused(tarsier("bench", design, "--record"), "no GPU here that PyTorch can use")
