# SPDX-License-Identifier: MIT
"""tarsier count, eval and train: what they print, write and refuse."""

import json

import numpy as np
import pytest
from PIL import Image

from tarsier_fpga.cli.app import app
from tarsier_fpga.cli.guard import guarded


def tarsier(*arguments):
    return guarded(lambda: app([str(argument) for argument in arguments], standalone_mode=False))


@pytest.fixture
def pictures(tmp_path, rng):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in "ab":
        Image.fromarray(rng.integers(0, 256, (24, 28, 3), np.uint8)).save(folder / f"{name}.png")
    return folder


def test_count_shows_the_net_its_parent_and_the_paper(tmp_path, capsys):
    assert tarsier("count", "bbcu-rgb-64x18", "--json", tmp_path / "count.json") == 0
    printed = capsys.readouterr().out
    assert "bbcu-rgb-64x18   (paper: 0.8 G, 24 K)" in printed
    assert "dncnn   (paper: 38.42 G, 667 K)" in printed
    net, parent = json.loads((tmp_path / "count.json").read_text())["nets"]
    assert (round(net["ops_g"], 2), round(parent["ops_g"], 2)) == (0.80, 38.42)


def test_count_takes_the_frame_others_count_on(capsys):
    assert tarsier("count", "red", "--size", "4256x2848") == 0
    printed = capsys.readouterr().out
    assert "total            59.58 G OPs" in printed
    assert "OPs on 4256 x 2848 input pixels" in printed


def test_eval_writes_what_it_prints(tmp_path, pictures, capsys):
    out = tmp_path / "scores.json"
    assert tarsier("eval", "input", "--set", pictures, "--sigma", "15,50", "--json", out) == 0
    facts = json.loads(out.read_text())
    assert facts["net"] == "input"
    assert [(row["set"], row["sigma"], row["images"]) for row in facts["results"]] == [
        ("pictures", 15, 2),
        ("pictures", 50, 2),
    ]
    assert f"{facts['results'][0]['psnr_db']:.2f}" in capsys.readouterr().out


def test_eval_writes_a_perfect_score_as_null(tmp_path, capsys):
    grey = tmp_path / "grey"
    grey.mkdir()
    Image.fromarray(np.full((24, 28, 3), 128, np.uint8)).save(grey / "a.png")
    out = tmp_path / "scores.json"
    assert tarsier("eval", "input", "--set", grey, "--quality", "40", "--json", out) == 0
    assert json.loads(out.read_text())["results"][0]["psnr_db"] is None
    assert "inf 1.0000" in capsys.readouterr().out


def test_train_names_the_configs_there_are(tmp_path, capsys):
    assert tarsier("train", "nothing", "--out", tmp_path) == 2
    assert "tarsier: no config 'nothing': give a .toml file or one of" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["count", "nothing"], "no config 'nothing'"),
        (["count", "dncnn", "--psnr", "chest=3"], "--psnr chest=3: give PART=DB with PART of full"),
        (["count", "dncnn", "--psnr", "full=nan"], "--psnr full=nan: give PART=DB with PART of"),
        (["count", "dncnn", "--psnr", "body=3"], "--psnr full=DB is missing"),
        (["count", "dncnn", "--size", "0x0"], "size 0x0: a frame of no pixels"),
        (["eval", "nothing", "--sigma", "25"], "no net 'nothing'"),
        (["eval", "input", "--set", "x"], "one of --sigma, --quality, --scale and --light"),
        (["eval", "input", "--sigma", "25"], "give --set: the image sets to score input on"),
        (["eval", "input", "--set", "x", "--sigma", "a"], "must be whole numbers from 1 to 255"),
        (["eval", "bbcu-raw-16x8", "--data", "gone"], "tarsier: image sets not found: gone is no"),
        (["eval", "bbcu-raw-16x8", "--sigma", "25"], "bbcu-raw-16x8 takes raw frames"),
        (["eval", "bbcu-raw-16x8", "--data", "."], "Kodak24 is no folder of images"),
        (["eval", "input", "--set", "x", "--scale", "9"], "must be whole numbers from 1 to 4"),
    ],
)
def test_mistakes_are_one_sentence(arguments, message, capsys):
    assert tarsier(*arguments) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


def test_a_set_without_a_usable_image_is_named(tmp_path, capsys):
    (tmp_path / "wreck.png").write_bytes(b"junk")
    assert tarsier("eval", "input", "--set", tmp_path, "--sigma", "25") == 2
    assert "no image is usable: wreck.png (unreadable)" in capsys.readouterr().err
