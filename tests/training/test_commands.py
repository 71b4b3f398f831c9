# SPDX-License-Identifier: MIT
"""The commands around training, on a network and pictures small enough to run them all."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tarsier_fpga.cli.app import app
from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.training.facts.checkpoint import read_net
from tarsier_fpga.training.loop.training_run import Run

CONFIG = """
photographs = "pictures"
parent = "{parent}"
[net]
kind = "{kind}"
form = "float"
task = "rgb"
head = "relu"
channels = 4
units = 2
[crop]
batch = 2
size = 12
[schedule]
iterations = 6
warmup = 1
"""


@pytest.fixture
def home(tmp_path, rng, monkeypatch):
    """A data folder with one set, a config and its parent's."""
    monkeypatch.setenv("TARSIER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TARSIER_DATA", str(tmp_path))
    monkeypatch.setattr(torch, "set_num_threads", lambda _: None)
    (tmp_path / "pictures").mkdir()
    for name in "ab":
        picture = rng.integers(0, 256, (24, 28, 3), np.uint8)
        Image.fromarray(picture).save(tmp_path / f"pictures/{name}.png")
    parent = tmp_path / "tiny-parent.toml"
    parent.write_text(CONFIG.format(parent="", kind="parent"))
    (tmp_path / "tiny.toml").write_text(CONFIG.format(parent=parent, kind="bbcu"))
    return tmp_path


def tarsier(*arguments):
    return guarded(lambda: app([str(argument) for argument in arguments], standalone_mode=False))


def test_a_float_net_is_trained_converted_tuned_and_its_cost_reported(home, capsys):
    config, out = home / "tiny.toml", home / "out"
    assert tarsier("train", config, "--out", out, "--accelerator", "cpu") == 0
    given = ["convert", out / "tiny.safetensors", "--config", config, "-o", out]
    report = [*given, "--bits", "6,12", "--set", "pictures", "--json", home / "cost.json"]
    assert tarsier(*report) == 0
    costs = json.loads((home / "cost.json").read_text())["costs"]
    assert [cost["bits"] for cost in costs] == [6, 12]
    assert tarsier(*given, "--bits", "8", "--tune", "3") == 0
    saved = read_net(out / "tiny-hw8.safetensors")
    assert (saved.name, saved.spec.exact, saved.spec.residual_bits) == ("tiny-hw8", True, 8)
    capsys.readouterr()
    assert tarsier(*given, "--bits", "13") == 2
    assert "tarsier: --bits 13 must be whole numbers from 2 to 12" in capsys.readouterr().err


def test_a_time_budget_is_above_zero(home, capsys):
    for minutes in ("0", "-1", "nan"):
        assert tarsier("train", home / "tiny.toml", "--minutes", minutes) == 2
        assert f"--minutes {minutes} must be above 0" in capsys.readouterr().err


def test_an_interrupted_run_says_how_it_goes_on(home, capsys, monkeypatch):
    def interrupt(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "resume", interrupt)
    assert tarsier("train", home / "tiny.toml", "--out", home / "out") == 130
    assert capsys.readouterr().err == "tarsier: interrupted; the same command resumes\n"


@pytest.mark.slow
def test_every_version_is_trained_on_the_same_budget(home, capsys):
    given = ["--config", home / "tiny.toml", "--set", "pictures", "--out", home / "out"]
    assert tarsier("study", "versions", *given, "--json", home / "order.json") == 0
    found = json.loads((home / "order.json").read_text())["psnr_db"]
    assert list(found) == ["V1", "V2", "V3", "V4"]
    assert "after 6 steps each" in capsys.readouterr().out


@pytest.mark.slow
def test_every_part_is_binary_alone_on_the_same_budget(home, capsys):
    given = ["--config", home / "tiny.toml", "--set", "pictures", "--out", home / "out"]
    assert tarsier("study", "parts", *given, "--json", home / "parts.json") == 0
    found = json.loads((home / "parts.json").read_text())
    assert list(found["parts"]) == ["head", "body", "tail"]
    printed = capsys.readouterr().out
    assert "after 6 steps each" in printed
    for name, part in (("head", "H"), ("body", "B"), ("tail", "T")):
        saved = read_net(home / f"out/tiny-{name}.safetensors")
        assert (saved.spec.kind, saved.spec.binary) == ("bbcu", part)
        assert f"{found['full_db'] - found['parts'][name]['loss_db']:.2f} dB" in printed
    assert tarsier("study", "parts", "--config", home / "tiny-parent.toml", *given[2:]) == 2
    assert "a parent has no parts that are binarised" in capsys.readouterr().err


def test_step_times_are_of_the_net_and_its_parent(home, capsys):
    assert tarsier("study", "step-time", home / "tiny.toml", "--steps", "1") == 0
    assert "ms a step, its parent" in capsys.readouterr().out
    assert tarsier("study", "step-time", home / "tiny-parent.toml") == 2
    assert "tiny-parent names no parent to compare with" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bbcu-raw-16x8"], "give NET DIR, or CONFIG --untrained -o FILE.onnx"),
        (["bbcu-raw-16x8", "--untrained", "-o", "net"], "or CONFIG --untrained -o FILE.onnx"),
        (["bbcu-raw-9x9", "--untrained", "-o", "net.onnx"], "no config 'bbcu-raw-9x9': give a"),
        (
            ["bbcu-raw-32x18-parent", "--untrained", "-o", "net.onnx"],
            "only nets of integers export",
        ),
    ],
)
def test_an_export_that_cannot_be_is_a_sentence(arguments, message, capsys):
    assert tarsier("export", *arguments) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


@pytest.mark.slow
def test_two_processes_train_one_net(home):
    config = home / "tiny.toml"
    config.write_text(config.read_text().replace("iterations = 6", "iterations = 60"))
    command = [Path(sys.executable).with_name("tarsier"), "train", config]
    command += ["--accelerator", "cpu", "--devices", "2", "--out", home / "out"]
    stops = {"1e-9": "out of time at step 50 of 60", "9": "step 60 of 60"}
    for minutes, last in stops.items():
        given = [*command, "--minutes", minutes]
        done = subprocess.run(given, capture_output=True, text=True, timeout=1800)
        assert done.returncode == 0, done.stderr
        assert last in done.stderr
    assert read_net(home / "out/tiny.safetensors").name == "tiny"
