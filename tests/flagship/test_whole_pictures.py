# SPDX-License-Identifier: MIT
"""Whole pictures through RTL: what is recorded, its table, and the command that makes both."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.bench.bench_facts import Machine
from tarsier_fpga.bench.records import PICTURES, RESULTS
from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.picture.png import photo_png
from tarsier_fpga.training.facts.paths import config_file
from tests.flagship.flagship_facts import Amount, Origin, read_asked
from tests.flagship.flagship_table import replaced
from tests.flagship.picture_facts import AskedPicture, Built, PictureEntry, Pictures, Weights
from tests.flagship.picture_table import MARKS, picture_table
from tests.flagship.whole_pictures import (
    Extent,
    PicturePlaces,
    main,
    read_pictures,
    whole_pictures,
)

ROOT = Path(__file__).parents[2]
MACHINE = Machine(date="2026-01-02T03:04:05+00:00", cpu="a CPU", threads=2, torch="2", load=3)
BUILT = Built(
    width=64,
    height=48,
    estimate=Resources(lut=1200, bram36=2.5, uram=1, dsp=3),
    share=0.25,
    counted=None,
    fifo_bits=100,
)
ENTRY = PictureEntry(
    net="n",
    weights=Weights.UNTRAINED,
    board="zcu104",
    clock_mhz=250,
    key="k",
    picture="Set5/baby.png",
    degraded="shrunk bicubically 2 times",
    scale=2,
    cycles_per_frame=12_300,
    ideal_cycles=12_288,
    latency_cycles=700,
    bit_exact=True,
    fps=30.1,
    psnr_before_db=None,
    psnr_db=None,
    build_seconds=None,
    sim_cycles_per_second=None,
    seconds=9,
    picture_design=BUILT,
    frame_design=None,
    origin=Origin(commands=("tarsier build n",), machine=MACHINE, tools={}),
)


def rows(*entries: PictureEntry) -> dict[str, list[str]]:
    lines = picture_table(Pictures(designs=entries)).splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    return {cell[0]: cell[1:] for cell in cells}


def test_the_table_has_what_is_known():
    counted = BUILT.model_copy(update={"counted": {"lut": Amount(used=1180, share=0.24)}})
    other = ENTRY.model_copy(
        update={
            "net": "m",
            "weights": Weights.GIVEN,
            "psnr_before_db": 20.0,
            "psnr_db": 28.0,
            "bit_exact": False,
            "build_seconds": 80.0,
            "frame_design": counted,
        }
    )
    found = rows(ENTRY, other)
    assert found[""] == ["`n`", "`m`"]
    assert found["in, out"] == 2 * ["64 x 48, 128 x 96"]
    assert found["cycles (ideal)"] == 2 * ["12,300 (12,288)"]
    assert found["bit-exact"] == ["yes", "**no**"]
    assert found["PSNR"] == ["", "20.00 to 28.00 dB"]
    assert found["build, load"] == ["", "80 s, 3"]
    size = "64 x 48: 1,200 LUT (25%), 2.5 BRAM36, 1 URAM, 3 DSP by formula"
    assert found["for this size"] == 2 * [size]
    assert found["for whole frames"] == ["", f"{size}; 1,180 LUT by Yosys"]


def test_what_nobody_knows_has_no_row():
    assert {"PSNR", "for whole frames", "simulation", "build, load"}.isdisjoint(rows(ENTRY))


def test_designs_that_are_asked_for_have_their_configs_and_reach_30_frames():
    asked = read_asked(RESULTS / "pictures.toml", AskedPicture)
    assert asked
    for name, facts in asked.items():
        assert config_file(name).is_file()
        assert facts.fps >= 30


def test_what_is_recorded_is_right_and_in_the_readme():
    found = read_pictures(PICTURES)
    readme = (RESULTS / "README.md").read_text()
    assert replaced(readme, MARKS, picture_table(found)) == readme
    for entry in found.designs:
        assert entry.bit_exact
        assert entry.fps >= 30
        assert entry.cycles_per_frame <= 1.01 * entry.ideal_cycles


def test_without_data_nothing_is_done_and_that_is_said(monkeypatch, capsys):
    monkeypatch.delenv("TARSIER_DATA", raising=False)
    assert main([]) == 0
    assert "skipped, since TARSIER_DATA names no folder" in capsys.readouterr().out


def test_what_is_not_there_is_one_sentence(tmp_path, capsys):
    places = PicturePlaces(tmp_path, work=tmp_path / "work")
    assert guarded(lambda: whole_pictures(["nothing"], places, Extent())) == 2
    assert "no design 'nothing' in " in capsys.readouterr().err
    assert guarded(lambda: whole_pictures([], places, Extent())) == 2
    assert "has no such picture; TARSIER_DATA has the sets" in capsys.readouterr().err
    assert not (tmp_path / "work").exists()


@pytest.mark.slow
def test_a_small_picture_from_a_config_to_the_table(tmp_path, monkeypatch, capfd, rng):
    monkeypatch.chdir(ROOT)
    shutil.copy(config_file("bbcu-sr-32x16-x2"), tmp_path / "small.toml")
    text = (tmp_path / "small.toml").read_text()
    text = text.replace("channels = 32", "channels = 4").replace("units = 16", "units = 1")
    config = tmp_path / "small.toml"
    config.write_text(text)
    asked = tmp_path / "asked.toml"
    facts = 'board = "zcu104"\nframe = "640x360"\nfps = 60\npicture = "p.png"'
    asked.write_text(f'["{config}"]\n{facts}\n')
    picture = rng.integers(0, 256, (12, 16, 3), np.uint8).repeat(4, 0).repeat(4, 1)
    (tmp_path / "p.png").write_bytes(photo_png(Photo("p", picture)))
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{MARKS.begin}\n{MARKS.end}\nafter\n")
    places = PicturePlaces(tmp_path, asked, tmp_path / "pictures.json", readme, tmp_path / "work")
    assert whole_pictures([], places, Extent()) == 0
    (entry,) = read_pictures(places.results).designs
    assert (entry.net, entry.weights, entry.scale) == ("small", Weights.UNTRAINED, 2)
    assert (entry.picture_design.width, entry.picture_design.height) == (32, 24)
    assert entry.bit_exact
    assert entry.fps >= 60
    assert entry.build_seconds > 0
    assert [command.split()[1] for command in entry.origin.commands] == ["export", "build", "run"]
    assert "| 32 x 24, 64 x 48 |" in readme.read_text()
    first = readme.read_text()
    capfd.readouterr()
    assert whole_pictures([], places, Extent()) == 0
    said = capfd.readouterr().out
    assert "done before: tarsier export" in said
    assert "done before: tarsier run" in said
    assert readme.read_text() == first
