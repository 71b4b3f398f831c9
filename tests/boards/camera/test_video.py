# SPDX-License-Identifier: MIT
"""Folders of frames through the host, with a stand-in for the accelerator."""

import errno
import json
import time
import tracemalloc
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from tarsier_fpga.camera.dng import write_dng
from tarsier_fpga.camera.exposure import Exposure
from tarsier_fpga.camera.read import read_raw
from tarsier_fpga.camera.video import is_video, list_frames
from tarsier_fpga.cli.app import app
from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.cli.run import summary
from tarsier_fpga.devices.accelerator import Measured
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.hls.base.errors import HostError, Interrupted
from tarsier_fpga.jobs import picture_job, video_job
from tarsier_fpga.jobs.choices import Bad
from tarsier_fpga.jobs.job import Job
from tarsier_fpga.jobs.picture_job import PictureJob, perform_picture
from tarsier_fpga.jobs.run_facts import run_json
from tarsier_fpga.jobs.video_job import VideoJob, perform_video
from tarsier_fpga.picture import movie
from tarsier_fpga.picture.movie import open_film
from tests.boards.camera.made_dng import Made, file_of
from tests.boards.stand_in import StandIn, network

SIDECAR = 'cfa = "RGGB"\nblack = 64\nwhite = 1023\n'
SIZE = (60, 80)


def silent(step, fraction, note=""):
    pass


