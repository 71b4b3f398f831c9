# SPDX-License-Identifier: MIT
"""DNGs that hold several frames, folders of DNGs, and DNGs that are damaged."""

from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.camera.read import read_raw
from tarsier_fpga.camera.video import is_video, list_frames
from tarsier_fpga.hls.base.errors import HostError
from tests.boards.camera.made_dng import Made, file_of


def burst(path: Path, mosaics: np.ndarray, **more) -> Path:
    """A DNG with a preview first and the frames in SubIFDs, as the specification has it."""
    preview = Made(np.zeros((8, 8), np.uint8), 8)
    preview.more = {254: (4, [1])}
    frames = [Made(mosaic, **more).tags() for mosaic in mosaics]
    path.write_bytes(file_of([preview.tags(), *frames]))
    return path


@pytest.fixture
def mosaics(rng):
    return rng.integers(0, 4096, (3, 20, 24)).astype(np.uint16)


def test_a_burst_is_a_video(tmp_path, mosaics):
    path = burst(tmp_path / "shots.dng", mosaics, orientation=6)
    assert is_video(path)
    frames = list_frames(path)
    assert [frame.name for frame in frames] == ["shots-0000", "shots-0001", "shots-0002"]
    raws = [frame.read() for frame in frames]
    assert all(np.array_equal(raw.mosaic, m) for raw, m in zip(raws, mosaics, strict=True))
    assert raws[1].name == "shots-0001.dng"
    with pytest.raises(HostError, match="holds 3 frames: name a folder to write them to"):
        read_raw(path)


def test_one_frame_behind_a_preview_is_no_video(tmp_path, mosaics):
    path = burst(tmp_path / "shot.dng", mosaics[:1])
    assert not is_video(path)
    assert np.array_equal(read_raw(path).mosaic, mosaics[0])


def test_a_folder_of_dngs(tmp_path, mosaics):
    """As CinemaDNG recorders leave it; a burst among them counts with all its frames."""
    for number, mosaic in enumerate(mosaics[:2]):
        Made(mosaic, 12, pack="ljpeg", components=2).write(tmp_path / f"A001_C002_{number:06}.dng")
    burst(tmp_path / "A001_C003_000000.dng", mosaics)
    (tmp_path / "A001_C002.wav").touch()
    frames = list_frames(tmp_path)
    assert [frame.name for frame in frames][:3] == [
        "A001_C002_000000",
        "A001_C002_000001",
        "A001_C003_000000-0000",
    ]
    for frame, mosaic in zip(frames, [*mosaics[:2], *mosaics], strict=True):
        assert np.array_equal(frame.read().mosaic, mosaic)


@pytest.mark.parametrize("pack", ["plain", "ljpeg", "deflate", "jxl"])
def test_damaged_dngs_are_refused_or_read(tmp_path, rng, mosaics, pack):
    """Cut anywhere, or with bytes changed anywhere: one sentence, or a frame of the right size."""
    path = tmp_path / "frame.dng"
    made = Made(mosaics[0], 16, pack=pack, black=(64, 65, 66, 67), black_shape=(2, 2), rows=7)
    whole = made.write(path).read_bytes()
    refused = 0
    for _ in range(60):
        content = bytearray(whole)
        if rng.integers(2):
            del content[rng.integers(8, len(whole)) :]
        else:
            for place in rng.integers(0, len(whole), 4):
                content[place] = rng.integers(256)
        path.write_bytes(bytes(content))
        try:
            raw = read_raw(path)
        except HostError as error:
            refused += 1
            assert str(error).startswith(str(path))
            assert "\n" not in str(error)
        else:
            assert raw.mosaic.dtype == np.uint16
            assert raw.span > 0
    assert refused > 20


@pytest.mark.parametrize("pack", ["plain", "ljpeg", "deflate", "jxl"])
def test_missing_pixels_are_refused(tmp_path, mosaics, pack):
    path = tmp_path / "frame.dng"
    made = Made(mosaics[0], 16, pack=pack, rows=7)
    tags, pieces = made.tags()
    for lost, short in ((0, 0), (1, len(pieces[1]) // 2), (2, 1)):
        cut = [piece[:short] if number == lost else piece for number, piece in enumerate(pieces)]
        path.write_bytes(file_of([(tags, cut)]))
        with pytest.raises(HostError, match="is truncated or damaged"):
            read_raw(path)
