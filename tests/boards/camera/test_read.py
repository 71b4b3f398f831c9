# SPDX-License-Identifier: MIT
import struct

import numpy as np
import pytest
import tifffile

from tarsier_fpga.camera.dng import write_dng
from tarsier_fpga.camera.raw import CFA_PHASES
from tarsier_fpga.camera.read import read_raw
from tarsier_fpga.hls.base.errors import HostError

DNG_TAGS = [
    (50706, 1, 4, bytes((1, 4, 0, 0)), True),
    (50707, 1, 4, bytes((1, 1, 0, 0)), True),
    (50708, 2, 5, b"test\0", True),
    (50717, 4, 1, 16383, True),
]


@pytest.mark.parametrize("cfa", CFA_PHASES)
@pytest.mark.parametrize("size", [(32, 48), (33, 47), (32, 47), (33, 48)])
@pytest.mark.parametrize("black", [(0, 0, 0, 0), (64, 65, 66, 67)])
def test_dng_round_trip(tmp_path, rng, cfa, size, black):
    mosaic = rng.integers(0, 16384, size).astype(np.uint16)
    path = tmp_path / "frame.dng"
    write_dng(path, mosaic, cfa=cfa, black=black, white=16000, neutral=(0.5, 1.0, 0.625))
    raw = read_raw(path)
    top, left = CFA_PHASES[cfa]
    assert np.array_equal(raw.mosaic, mosaic[top : top + raw.height, left : left + raw.width])
    assert [black[(top ^ y) * 2 + (left ^ x)] for y in (0, 1) for x in (0, 1)] == [*raw.black]
    assert raw.white == 16000
    assert raw.balance == pytest.approx((2.0, 1.0, 1.6))
    assert raw.matrix.sum(axis=1) == pytest.approx(1.0, abs=1e-3)  # white stays white


def test_truncated_dng(tmp_path, rng, capfd):
    path = tmp_path / "frame.dng"
    write_dng(path, rng.integers(0, 16384, (64, 64)).astype(np.uint16))
    whole = path.read_bytes()
    for size in (len(whole) - 1000, len(whole) // 2, 400):
        path.write_bytes(whole[:size])
        with pytest.raises(HostError, match="is truncated or damaged"):
            read_raw(path)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xd8\xff\xe0 a picture", b"\0" * 5000])
def test_no_raw(tmp_path, content):
    path = tmp_path / "frame.dng"
    path.write_bytes(content)
    with pytest.raises(HostError, match="is no raw frame"):
        read_raw(path)


def test_missing_file(tmp_path):
    with pytest.raises(HostError, match=r"gone\.dng: there is no such file$"):
        read_raw(tmp_path / "gone.dng")
    with pytest.raises(HostError, match="is a folder, name one raw frame in it"):
        read_raw(tmp_path)


def test_xtrans_sensor(tmp_path):
    path = tmp_path / "frame.dng"
    pattern = bytes("RGB".index(colour) for colour in "GBGGRGRGRBGBGBGGRGGRGGBGBGBRGRGRGGBG")
    tags = [(33421, 3, 2, (6, 6), True), (33422, 1, 36, pattern, True), *DNG_TAGS]
    frame = np.zeros((36, 36), np.uint16)
    tifffile.imwrite(path, frame, photometric=32803, metadata=None, extratags=tags)
    with pytest.raises(HostError, match="comes from an X-Trans sensor"):
        read_raw(path)


def test_monochrome_sensor(tmp_path):
    path = tmp_path / "frame.dng"
    frame = np.zeros((36, 36), np.uint16)
    tifffile.imwrite(path, frame, photometric=1, metadata=None, extratags=DNG_TAGS)
    # tifffile writes LinearRaw with three samples only, so the tag's value is set by hand.
    tag = struct.pack("<HHIH", 262, 3, 1, 1)
    assert path.read_bytes().count(tag) == 1
    path.write_bytes(path.read_bytes().replace(tag, struct.pack("<HHIH", 262, 3, 1, 34892)))
    with pytest.raises(HostError, match="comes from a monochrome sensor"):
        read_raw(path)


def test_demosaiced_dng(tmp_path):
    path = tmp_path / "frame.dng"
    frame = np.zeros((36, 36, 3), np.uint16)
    tifffile.imwrite(path, frame, photometric=34892, metadata=None, extratags=DNG_TAGS)
    with pytest.raises(HostError, match="holds full colour at every pixel"):
        read_raw(path)


SIDECAR = 'width = 5\nheight = 4\nbits = 10\ncfa = "GRBG"\nblack = [1, 2, 3, 4]\nwhite = 1023\n'


@pytest.mark.parametrize("named", [True, False])
def test_headerless(tmp_path, rng, named):
    mosaic = rng.integers(0, 1024, (4, 5)).astype("<u2")
    path = tmp_path / "frame.raw"
    path.write_bytes(mosaic.tobytes())
    sidecar = tmp_path / ("other.toml" if named else "frame.toml")
    sidecar.write_text(SIDECAR)
    raw = read_raw(path, sidecar if named else None)
    assert np.array_equal(raw.mosaic, mosaic[:, 1:])
    assert (raw.black, raw.white, raw.balance, raw.matrix) == ((2, 1, 4, 3), 1023, None, None)


@pytest.mark.parametrize("size", [40, 768 * 512 * 2])  # LibRaw would know a camera by the second
def test_headerless_without_a_sidecar(tmp_path, size):
    path = tmp_path / "frame.raw"
    path.write_bytes(bytes(size))
    with pytest.raises(HostError, match=r"no camera's header, so it needs .*, such as frame\.toml"):
        read_raw(path)


def test_a_camera_may_name_its_files_raw(tmp_path, rng):
    mosaic, path = rng.integers(0, 1024, (64, 64)).astype(np.uint16), tmp_path / "frame.dng"
    write_dng(path, mosaic, white=1023)
    renamed = path.rename(path.with_suffix(".raw"))
    assert np.array_equal(read_raw(renamed).mosaic, mosaic)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (SIDECAR.replace("10", "8"), "40 bytes, but frame.toml describes 20: 5 x 4 pixels of 8"),
        (SIDECAR.replace("GRBG", "RGBG"), "frame.toml: cfa: input should be 'RGGB', 'GRBG'"),
        (SIDECAR.replace("bits = 10\n", ""), "frame.toml: bits: field required"),
        (SIDECAR + "whte = 3\n", "frame.toml: whte: extra inputs are not permitted"),
        (SIDECAR.replace("1023", "3"), "white level 3 must be above black level 4"),
        ("width = = 3", "frame.toml is no TOML"),
        (SIDECAR + "balance = [0, 1, 1]\n", "frame.toml: balance.0: input should be greater"),
        (SIDECAR + "balance = [1, nan, 1]\n", "frame.toml: balance.1: input should be"),
        (SIDECAR + f"xyz_to_camera = {2 * [[1, 2, 3]]}\n", "frame.toml: xyz_to_camera.2: field"),
        (SIDECAR + f"xyz_to_camera = {3 * [[1, 2, 3]]}\n", "frame.raw: its colour matrix .* no"),
        (SIDECAR + f"xyz_to_camera = {3 * [[0, 0, 0]]}\n", "frame.raw: its colour matrix .* no"),
    ],
)
def test_wrong_sidecar(tmp_path, facts, message):
    path = tmp_path / "frame.raw"
    path.write_bytes(bytes(40))
    path.with_suffix(".toml").write_text(facts)
    with pytest.raises(HostError, match=message):
        read_raw(path)


