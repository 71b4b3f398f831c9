# SPDX-License-Identifier: MIT
"""Raw frames that become finished pictures: what is in front of such a network, and behind it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tarsier_fpga.camera.dng import write_dng
from tarsier_fpga.camera.encode import encode
from tarsier_fpga.camera.exposure import Exposure, red_gain
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.cli.app import app
from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.devices.accelerator import Measured, Restorer
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.hls.base.coding import RAW, FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.progress import silent
from tarsier_fpga.jobs.job import Job
from tarsier_fpga.jobs.picture_job import PictureJob, perform_picture
from tarsier_fpga.jobs.restore import Restoring
from tarsier_fpga.jobs.restored import Shot, View
from tarsier_fpga.jobs.video_job import VideoJob, perform_video
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.training.deploy.export import export_untrained
from tarsier_fpga.training.facts.paths import config_file
from tests.boards.design_stand_in import port
from tests.boards.stand_in import network

RGB8 = port("y", FrameKind.RGB, bits=8, black=0, white=255, step=(1, 2))


def finished(frame: np.ndarray) -> np.ndarray:
    """Two rounds of a 3x3 sum; of four channels each pixel gets three."""
    codes = network(frame, 2) % 256
    wide = codes.repeat(2, 0).repeat(2, 1)
    return np.stack([wide[..., 0], (wide[..., 1] + wide[..., 2]) // 2, wide[..., 3]], -1)


class Finishing:
    """`finished` behind the Accelerator protocol, on a raster of 4, in tiles of `shape`."""

    name = "stand-in"
    design = None

    def __init__(self, shape: tuple[int, int] | None = None) -> None:
        self.shape = shape
        self.restorer = Restorer.of("net", (port("x"),), (RGB8,), reach=(2,) * 4, align=4)
        self.graph: Any = self

    def reference(self, frame):
        return finished(frame)

    def tile(self, frame):
        return self.shape or frame

    def send(self, frames):
        assert frames.dtype == np.uint16 and frames.shape[3] == 4
        return frames

    def run(self, frames, show=silent):
        return np.stack([finished(frame) for frame in frames])

    def receive(self, restored) -> Measured:
        return Measured(restored)


def job(path: Path = Path("n.dng"), gain: float | Exposure = 2.0) -> Job:
    return Job(raw=path, net="net", board=load_board("zcu104"), gain=gain)


def raw(mosaic: np.ndarray, **facts) -> Raw:
    return Raw("n.dng", np.asarray(mosaic, np.uint16), (64,) * 4, 1023, **facts)


@pytest.fixture
def night(rng) -> np.ndarray:
    return rng.integers(50, 400, (44, 60))


def test_tiled_is_whole_and_as_large_as_the_sensors_frame(night):
    """44 x 60 is 22 x 30 packed, which 4 divides neither way."""
    whole, tiled = (
        Restoring(job(), Finishing(tile)).one(Shot("n", raw(night))) for tile in (None, (16, 20))
    )
    padded = np.pad(whole.encoded.before, ((0, 2), (0, 2), (0, 0)), mode="edge")
    assert np.array_equal(whole.codes, finished(padded)[:44, :60])
    assert np.array_equal(tiled.codes, whole.codes) and tiled.tiles > 1
    assert (whole.exact, tiled.exact) == (True, True)


def test_its_codes_are_the_picture(night):
    """Neither balance nor matrix nor curve comes after it; only the camera's orientation."""
    known = raw(night, balance=(2.0, 1.0, 1.5), matrix=np.full((3, 3), 1 / 3), flip=6)
    done = Restoring(job(), Finishing()).one(Shot("n", known))
    expected = done.codes[::-1].transpose(1, 0, 2)
    assert np.array_equal(done.photo.pixels, expected) and done.photo.pixels.dtype == np.uint8
    assert done.views["before"].shape == expected.shape


def test_light_is_balanced_before_it():
    """Training undoes what the filters take from red and blue."""
    light = np.tile([[100, 200], [200, 100]], (4, 4))
    known = Raw("n", light.astype(np.uint16), (0,) * 4, 1000, balance=(4.0, 2.0, 4.0))
    done = Restoring(job(gain=1.0), Finishing()).one(Shot("n", known))
    assert np.unique(done.encoded.before).tolist() == [round(128 + 768 * 0.2)]
    unknown = Raw("n", light.astype(np.uint16), (0,) * 4, 1000)
    again = Restoring(job(gain=1.0), Finishing()).one(Shot("n", unknown))
    assert np.array_equal(again.encoded.before[..., 0], again.encoded.before[..., 1])


def test_a_balance_of_ones_changes_no_code(night):
    frame = raw(night, balance=(2.0, 1.0, 1.5))
    assert np.array_equal(encode(frame, 3.0, RAW), encode(frame, 3.0, RAW, (1.0, 1.0, 1.0)))