@pytest.fixture
def accelerator(monkeypatch):
    """Every job gets this stand-in."""
    stand_in = StandIn((SIZE[0] // 2, SIZE[1] // 2))
    for module in (picture_job, video_job):
        monkeypatch.setattr(module, "open_accelerator", lambda *_: stand_in)
    monkeypatch.setattr(video_job, "recurrent_net", lambda *_: None)
    return stand_in


@pytest.fixture
def folder(tmp_path, rng) -> Path:
    """Twelve dark frames, brighter from one to the next, and what may lie beside frames."""
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(12):
        light = rng.poisson(5 + 5 * number, SIZE) + 64
        write_dng(folder / f"f{number}.dng", light.astype(np.uint16), black=(64,) * 4, white=1023)
    (folder / "notes.txt").write_text("dark")
    return folder


def one(raw: Path, **facts) -> Job:
    return Job(raw=raw, net="net", board=load_board("zcu104"), **({"check": False} | facts))


def job(folder: Path, out: Path, **more) -> VideoJob:
    facts = {
        name: more.pop(name) for name in ("gain", "sidecar", "check", "binned") if name in more
    }
    return VideoJob(one(folder, **facts), out, **more)


def test_frames_are_counted_as_people_count(folder):
    assert [frame.name for frame in list_frames(folder)] == [f"f{n}" for n in range(12)]
    assert is_video(folder)
    assert not is_video(folder / "f0.dng")


def test_names_of_one_length_are_sorted_as_they_are(tmp_path):
    for name in ("0x00ff", "0x0fff", "0x01ff"):
        (tmp_path / f"{name}.dng").touch()
    assert [frame.name for frame in list_frames(tmp_path)] == ["0x00ff", "0x01ff", "0x0fff"]


def test_every_frame_becomes_a_picture(folder, tmp_path, accelerator):
    facts = perform_video(job(folder, tmp_path / "out", gain=2.0), silent)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {f"f{number}.png" for number in range(12)}
    assert np.asarray(Image.open(tmp_path / "out/f3.png")).shape == (*SIZE, 3)
    assert [frame.gain for frame in facts.frames] == [2.0] * 12
    assert facts.skipped == ()
    stages = ["read", "pack", "send", "run", "receive", "unpack", "write"]
    assert list(facts.stage_seconds) == stages
    assert json.loads(run_json(facts)) == json.loads(facts.model_dump_json())


@pytest.mark.parametrize("how", list(Exposure))
def test_previous_gain_is_one_frame_late(folder, tmp_path, accelerator, how):
    gains = [how.gain(frame.read()) for frame in list_frames(folder)]
    assert len(set(gains)) == 12
    for previous, expected in ((False, gains), (True, [gains[0], *gains[:-1]])):
        facts = perform_video(
            job(folder, tmp_path / "out", gain=how, previous_gain=previous), silent
        )
        assert [frame.gain for frame in facts.frames] == expected


def test_check_finds_a_wrong_pixel(folder, tmp_path, accelerator, monkeypatch):
    def reference_off_by(change: int):
        def reference(frame):
            result = network(frame, accelerator.radius)
            result[7, 9, 2] ^= change
            return result

        return reference

    for change in (0, 1):
        monkeypatch.setattr(accelerator, "reference", reference_off_by(change))
        facts = perform_video(job(folder, tmp_path / "out", check=True), silent)
        assert facts.bit_exact is (change == 0)


@pytest.mark.parametrize("name", ["burst.npy", "BURST.NPY"])
def test_array_of_frames(tmp_path, rng, accelerator, name):
    mosaics = rng.integers(64, 1024, (3, *SIZE)).astype(np.uint16)
    path = tmp_path / name
    with path.open("wb") as file:
        np.save(file, mosaics)
    path.with_suffix(".toml").write_text(SIDECAR)
    assert is_video(path)
    frames = list_frames(path)
    assert [frame.name for frame in frames] == [f"{path.stem}-000{index}" for index in range(3)]
    assert np.array_equal(frames[2].read().mosaic, mosaics[2])
    with pytest.raises(HostError, match=rf"{name} holds 3 frames: name a folder"):
        read_raw(path)
    perform_video(job(path, tmp_path / "out"), silent)
    assert len(list((tmp_path / "out").iterdir())) == 3


@pytest.mark.parametrize("kind", [".mp4", ".gif"])
def test_film_shows_before_and_after(folder, tmp_path, accelerator, kind):
    larger = np.full((64, 90), 100, np.uint16)
    write_dng(folder / "f6.dng", larger, black=(64,) * 4, white=1023)
    film = tmp_path / f"film{kind}"
    perform_video(job(folder, tmp_path / "out", film=film, film_rate=12), silent)
    if kind == ".gif":
        image = Image.open(film)
        count, size = image.n_frames, image.size
    else:
        count, _ = imageio_ffmpeg.count_frames_and_secs(str(film))
        size = next(imageio_ffmpeg.read_frames(str(film)))["size"]
    assert (count, size) == (12, (2 * SIZE[1] + 2, SIZE[0]))
    assert {path.name for path in tmp_path.iterdir()} == {"frames", "out", film.name}


def test_film_may_lie_among_the_pictures(folder, tmp_path, accelerator):
    out = tmp_path / "out"
    arguments = ["run", str(folder), "-o", str(out), "--film", str(out / "film.gif")]
    assert guarded(lambda: app(arguments, standalone_mode=False)) == 0
    assert {path.suffix for path in out.iterdir()} == {".png", ".gif", ".json"}


def test_a_frame_may_take_microseconds(folder, tmp_path, accelerator, monkeypatch):
    monkeypatch.setattr(accelerator, "receive", lambda frames: Measured(frames, seconds=4e-6))
    video = perform_video(job(folder, tmp_path / "out"), silent)
    frame = perform_picture(PictureJob(one(folder / "f0.dng")), silent).facts
    assert (video.accel_seconds, frame.accel_seconds) == (48e-6, 4e-6)
    for facts in (video, frame):
        assert "4e-06 s per frame in the network itself, 2.5e+05 fps" in summary(facts)


def damage(folder: Path) -> None:
    path = folder / "f4.dng"
    path.write_bytes(path.read_bytes()[:3000])
    small = np.full((40, 40), 100, np.uint16)
    write_dng(folder / "f7.dng", small, black=(64,) * 4, white=1023)


def test_bad_frames_stop_a_video_and_leave_whole_pictures(folder, tmp_path, accelerator):
    damage(folder)
    with pytest.raises(HostError) as raised:
        perform_video(job(folder, tmp_path / "out"), silent)
    sentence = str(raised.value)
    assert "f4.dng is truncated or damaged" in sentence
    assert "written to" in sentence
    for path in (tmp_path / "out").glob("*"):
        assert path.stem in {"f0", "f1", "f2", "f3"}
        assert np.asarray(Image.open(path)).shape == (*SIZE, 3)


def test_bad_frames_are_named_and_skipped(folder, tmp_path, accelerator):
    damage(folder)
    facts = perform_video(job(folder, tmp_path / "out", bad=Bad.SKIP), silent)
    assert len(facts.frames) == len(list((tmp_path / "out").iterdir())) == 10
    assert "f4.dng is truncated or damaged" in facts.skipped[0]
    assert facts.skipped[1] == "f7.dng: too small for the stand-in"


def test_a_link_to_nothing_is_a_bad_frame(folder, tmp_path, accelerator):
    names = "gone1.dng", "gone2.raw", "gone3.npy"
    for name in names:
        (folder / name).symlink_to(folder / "nowhere")
    facts = perform_video(job(folder, tmp_path / "out", bad=Bad.SKIP), silent)
    assert len(facts.frames) == 12
    assert [problem.rsplit("/", 1)[-1] for problem in facts.skipped] == [
        f"{name}: there is no such file" for name in names
    ]


def test_only_bad_frames(tmp_path, accelerator):
    (tmp_path / "a.dng").write_bytes(b"no")
    (tmp_path / "b.dng").write_bytes(b"no")
    with pytest.raises(HostError, match=r"b\.dng is no raw frame"):
        perform_video(job(tmp_path, tmp_path / "out", bad=Bad.SKIP), silent)
    assert not (tmp_path / "out").exists()


def test_full_disk_leaves_whole_pictures(folder, tmp_path, accelerator, monkeypatch):
    write = Path.write_bytes

    def full(path, content):
        if "f5" in path.name:
            write(path, content[:100])
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(HostError, match=r"^no space left on the disk: .*; 5 pictures written to"):
        perform_video(job(folder, tmp_path / "out", film=tmp_path / "film.gif"), silent)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"f{n}.png" for n in range(5)}
    assert not list(tmp_path.glob("*film*"))


def test_ctrl_c_leaves_whole_pictures(folder, tmp_path, accelerator):
    def show(step, fraction, note=""):
        if note.startswith("3 of 12"):
            raise KeyboardInterrupt

    begin = time.monotonic()
    with pytest.raises(Interrupted, match=r"^interrupted; \d+ pictures written to .* are complete"):
        perform_video(job(folder, tmp_path / "out"), show)
    assert time.monotonic() - begin < 10
    for path in (tmp_path / "out").iterdir():
        assert np.asarray(Image.open(path)).shape == (*SIZE, 3)


@pytest.mark.parametrize("existed", [True, False])
def test_a_folder_goes_if_it_is_new_and_empty(folder, tmp_path, accelerator, monkeypatch, existed):
    def full(path, content):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    out = tmp_path / "out"
    if existed:
        out.mkdir()
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(HostError, match="; 0 pictures written to"):
        perform_video(job(folder, out), silent)
    assert out.exists() is existed


def test_a_second_ctrl_c_leaves_no_half_film(tmp_path, monkeypatch):
    finish = movie._Mp4.finish

    def interrupted(film):
        finish(film)
        assert film._path.is_file()
        raise KeyboardInterrupt

    monkeypatch.setattr(movie._Mp4, "finish", interrupted)
    with pytest.raises(KeyboardInterrupt), open_film(tmp_path / "film.mp4", 24) as film:
        film.add(np.zeros((8, 8, 3), np.uint8))
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_live_rate_is_shown(folder, tmp_path, accelerator):
    notes = []
    perform_video(job(folder, tmp_path / "out"), lambda step, fraction, note="": notes.append(note))
    assert notes[-1].startswith("12 of 12, ")
    assert notes[-1].endswith(" fps")


def test_nothing_to_see(tmp_path):
    with pytest.raises(HostError, match="holds no raw frames"):
        list_frames(tmp_path)
    (tmp_path / "a.dng").touch()
    (tmp_path / "a.nef").touch()
    with pytest.raises(HostError, match=r"a\.nef would both become a\.png"):
        list_frames(tmp_path)


@pytest.mark.slow
def test_memory_is_flat_over_200_frames(tmp_path, rng, accelerator):
    """The most in use from frame 100 to 200 is what it was before, within a third of what those
    frames take as pictures."""
    height, width = 120, 160
    accelerator.shape = height // 2, width // 2
    mosaics = rng.integers(64, 1024, (200, height, width)).astype(np.uint16)
    np.save(tmp_path / "long.npy", mosaics)
    (tmp_path / "long.toml").write_text(SIDECAR)
    peaks = {}

    def show(step, fraction, note=""):
        for count in (20, 100, 200):
            if note.startswith(f"{count} of"):
                peaks[count] = tracemalloc.get_traced_memory()[1]
                tracemalloc.reset_peak()

    tracemalloc.start()
    try:
        perform_video(job(tmp_path / "long.npy", tmp_path / "out"), show)
    finally:
        tracemalloc.stop()
    assert peaks[200] < max(peaks[20], peaks[100]) + 100 * height * width


def test_frames_of_a_quad_bayer_sensor_are_added_up(tmp_path, rng, accelerator):
    """Two frames of one DNG; refused where that is not asked for."""
    frames = [Made(rng.poisson(80, (2 * SIZE[0], 2 * SIZE[1])).astype(np.uint16)) for _ in range(2)]
    for made in frames:
        made.cfa, made.cfa_shape, made.black = "RRGGRRGGGGBBGGBB", (4, 4), (60,)
    path = tmp_path / "quad.dng"
    path.write_bytes(file_of([made.tags() for made in frames]))
    with pytest.raises(HostError, match=r"a quad Bayer sensor, .* --bin makes a Bayer frame of it"):
        perform_video(job(path, tmp_path / "out"), silent)
    assert not (tmp_path / "out").exists()
    facts = perform_video(job(path, tmp_path / "out", binned=True), silent)
    assert [frame.name for frame in facts.frames] == ["quad-0000", "quad-0001"]
    assert np.asarray(Image.open(tmp_path / "out/quad-0001.png")).shape == (*SIZE, 3)


def test_frames_in_a_capture_are_a_video(tmp_path, rng, accelerator):
    """`v4l2-ctl --stream-to`: packed lines, padded, one frame behind another."""
    path, sidecar = tmp_path / "capture.bin", tmp_path / "imx219.toml"
    path.write_bytes(rng.integers(0, 256, 3 * SIZE[0] * 128).astype(np.uint8).tobytes())
    sidecar.write_text(
        f'format = "pRAA"\nwidth = {SIZE[1]}\nheight = {SIZE[0]}\nstride = 128\n'
        'frames = "all"\nwhite = 1023\n'
    )
    facts = perform_video(job(path, tmp_path / "out", sidecar=sidecar), silent)
    assert [frame.name for frame in facts.frames] == [f"capture-000{n}" for n in range(3)]
