# SPDX-License-Identifier: MIT
"""The commands as a user types them, on a small frame, down to the RTL."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import pywellen
from PIL import Image

from tarsier_fpga.camera.dng import write_dng
from tests.boards.test_cli import refused, tarsier

pytestmark = pytest.mark.slow

RUN_KEYS = {
    *("net", "accel", "raw", "width", "height", "cycles_per_frame", "ideal_cycles"),
    *("latency_cycles", "clock_mhz", "fps", "bit_exact", "psnr_noisy_db", "psnr_db"),
    *("sim_cycles_per_second", "seconds"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A dark frame, its clean twin, odd and flat ones, and a design smaller than the frame."""
    folder = tmp_path_factory.mktemp("end_to_end")
    rng = np.random.default_rng(1)
    scene = 200 + 600 * np.add.outer(np.hanning(60), np.hanning(68)) / 2
    noisy = rng.normal(scene, 60).clip(0, 1023)
    for name, mosaic in {
        "frame": noisy,
        "clean": scene,
        "odd": noisy[:59, :67],
        "black": scene * 0,
        "white": scene * 0 + 1023,
    }.items():
        write_dng(folder / f"{name}.dng", np.rint(mosaic).astype(np.uint16), white=1023)
    done = build(folder, "64x52", "design")
    assert done.returncode == 0, done.stderr
    return folder


def build(folder: Path, size: str, name: str) -> subprocess.CompletedProcess:
    target = ["--board", "zcu104", "--size", size, "-o", folder / name]
    return tarsier("build", "bbcu-raw-16x8", *target)


def test_design_has_its_keys(folder):
    design = json.loads((folder / "design/design.json").read_text())
    assert (design["width"], design["height"], design["ideal_cycles"]) == (64, 52, 32 * 26)
    assert design["pixels_per_cycle"] == 1
    assert set(design["layers"][0]) == {"name", "stage", "op", "backend", "pe", "simd", "cycles"}
    assert set(design["streams"][0]) == {"name", "source", "target", "bits", "beats"}
    assert set(design["fifos"][0]) == {"name", "depth", "bits"}
    assert set(design["estimate"]) == {"lut", "ff", "bram36", "uram", "dsp"}


@pytest.mark.parametrize("stall", [0.0, 0.7])
def test_sim(folder, stall):
    done = tarsier("sim", folder / "design", "--stall-in", stall, "--stall-out", stall)
    assert done.returncode == 0, done.stderr
    facts = json.loads((folder / "design/sim.json").read_text())
    assert facts["bit_exact"] is True
    assert facts["frames"] == 3
    if not stall:
        assert facts["cycles_per_frame"] <= 1.02 * facts["ideal_cycles"]
    for fifo in facts["fifos"]:
        assert 0 < fifo["high_water"] <= fifo["depth"]


def test_sim_draws_the_stalls_and_traces_a_layer(folder):
    done = tarsier("sim", folder / "design", "--stalls", "--trace", "frame=1,layer=body3")
    assert done.returncode == 0, done.stderr
    waves = pywellen.Waveform(str(folder / "design/body3-frame1.fst"))
    cells = {variable.full_name.split(".")[2] for variable in waves.all_vars()}
    stages = json.loads((folder / "design/design.json").read_text())["layers"]
    assert cells == {f"u_{layer['name']}" for layer in stages if layer["stage"] == "body3"}
    assert Image.open(folder / "design/stalls.png").width > 1000
    assert not list((folder / "design").glob(".*"))


def test_run_whole_and_tiled_give_the_same_picture(folder):
    reference = ["--reference", folder / "clean.dng", "--gain", "1"]
    whole = tarsier("run", folder / "frame.dng", *reference, "-o", folder / "whole.png")
    assert (whole.returncode, whole.stderr) == (0, "")
    tiled = ["--design", folder / "design", "-o", folder / "tiled.png"]
    assert tarsier("run", folder / "frame.dng", *reference, *tiled).returncode == 0
    pictures = [np.asarray(Image.open(folder / name)) for name in ("whole.png", "tiled.png")]
    assert pictures[0].shape == (60, 68, 3)
    assert np.array_equal(*pictures)
    facts = json.loads((folder / "whole.json").read_text())
    assert set(facts) >= RUN_KEYS
    assert facts["bit_exact"] is True
    assert facts["cycles_per_frame"] <= 1.02 * facts["ideal_cycles"]
    assert facts["psnr_db"] > facts["psnr_noisy_db"] + 3
    assert json.loads((folder / "tiled.json").read_text())["tiles"] == 4


