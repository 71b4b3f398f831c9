# SPDX-License-Identifier: MIT
"""Pictures through `tarsier run` and the host behind it: a stand-in that enlarges, and nets."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import tarsier_fpga as tarsier
from tarsier_fpga.camera.dng import write_dng
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.cli.app import app
from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.devices.accelerator import Measured, Restorer
from tarsier_fpga.devices.pytorch import TorchAccelerator
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.progress import silent
from tarsier_fpga.jobs.accelerators import lowered_net
from tarsier_fpga.jobs.choices import Accel
from tarsier_fpga.jobs.job import Job
from tarsier_fpga.jobs.restore import Restoring
from tarsier_fpga.jobs.restored import Shot
from tarsier_fpga.jobs.video_job import VideoJob, perform_video
from tarsier_fpga.picture.colours import photo_codes
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.picture.png import photo_png
from tarsier_fpga.picture.read import read_photo
from tests.boards.design_stand_in import design_facts, port
from tests.boards.stand_in import StandIn, network

BYTE = {"bits": 8, "black": 0, "white": 255}


def enlarged(frame: np.ndarray) -> np.ndarray:
    """Two rounds of a 3x3 sum, then every pixel twice each way."""
    return (network(frame, 2) % 256).repeat(2, 0).repeat(2, 1)


class Enlarging:
    """`enlarged` behind the Accelerator protocol, in tiles of `shape`."""

    name = "stand-in"
    design = None

    def __init__(self, kind: FrameKind, shape: tuple[int, int] | None) -> None:
        self.shape = shape
        ports = (port("x", kind, **BYTE),), (port("y", kind, **BYTE, step=(1, 2)),)
        self.restorer = Restorer.of("net", *ports, reach=(2,) * 4, align=1)
        self.graph: Any = self

    def reference(self, frame):
        return enlarged(frame)

    def tile(self, frame):
        return self.shape or frame

    def send(self, frames):
        assert frames.dtype == np.uint16
        return frames

    def run(self, frames, show=silent):
        return np.stack([enlarged(frame) for frame in frames])

    def receive(self, restored) -> Measured:
        return Measured(restored)


def job(path: Path = Path("p.png"), check: bool = True) -> Job:
    return Job(raw=path, net="net", board=load_board("zcu104"), check=check, kind=FrameKind.RGB)


def photo(rng, shape=(30, 40, 3)) -> Photo:
    return Photo("p.png", rng.integers(0, 256, shape, np.uint8))


@pytest.mark.parametrize("kind", [FrameKind.RGB, FrameKind.LUMA])
@pytest.mark.parametrize("shape", [(30, 40, 3), (3, 2, 3), (1, 1), (30, 41)])
def test_tiled_is_whole_at_twice_the_size(rng, kind, shape):
    given = photo(rng, shape)
    tile = (9, 8) if min(shape[:2]) > 9 else None  # the small ones are smaller than the reach
    tiled, whole = (
        Restoring(job(), Enlarging(kind, each)).one(Shot("p", given)) for each in (tile, None)
    )
    codes = photo_codes(given, kind, tiled.encoded.scale)
    assert np.array_equal(tiled.codes, enlarged(codes))
    assert np.array_equal(tiled.codes, whole.codes)
    assert (tiled.exact, whole.exact) == (True, True)
    assert tiled.photo.pixels.shape == (2 * shape[0], 2 * shape[1], *shape[2:])
    assert tiled.views["before"].shape == tiled.views["after"].shape


def test_a_reference_is_as_large_as_the_result(rng):
    given = photo(rng)
    restoring = Restoring(job(), Enlarging(FrameKind.RGB, None))
    done = restoring.one(Shot("p", given, photo(rng, (60, 80, 3))))
    assert done.score_after.psnr < 20 and done.score_after.ssim is not None
    assert done.score_before.psnr != done.score_after.psnr
    with pytest.raises(HostError, match=r"reference p\.png is 40 x 30, but p\.png becomes 80 x 60"):
        restoring.one(Shot("p", given, given))


def test_a_frame_of_the_other_kind_is_refused(rng):
    raw = Raw("night.dng", rng.integers(0, 99, (8, 8)).astype(np.uint16), (0,) * 4, 99)
    with pytest.raises(HostError, match=r"night\.dng is a raw frame of a sensor, and net ta"):
        Restoring(job(), Enlarging(FrameKind.RGB, None)).one(Shot("p", raw))
    with pytest.raises(HostError, match=r"stand-in takes raw frames of a Bayer sensor; .*tarsi"):
        Restoring(job(), StandIn((4, 4))).one(Shot("p", photo(rng)))


def test_a_folder_of_pictures_and_a_film_of_them(rng, tmp_path, monkeypatch):
    accelerator = Enlarging(FrameKind.RGB, None)
    module = "tarsier_fpga.jobs.video_job"
    monkeypatch.setattr(f"{module}.open_accelerator", lambda job, size, show: accelerator)
    monkeypatch.setattr(f"{module}.recurrent_net", lambda net, show: None)
    folder = tmp_path / "in"
    folder.mkdir()
    for name, shape in {"a2": (30, 40, 3), "a10": (20, 24, 3), "b": (9, 9)}.items():
        Image.fromarray(photo(rng, shape).pixels).save(folder / f"{name}.png")
    (folder / "c.png").write_bytes(b"\x89PNG\r\n\x1a\ncut")
    with pytest.raises(HostError, match=r"c\.png is truncated .* PNG; \d pictures written to .* a"):
        perform_video(VideoJob(job(folder), tmp_path / "out"), silent)
    (folder / "c.png").unlink()
    facts = perform_video(VideoJob(job(folder), tmp_path / "out", film=tmp_path / "f.gif"), silent)
    assert [frame.name for frame in facts.frames] == ["a2", "a10", "b"]
    assert [frame.gain for frame in facts.frames] == [None] * 3
    assert facts.bit_exact is True
    sizes = [Image.open(tmp_path / f"out/{frame.name}.png").size for frame in facts.frames]
    assert sizes == [(80, 60), (48, 40), (18, 18)]
    assert Image.open(tmp_path / "f.gif").n_frames == 3


def run(*arguments) -> int:
    return guarded(lambda: app(["run", *map(str, arguments)], standalone_mode=False))


@pytest.fixture
def files(tmp_path, rng, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_dng(tmp_path / "night.dng", np.full((16, 16), 300, np.uint16))
    Image.fromarray(photo(rng).pixels).save(tmp_path / "day.png")
    (tmp_path / "design").mkdir()
    streams = {
        "inputs": (port("x", FrameKind.RGB, **BYTE),),
        "outputs": (port("y", FrameKind.RGB, **BYTE),),
    }
    design_facts(16, 16, **streams).write(tmp_path / "design")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["day.png"], "day.png is no raw frame but a picture (a mosaic in it needs a sidecar, day"),
        (["day.png"], "this works: tarsier run day.png --net "),
        (["night.dng", "--design", "design"], "--net bbcu-raw-16x8 -o out.png"),
        (
            ["night.dng", "--design", "design"],
            "night.dng is a raw frame of a sensor, and d",
        ),
        (["day.png", "--design", "design", "--gain", "2"], "--gain 2 is for raw frames: a pict"),
        (["day.png", "--design", "design", "--bin"], "--bin is for raw frames"),
        (["gone.png", "--design", "design"], "gone.png: there is no such file"),
        (["day.png", "--design", "design", "--reference", "no.png"], "no.png: there is no such"),
        (["cut.jpg", "--design", "design", "--accel", "cpu"], "cut.jpg is truncated or damaged"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(files, capsys, arguments, sentence):
    (files / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    before = sorted(files.iterdir())
    assert run(*arguments, "-o", "out.png") == 2
    said = capsys.readouterr()
    assert sentence in said.err
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert sorted(files.iterdir()) == before


@pytest.mark.slow
def test_a_net_says_what_it_takes_on_every_accelerator(files, rng):
    """RTL, CPU and PyTorch, by command and by name: the same file, and it says how it went."""
    from tests.boards.test_eval_integers import exported

    onnx = exported("sr", files)
    Image.fromarray(photo(rng, (60, 80, 3)).pixels).save(files / "truth.png")
    pictures = {}
    for accel in (Accel.SIM, Accel.CPU):
        out = files / f"{accel}.png"
        assert (
            run("day.png", "--net", onnx, "--accel", accel, "--reference", "truth.png", "-o", out)
            == 0
        )
        facts = json.loads(out.with_suffix(".json").read_text())
        assert (facts["bit_exact"], facts["kind"], facts["scale"]) == (True, "rgb", 2.0)
        assert facts["psnr_db"] > 0 and facts["ssim"] is not None and facts["gain"] is None
        pictures[accel] = out.read_bytes()
    assert pictures[Accel.SIM] == pictures[Accel.CPU]
    torch = TorchAccelerator(lowered_net(str(onnx), silent), "cpu")
    by_torch = Restoring(job(), torch).one(Shot("day", read_photo(files / "day.png")))
    assert photo_png(by_torch.photo) == pictures[Accel.CPU]
    done = tarsier.restore(files / "day.png", net=str(onnx), on="cpu")
    assert np.array_equal(done.picture(), np.asarray(Image.open(files / "cpu.png")))
    assert done.encoded.times == Fraction(2)
