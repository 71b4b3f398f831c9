# SPDX-License-Identifier: MIT
"""Sequences through a network that remembers: order, resets, damaged frames, and going on."""

import json
import shutil
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tarsier_fpga.cli.app import app
from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.devices import recurrent
from tarsier_fpga.devices.recurrent import RecurrentAccelerator, find_recurrent
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.jobs.resume import STATE_FILE, Keeper, Left, read_left
from tarsier_fpga.training.deploy.export import export_untrained
from tarsier_fpga.training.facts.paths import config_file


@pytest.fixture(scope="module")
def net(tmp_path_factory) -> Path:
    """ncfl-s made small, untrained."""
    folder = tmp_path_factory.mktemp("net")
    text = config_file("ncfl-s").read_text().replace("channels = 12", "channels = 4")
    config = folder / "tiny.toml"
    config.write_text(text.replace('parent = "ncfl-s-parent"', ""))
    return export_untrained(config, folder / "tiny.onnx")


@pytest.fixture
def frames(tmp_path, rng) -> Path:
    folder = tmp_path / "frames"
    folder.mkdir()
    scene = rng.uniform(100, 700, (24, 32))
    for index in range(5):
        name = folder / f"frame{index}.npy"
        np.save(name, (scene + rng.normal(0, 20, scene.shape)).astype(np.uint16))
        name.with_suffix(".toml").write_text(SIDECAR)
    return folder


SIDECAR = 'cfa = "RGGB"\nblack = 64\nwhite = 1023\n'


def run(frames: Path, net: Path, out: Path, *options: str) -> int:
    words = ["run", str(frames), "--net", str(net), "-o", str(out), "--accel", "cpu"]
    return main([*words, "--gain", "1", *options])


def main(words: list[str]) -> int:
    return guarded(lambda: app(words, standalone_mode=False))