@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("cfa", CFA_PHASES)
def test_every_way_to_store_a_mosaic_gives_the_same_frame(tmp_path, rng, cfa, bits):
    white = (1 << bits) - 1
    mosaic = rng.integers(0, white + 1, (33, 41)).astype(np.uint8 if bits == 8 else "<u2")
    black = (9, 10, 11, 12)
    levels = f'cfa = "{cfa}"\nblack = {list(black)}\nwhite = {white}\n'
    (tmp_path / "raw.raw").write_bytes(mosaic.tobytes())
    (tmp_path / "raw.toml").write_text(f"width = 41\nheight = 33\nbits = {bits}\n{levels}")
    np.save(tmp_path / "array.npy", mosaic)
    (tmp_path / "array.toml").write_text(levels)
    write_dng(tmp_path / "dng.dng", mosaic.astype(np.uint16), cfa=cfa, black=black, white=white)
    first, *others = (read_raw(tmp_path / name) for name in ("raw.raw", "array.npy", "dng.dng"))
    assert first.mosaic.dtype == np.uint16
    for other in others:
        assert np.array_equal(other.mosaic, first.mosaic)
        assert (other.black, other.white) == (first.black, first.white)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((8, 8)), r"holds float64 of shape \(8, 8\); mosaics are uint8 or uint16"),
        (np.zeros((8, 8), np.int16), "holds int16"),
        (np.zeros(8, np.uint16), r"of shape \(8,\)"),
        (np.zeros((2, 8, 8), np.uint16), "holds 2 frames: name a folder to write them to"),
        (np.zeros((2, 2), np.uint16), "too small for Bayer"),
    ],
)
def test_arrays_that_are_no_mosaic(tmp_path, array, message):
    np.save(tmp_path / "frame.npy", array)
    (tmp_path / "frame.toml").write_text('cfa = "BGGR"\nwhite = 1023\n')
    with pytest.raises(HostError, match=message):
        read_raw(tmp_path / "frame.npy")


def test_damaged_arrays(tmp_path):
    path = tmp_path / "frame.npy"
    (tmp_path / "frame.toml").write_text('cfa = "BGGR"\nwhite = 1023\n')
    np.save(path, np.zeros((64, 64), np.uint16))
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(HostError, match=r"frame\.npy is truncated or damaged, or no \.npy file"):
        read_raw(path)
    np.savez(tmp_path / "frame.npz", np.zeros((64, 64), np.uint16))
    (tmp_path / "frame.npz").rename(path)
    with pytest.raises(HostError, match=r"frame\.npy is no \.npy file"):
        read_raw(path)
    (tmp_path / "frame.toml").unlink()
    with pytest.raises(HostError, match=r"frame\.toml: there is no such sidecar file"):
        read_raw(path)