def test_video_is_the_same_on_the_rtl_and_in_pytorch(folder):
    frames = folder / "video"
    frames.mkdir()
    for name in ("frame", "odd", "white"):
        (frames / f"{name}.dng").write_bytes((folder / f"{name}.dng").read_bytes())
    (frames / "hurt.dng").write_bytes((folder / "frame.dng").read_bytes()[:1000])
    common = ["--design", folder / "design", "--gain", "red", "--bad", "skip", "--check"]
    for accel in ("sim", "cpu"):
        out = ["--film", folder / f"{accel}.mp4", "-o", folder / accel]
        done = tarsier("run", frames, "--accel", accel, *common, *out)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert "hurt.dng is truncated or damaged" in done.stdout
        facts = json.loads((folder / accel / "run.json").read_text())
        assert facts["bit_exact"] is True
        assert [frame["name"] for frame in facts["frames"]] == ["frame", "odd", "white"]
        assert (facts["cycles_per_frame"] is None) is (accel == "cpu")
    for name in ("frame", "odd", "white"):
        pictures = [np.asarray(Image.open(folder / a / f"{name}.png")) for a in ("sim", "cpu")]
        assert np.array_equal(*pictures)


def test_interrupted_video_leaves_whole_pictures_and_can_be_repeated(folder):
    frames, out = folder / "long", folder / "long-out"
    frames.mkdir()
    for number in range(300):
        (frames / f"{number}.dng").symlink_to(folder / "frame.dng")
    command = [sys.executable, "-c", "from tarsier_fpga.cli import main; main()", "run", frames]
    command += ["--accel", "cpu", "--design", folder / "design", "-o", out]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while running.poll() is None and not list(out.glob("*.png")):
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert said.startswith("tarsier: interrupted; ")
    assert said.endswith(f"pictures written to {out} before are complete\n")
    pictures = list(out.iterdir())
    assert 0 < len(pictures) < 300
    for path in pictures:
        assert np.asarray(Image.open(path)).shape == (60, 68, 3)


@pytest.mark.parametrize("name", ["odd", "black", "white"])
def test_odd_sizes_and_flat_frames_simply_work(folder, name):
    out = folder / f"{name}.png"
    done = tarsier("run", folder / f"{name}.dng", "--design", folder / "design", "-o", out)
    assert (done.returncode, done.stderr) == (0, "")
    picture = np.asarray(Image.open(out))
    assert picture.shape == ((58, 66, 3) if name == "odd" else (60, 68, 3))
    assert json.loads(out.with_suffix(".json").read_text())["psnr_db"] is None


def test_demo_of_a_frame_of_ones_own(folder, tmp_path):
    command = [sys.executable, "-m", "tarsier_fpga.cli.demo", folder / "frame.dng"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    left = {path.name for path in (tmp_path / "build/demo").iterdir()}
    assert left == {"report.html", "restored.png", "run.json"}
    page = (tmp_path / "build/demo/report.html").read_text()
    assert page.count(">xnor_dot<") == 8
    assert "held" in page


def test_frame_smaller_than_the_network_needs(folder):
    mosaic = np.zeros((2, 2), np.uint16)
    write_dng(folder / "tiny.dng", mosaic, white=1023)
    out = folder / "tiny.png"
    refused(tarsier("run", folder / "tiny.dng", "-o", out), "do not fit")
    assert not out.exists()


def test_network_that_does_not_fit(folder):
    target = ["--board", "pynq-z2", "--size", "3840x2160", "-o", folder / "large"]
    refused(tarsier("build", "bbcu-raw-16x8", *target, "--fps", 1000), "pynq-z2")
    assert not (folder / "large").exists()


def test_no_compiler(folder, tmp_path):
    environment = {"CXX": "no-such-compiler", "TARSIER_CACHE": str(tmp_path)}
    done = tarsier("sim", folder / "design", **environment)
    refused(done, "no C++ compiler: no-such-compiler is not on PATH")


def test_interrupt_leaves_nothing_and_the_next_run_works(folder):
    out = folder / "again.png"
    # Hundreds of tiles: the signal arrives in the middle of the simulation.
    write_dng(folder / "large.dng", np.full((1000, 1200), 500, np.uint16), white=1023)
    command = [sys.executable, "-c", "from tarsier_fpga.cli import main; main()", "run"]
    command += [folder / "large.dng", "--design", folder / "design", "-o", out]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(3)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert said == "tarsier: interrupted, nothing was written; run it again to start over\n"
    assert not list(folder.glob("*again*"))
    again = tarsier("run", folder / "frame.dng", "--design", folder / "design", "-o", out)
    assert again.returncode == 0, again.stderr