def scenes(night: np.ndarray) -> dict[str, np.ndarray]:
    dark = np.full_like(night, 64)
    lamps, one = night.copy(), dark.copy()
    lamps[:4], one[5, 5] = 1023, 1023
    return {"lamps": lamps, "black": dark, "white": np.full_like(night, 1023), "one": one}


@pytest.mark.parametrize(
    ("scene", "gain"), [("lamps", None), ("black", 256), ("white", 1), ("one", None)]
)
def test_extremes_through_the_amplifier_of_red(night, scene, gain):
    frame = raw(scenes(night)[scene])
    done = Restoring(job(gain=Exposure.RED), Finishing()).one(Shot("n", frame))
    assert done.encoded.gain == (red_gain(frame) if gain is None else gain)
    assert done.exact and done.photo.pixels.shape == (44, 60, 3)
    assert done.encoded.before.max() <= RAW.top


def test_references_are_raw_or_finished(night, rng):
    clean = Photo("p.png", rng.integers(0, 256, (44, 60, 3), np.uint8))
    restoring = Restoring(job(), Finishing())
    done = restoring.one(Shot("n", raw(night), clean))
    assert done.score_after.psnr < 20 and done.score_after.ssim is not None
    developed = restoring.one(Shot("n", raw(night), raw(night)))
    assert developed.score_before.psnr == np.inf
    look = developed.encoded.look
    shown = [look(developed, view).shown for view in (View.BEFORE, View.REFERENCE)]
    assert np.array_equal(*shown)
    small = Photo("small.png", clean.pixels[:40])
    with pytest.raises(HostError, match=r"small\.png is 60 x 40, but n\.dng becomes 60 x 44"):
        restoring.one(Shot("n", raw(night), small))


def test_a_picture_of_another_size_than_the_sensors_is_refused():
    large = RGB8.model_copy(update={"step": (1, 4)})
    with pytest.raises(HostError, match="net makes of a raw frame a picture 2 times as wide"):
        Restorer.of("net", (port("x"),), (large,), reach=(2,) * 4, align=1)


def written(folder: Path, name: str, mosaic: np.ndarray) -> Path:
    write_dng(folder / name, mosaic.astype(np.uint16), black=(64,) * 4, white=1023)
    return folder / name


def test_a_folder_becomes_pictures_and_a_film(night, tmp_path, monkeypatch):
    module = "tarsier_fpga.jobs.video_job"
    monkeypatch.setattr(f"{module}.open_accelerator", lambda job, size, show: Finishing())
    monkeypatch.setattr(f"{module}.recurrent_net", lambda net, show: None)
    folder = tmp_path / "in"
    folder.mkdir()
    for index in range(3):
        written(folder, f"{index}.dng", night + index)
    asked = VideoJob(job(folder), tmp_path / "out", film=tmp_path / "f.gif")
    facts = perform_video(asked, silent)
    assert [frame.gain for frame in facts.frames] == [2.0] * 3 and facts.bit_exact is True
    assert [Image.open(tmp_path / f"out/{i}.png").size for i in range(3)] == [(60, 44)] * 3
    film = Image.open(tmp_path / "f.gif")
    assert film.n_frames == 3 and film.width >= 120


def test_facts_of_a_frame(night, tmp_path, monkeypatch):
    module = "tarsier_fpga.jobs.picture_job"
    monkeypatch.setattr(f"{module}.open_accelerator", lambda job, size, show: Finishing())
    monkeypatch.setattr(f"{module}._result", lambda job, show: FrameKind.RGB)
    clean = tmp_path / "clean.png"
    Image.fromarray(np.zeros((44, 60, 3), np.uint8)).save(clean)
    asked = PictureJob(job(written(tmp_path, "n.dng", night)), clean)
    facts = perform_picture(asked, silent).facts
    assert (facts.kind, facts.result, facts.scale) == ("bayer", "rgb", 1.0)
    assert facts.psnr_db is not None and facts.ssim is not None


@pytest.mark.slow
def test_a_small_red_on_the_command_line(night, tmp_path):
    """Untrained weights: what is asked is every bit, the size, and a score.

    Its integers are too many for the compiler, so that PyTorch computes them.
    """
    config = tmp_path / "small.toml"
    lines = config_file("red-m").read_text().replace("channels = 64", "channels = 16")
    lines = lines.replace("units = 10", "units = 5").replace('parent = "red-m-parent"', "")
    config.write_text(lines)
    net = export_untrained(config, tmp_path / "small.onnx")
    frame, out = written(tmp_path, "n.dng", night), tmp_path / "n.png"
    words = ["run", frame, "--net", net, "-o", out, "--accel", "cpu", "--gain", "red"]
    words += ["--reference", frame, "--check"]
    assert guarded(lambda: app([*map(str, words)], standalone_mode=False)) == 0
    facts = json.loads(out.with_suffix(".json").read_text())
    assert facts["bit_exact"] and facts["result"] == "rgb"
    assert facts["psnr_db"] is not None
    assert Image.open(out).size == (60, 44)