def pictures(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.png"))}


@pytest.mark.slow
def test_its_integers_are_those_of_the_golden_sequence(net):
    golden = np.load(net.with_suffix(".npz"))
    accelerator = RecurrentAccelerator(find_recurrent(net))
    assert (accelerator.net.align, accelerator.net.steps) == (4, {"features": 2})
    for x, y, state in zip(golden["x"], golden["y"], golden["features_next"], strict=True):
        made = accelerator.run(x.transpose(1, 2, 0)[None])
        assert np.array_equal(made.frames[0], y.transpose(1, 2, 0))
        assert np.array_equal(np.sign(made.states["features"][0]), np.sign(state))


@pytest.mark.slow
def test_a_sequence_is_not_its_frames_one_by_one_and_may_be_reset(
    net, frames, tmp_path, monkeypatch
):
    def counting(net):
        """The state counts frames, and each frame is brighter by it."""

        def step(codes, states):
            count = states["features"]
            return codes + np.uint16(40 * count.max()), {"features": count + 1}

        return step

    monkeypatch.setattr(recurrent, "stepper", counting)
    assert run(frames, net, tmp_path / "all") == 0
    assert run(frames, net, tmp_path / "each", "--reset-every", "1") == 0
    assert run(frames, net, tmp_path / "two", "--reset-every", "2") == 0
    whole, each, two = (pictures(tmp_path / name) for name in ("all", "each", "two"))
    names = list(whole)
    assert len(names) == 5
    assert whole[names[0]] == each[names[0]] == two[names[0]]
    assert whole[names[1]] == two[names[1]] != each[names[1]]
    assert each[names[2]] == two[names[2]] != whole[names[2]]
    facts = json.loads((tmp_path / "two/run.json").read_text())
    assert facts["state"] == "passed on from frame to frame, forgotten every 2 frames"
    assert not (tmp_path / "two" / STATE_FILE).exists()


@pytest.mark.slow
def test_a_sequence_goes_on_where_it_was_interrupted(net, frames, tmp_path, monkeypatch, capsys):
    assert run(frames, net, tmp_path / "whole") == 0
    real, left, cut = recurrent.stepper, [3], tmp_path / "cut"

    def breaking(net):
        step = real(net)

        def until(codes, states):
            if left[0] == 0:
                while len([*cut.glob("frame*.png")]) < 3:  # those before are on their way
                    time.sleep(0.01)
                raise KeyboardInterrupt
            left[0] -= 1
            return step(codes, states)

        return until

    monkeypatch.setattr(recurrent, "stepper", breaking)
    assert run(frames, net, cut) == 130
    assert "the same command goes on there" in capsys.readouterr().err
    assert len(pictures(cut)) == 3 and (cut / STATE_FILE).is_file()
    left[0] = 2
    assert run(frames, net, cut) == 0
    assert left[0] == 0  # no frame was restored twice
    assert pictures(cut) == pictures(tmp_path / "whole")
    facts = json.loads((cut / "run.json").read_text())
    assert facts["state"].endswith("; resumed after 3 frames")
    assert len(facts["frames"]) == 5


@pytest.mark.slow
def test_a_damaged_frame_is_dropped_and_the_state_is_kept(net, frames, tmp_path, capsys):
    names = sorted(frames.glob("*.npy"))
    names[2].write_bytes(b"\x93NUMPY broken")
    assert run(frames, net, tmp_path / "out") == 0
    shown = capsys.readouterr().out
    assert "kept as it was over 1 skipped" in shown and f"skipped: {names[2]}" in shown
    without = tmp_path / "without"
    shutil.copytree(frames, without)
    for file in without.glob(f"{names[2].stem}.*"):
        file.unlink()
    assert run(without, net, tmp_path / "same") == 0
    assert pictures(tmp_path / "out") == pictures(tmp_path / "same")
    assert run(frames, net, tmp_path / "stopped", "--bad", "stop") == 2


@pytest.mark.slow
def test_what_it_cannot_do_is_said(net, frames, tmp_path, capsys):
    one = sorted(frames.glob("*.npy"))[0]
    assert run(one, net, tmp_path / "one.png") == 0
    assert "a still is a sequence of one frame" in capsys.readouterr().out
    words = ["run", str(one), "--net", str(net), "-o", str(tmp_path / "one.png")]
    for more, sentence in (
        (["--accel", "sim"], "remembers from frame to frame, which so far --accel cpu does"),
        (["--accel", "cpu", "--check"], "remembers from frame to frame, and the comparison"),
        (["--accel", "cpu", "--reset-every", "3"], "a single frame is a sequence of one"),
    ):
        assert main([*words, *more]) == 2
        assert sentence in capsys.readouterr().err.replace("\n", " ")


def test_all_frames_have_one_size():
    accelerator = RecurrentAccelerator(_stand_in(), step=lambda codes, states: (codes, states))
    assert accelerator.tile((8, 12)) == (8, 12)
    with pytest.raises(HostError, match=r"a frame of 24 x 16 pixels, and this one has 16 x 16"):
        accelerator.tile((8, 8))


def test_what_is_left_is_of_one_work_alone(tmp_path):
    keeper = Keeper(tmp_path, "a key", Left())
    keeper.skip("frame 1 is damaged")
    states = {"h": np.arange(4, dtype=np.float32)}
    ((path, content),) = keeper.after("frame2", 1.5, 0.25, (2.0, 1.0, 1.5), states).items()
    path.write_bytes(content)
    assert read_left(tmp_path, "a key") is None  # its picture is not there
    (tmp_path / "frame2.png").write_bytes(b"")
    left = read_left(tmp_path, "a key")
    assert (left.done, left.frames, left.balance) == (2, (("frame2", 1.5),), (2.0, 1.0, 1.5))
    assert left.skipped == ("frame 1 is damaged",)
    assert np.array_equal(left.states["h"], states["h"])
    assert read_left(tmp_path, "another") is None
    path.write_bytes(content[:100])
    assert read_left(tmp_path, "a key") is None


def _stand_in() -> Any:
    """As much of a network as its accelerator asks for."""
    told = {"bits": 10, "black": 128, "white": 896}
    props = [SimpleNamespace(key=f"tarsier.{key}", value=str(value)) for key, value in told.items()]
    graph = SimpleNamespace(input=[SimpleNamespace(name="x")])
    model = SimpleNamespace(model=SimpleNamespace(metadata_props=props), graph=graph)
    steps = {"h": 1}
    return SimpleNamespace(name="stand-in", align=4, kind=FrameKind.BAYER, steps=steps, model=model)
