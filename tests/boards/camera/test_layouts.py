# SPDX-License-Identifier: MIT
"""Bare numbers as sensors, grabbers and capture programs lay them out."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from tarsier_fpga.camera.layout import Layout, Packing
from tarsier_fpga.camera.pixel_formats import pixel_format
from tarsier_fpga.camera.read import read_raw
from tarsier_fpga.camera.video import is_video, list_frames
from tarsier_fpga.hls.base.errors import HostError

SIZE = 6, 20  # a line is whole groups of every packing
LEVELS = 'cfa = "RGGB"\nblack = 60\n'


def mipi(mosaic: np.ndarray, bits: int) -> bytes:
    """RAW10, RAW12, RAW14 of MIPI CSI-2, pixel by pixel as its figures show them."""
    out = bytearray()
    group = {10: 4, 12: 2, 14: 4}[bits]
    for line in mosaic.tolist():
        for first in range(0, len(line), group):
            pixels = line[first : first + group]
            out += bytes(pixel >> (bits - 8) for pixel in pixels)
            low = sum(
                (pixel % (1 << (bits - 8))) << (bits - 8) * n for n, pixel in enumerate(pixels)
            )
            out += low.to_bytes(group * (bits - 8) // 8, "little")
    return bytes(out)


def pfnc(mosaic: np.ndarray, bits: int) -> bytes:
    """10p and 12p of GenICam: the first pixel in the lowest bits of one long number."""
    every = sum(pixel << bits * n for n, pixel in enumerate(mosaic.ravel().tolist()))
    return every.to_bytes(-(-mosaic.size * bits // 8), "little")


def gige(mosaic: np.ndarray, bits: int) -> bytes:
    """Mono10Packed and Mono12Packed of GigE Vision."""
    out, spare = bytearray(), bits - 8
    for even, odd in mosaic.reshape(-1, 2).tolist():
        mask = (1 << spare) - 1
        out += bytes([even >> spare, even & mask | (odd & mask) << 4, odd >> spare])
    return bytes(out)


PACKERS = {Packing.MIPI: mipi, Packing.PFNC: pfnc, Packing.GIGE: gige}
PACKED = [(packing, bits) for packing in PACKERS for bits in packing.widths]


def written(folder: Path, content: bytes, said: str, bits: int = 12) -> Path:
    """A frame of SIZE, and its sidecar."""
    path = folder / "frame.raw"
    path.write_bytes(content)
    levels = f"{LEVELS}white = {(1 << bits) - 1}\nwidth = {SIZE[1]}\nheight = {SIZE[0]}\n"
    path.with_suffix(".toml").write_text(levels + said)
    return path


def pixels(rng, bits: int = 12, size: tuple[int, ...] = SIZE) -> np.ndarray:
    return rng.integers(1, 1 << bits, size).astype(np.uint16)


def test_packed_numbers_by_hand():
    """The bytes of the documents' own figures: pixels 0x3FF, 0, 1, 2 and so on."""
    ten = Layout(width=4, height=1, bits=10, packing=Packing.MIPI)
    content = np.array([0xFF, 0x00, 0x00, 0x01, 0b01_10_00_11], np.uint8)
    assert ten.unpack(content).tolist() == [[0x3FF, 0, 2, 5]]
    twelve = np.array([0xAB, 0xFC, 0xDE], np.uint8)
    for packing, expected in (
        (Packing.MIPI, [0xABE, 0xFCD]),
        (Packing.PFNC, [0xCAB, 0xDEF]),
        (Packing.GIGE, [0xABC, 0xDEF]),
    ):
        found = Layout(width=2, height=1, bits=12, packing=packing).unpack(twelve)
        assert found.tolist() == [expected]


@pytest.mark.parametrize(("packing", "bits"), PACKED)
def test_packed(tmp_path, rng, packing, bits):
    mosaic = pixels(rng, bits)
    said = f'bits = {bits}\npacking = "{packing}"\n'
    path = written(tmp_path, PACKERS[packing](mosaic, bits), said, bits)
    assert np.array_equal(read_raw(path).mosaic, mosaic)


@pytest.mark.parametrize(("packing", "bits"), PACKED)
def test_packed_in_padded_lines(tmp_path, rng, packing, bits):
    mosaic = pixels(rng, bits)
    lines = [PACKERS[packing](line[None], bits).ljust(48, b"\xaa") for line in mosaic]
    said = f'bits = {bits}\npacking = "{packing}"\nstride = 48\n'
    path = written(tmp_path, b"".join(lines), said, bits)
    assert np.array_equal(read_raw(path).mosaic, mosaic)


@pytest.mark.parametrize(("packing", "bits"), PACKED)
@pytest.mark.parametrize("width", [5, 7, 9])
def test_lines_that_are_no_whole_groups(rng, packing, bits, width):
    """MIPI fills each line's last group; the others go on in the next line."""
    mosaic = pixels(rng, bits, (4, width))
    layout = Layout(width=width, height=4, bits=bits, packing=packing)
    filled = mosaic
    if packing is Packing.MIPI:
        filled = np.pad(mosaic, ((0, 0), (0, -width % 4 if bits != 12 else width % 2)))
    content = np.frombuffer(PACKERS[packing](filled, bits), np.uint8)
    assert layout.size == len(content)
    assert np.array_equal(layout.unpack(content), mosaic)


def test_aligned_and_endian(tmp_path, rng):
    mosaic = pixels(rng)
    shifted = (mosaic << 4).astype("<u2")
    for content, said in (
        (mosaic.astype(">u2"), 'endian = "big"\n'),
        (shifted, 'align = "left"\n'),
        (shifted.astype(">u2"), 'align = "left"\nendian = "big"\n'),
        (np.pad(mosaic, ((0, 0), (0, 12))).astype("<u2"), "stride = 64\n"),
    ):
        path = written(tmp_path, content.tobytes(), f"bits = 12\n{said}")
        assert np.array_equal(read_raw(path).mosaic, mosaic)


def test_wrong_alignment_and_endian(tmp_path, rng):
    mosaic = pixels(rng)
    left = written(tmp_path, (mosaic << 4).astype("<u2").tobytes(), "bits = 12\n")
    with pytest.raises(
        HostError, match=r"bits = 12 end at 4095: .*\"left\", which fits\) or big end"
    ):
        read_raw(left)
    big = written(tmp_path, mosaic.astype(">u2").tobytes(), "bits = 12\n")
    with pytest.raises(
        HostError, match=r"left-aligned \(align = \"left\"\) or .*\"big\", which fits"
    ):
        read_raw(big)
    said = written(tmp_path, mosaic.astype("<u2").tobytes(), 'bits = 12\nalign = "left"\n')
    with pytest.raises(HostError, match="leaves the lowest 4 of 16 zero, but they are not"):
        read_raw(said)


def test_padding_taken_for_pixels(tmp_path, rng):
    padded = np.pad(pixels(rng, size=(6, 17)), ((0, 0), (0, 3))).astype("<u2")
    path = written(tmp_path, padded.tobytes(), "bits = 12\n")
    with pytest.raises(HostError, match=r"last 3 columns are 0 .* width = 17 and stride = 40"):
        read_raw(path)
    written(tmp_path, padded.tobytes(), "bits = 12\nstride = 40\n")
    assert np.array_equal(read_raw(path).mosaic, padded)
    padded[2, 3] = 0  # then 0 is what the sensor may say of the dark
    written(tmp_path, padded.tobytes(), "bits = 12\n")
    assert np.array_equal(read_raw(path).mosaic, padded)


@pytest.mark.parametrize(
    ("said", "size", "message"),
    [
        ("bits = 12\n", 180, 'would fit packing = "mipi", "pfnc" or "gige"'),
        ("bits = 12\n", 6 * 48, "would fit stride = 48"),
        ("bits = 12\n", 3 * 240, "would fit stride = 120, frames = 3"),
        ("bits = 12\n", 120, "would fit bits = 8$"),
        ("bits = 10\n", 150, 'would fit packing = "mipi" or "pfnc"'),
        ('bits = 14\npacking = "mipi"\n', 240, 'would fit packing = "none"'),
        ("bits = 12\nstride = 64\n", 240, "would fit no stride"),
        ("bits = 12\n", 200, "would fit height = 5$"),
        ("bits = 12\n", 239, "no layout of 20 x 6 pixels of 12 bits has that size"),
        ("bits = 12\nframes = 2\n", 240, "describes 480: 2 frames of 20 x 6 pixels of 16 bits"),
        (
            'bits = 12\nframes = "all"\n',
            700,
            "has 700 bytes, but frame.toml describes 480: 2 frames",
        ),
        (
            'bits = 11\npacking = "mipi"\n',
            240,
            'frame.toml: packing = "mipi" is of 10, 12 or 14 bits',
        ),
        ('bits = 14\npacking = "gige"\n', 240, 'packing = "gige" is of 10 or 12 bits, not 14'),
        ('bits = 8\nendian = "big"\n', 120, "is for unpacked numbers of more than 8 bits"),
        ("bits = 12\nstride = 39\n", 240, "stride = 39 is less than the 40 bytes of a line of 20"),
        ('format = "aRA8"\n', 120, "frame.toml: format 'aRA8' is none that is read"),
        ('format = "pBCC"\n', 180, "format 'pBCC' has cfa = 'BGGR', not 'RGGB'"),
        ('format = "pRCC"\nbits = 10\n', 180, "format 'pRCC' has bits = 12, not 10"),
        ("bits = 12\nframes = 0\n", 240, "frame.toml: frames"),
    ],
)
def test_wrong_sidecars_say_what_would_fit(tmp_path, said, size, message):
    path = written(tmp_path, bytes(size), said)
    with pytest.raises(HostError, match=message):
        read_raw(path)


@pytest.mark.parametrize(
    ("name", "cfa", "bits", "packing"),
    [
        *[("RGGB", "RGGB", 8, "none"), ("BA81", "BGGR", 8, "none"), ("BA10", "GRBG", 10, "none")],
        *[("GB12", "GBRG", 12, "none"), ("GR14", "GRBG", 14, "none"), ("BYR2", "BGGR", 16, "none")],
        *[("pRAA", "RGGB", 10, "mipi"), ("pgCC", "GRBG", 12, "mipi"), ("pGEE", "GBRG", 14, "mipi")],
        *[("SRGGB10_CSI2P", "RGGB", 10, "mipi"), ("SBGGR12P", "BGGR", 12, "mipi")],
        *[("SGRBG16", "GRBG", 16, "none"), ("BayerRG12p", "RGGB", 12, "pfnc")],
        *[("BayerGB10Packed", "GBRG", 10, "gige"), ("BayerBG12", "BGGR", 12, "none")],
    ],
)
def test_formats(name, cfa, bits, packing):
    found = pixel_format(name)
    assert (found.cfa, found.bits, found.packing) == (cfa, bits, packing)


@pytest.mark.parametrize("name", ["BayerRG14p", "SRGGB16_CSI2P", "RG99", "prAA", ""])
def test_formats_that_are_none(name):
    with pytest.raises(HostError, match="is none that is read"):
        pixel_format(name)


def test_a_format_says_it_all(tmp_path, rng):
    mosaic = pixels(rng, 10)
    path = tmp_path / "frame.raw"
    path.write_bytes(mipi(mosaic, 10))
    path.with_suffix(".toml").write_text('format = "pRAA"\nwidth = 20\nheight = 6\nwhite = 1023\n')
    assert np.array_equal(read_raw(path).mosaic, mosaic)


@pytest.mark.parametrize("frames", ["3", '"all"'])
def test_frames_in_a_file(tmp_path, rng, frames):
    mosaics = pixels(rng, 10, (3, *SIZE))
    content = b"".join(mipi(mosaic, 10) for mosaic in mosaics)
    path = written(tmp_path, content, f'format = "pRAA"\nframes = {frames}\n', 10)
    assert is_video(path)
    found = list_frames(path)
    assert [frame.name for frame in found] == ["frame-0000", "frame-0001", "frame-0002"]
    assert all(np.array_equal(f.read().mosaic, m) for f, m in zip(found, mosaics, strict=True))
    with pytest.raises(HostError, match="holds 3 frames: name a folder"):
        read_raw(path)
    elsewhere = path.with_suffix(".toml").rename(tmp_path / "other.toml")
    assert not is_video(path)
    assert is_video(path, elsewhere)
    assert [frame.read(elsewhere).name for frame in list_frames(path, elsewhere)][2] == (
        "frame-0002.raw"
    )


def test_tiff_pages(tmp_path, rng):
    mosaics = pixels(rng, 12, (3, *SIZE))
    path = tmp_path / "film.tif"
    tifffile.imwrite(path, mosaics, photometric="minisblack")
    with pytest.raises(HostError, match=r"names no camera: .* needs a sidecar, such as film\.toml"):
        read_raw(path)
    path.with_suffix(".toml").write_text(f"{LEVELS}white = 4095\nbits = 12\n")
    found = [frame.read() for frame in list_frames(path)]
    assert all(np.array_equal(raw.mosaic, m) for raw, m in zip(found, mosaics, strict=True))
    assert (found[0].black, found[0].white) == ((60,) * 4, 4095)
    whole = path.read_bytes()
    path.write_bytes(whole[:-300])
    with pytest.raises(HostError, match="is truncated or damaged: it ends before its frame 2"):
        list_frames(path)
    tifffile.imwrite(path, mosaics[0])
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(HostError, match="is truncated or damaged: 1 of its 1 strips"):
        read_raw(path)
    tifffile.imwrite(path, np.zeros((8, 8, 3), np.uint8), photometric="rgb")
    with pytest.raises(HostError, match="holds 3 samples a pixel, of uint8"):
        read_raw(path)


@pytest.mark.parametrize("bits", [8, 16])
def test_png(tmp_path, rng, bits):
    mosaic = pixels(rng, bits)
    path = tmp_path / "frame.png"
    Image.fromarray(mosaic.astype(np.uint8) if bits == 8 else mosaic).save(path)
    with pytest.raises(HostError, match=r"is a picture; .* needs a sidecar, such as frame\.toml"):
        read_raw(path)
    path.with_suffix(".toml").write_text(f"{LEVELS}white = {(1 << bits) - 1}\n")
    assert np.array_equal(read_raw(path).mosaic, mosaic)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(HostError, match="is truncated or damaged"):
        read_raw(path)
    Image.new("RGB", (8, 8)).save(path)
    with pytest.raises(HostError, match="is a PNG of mode RGB; mosaics are grey"):
        read_raw(path)


def test_numbers_beyond_white_in_a_tiff_are_refused(tmp_path, rng):
    path = tmp_path / "frame.tif"
    tifffile.imwrite(path, pixels(rng) << 4)
    said = f"{LEVELS}white = 4000\n"
    path.with_suffix(".toml").write_text(said)
    with pytest.raises(
        HostError, match=r"white = 4000, of 12 bits, end at 4095.*bits is to be said"
    ):
        read_raw(path)
    path.with_suffix(".toml").write_text(f'{said}align = "left"\n')
    assert read_raw(path).mosaic.max() < 4096


def test_quad_bayer_in_bare_numbers(tmp_path, rng):
    mosaic = pixels(rng, 12, (8, 12))
    np.save(tmp_path / "frame.npy", mosaic)
    (tmp_path / "frame.toml").write_text(f"{LEVELS}white = 4095\nblock = 2\n")
    raw = read_raw(tmp_path / "frame.npy")
    assert np.array_equal(raw.mosaic, mosaic.reshape(4, 2, 6, 2).sum(axis=(1, 3)))
    assert (raw.black, raw.white) == ((240,) * 4, 4 * 4095)


def test_pictures_beside_frames_are_none(tmp_path, rng):
    for name in ("a.png", "b.png"):
        Image.fromarray(pixels(rng)).save(tmp_path / name)
    (tmp_path / "b.toml").write_text(f"{LEVELS}white = 4095\n")
    assert [frame.name for frame in list_frames(tmp_path)] == ["b"]
    assert [frame.name for frame in list_frames(tmp_path, tmp_path / "b.toml")] == ["a", "b"]
    np.save(tmp_path / "b.npy", pixels(rng))
    assert [frame.path.name for frame in list_frames(tmp_path)] == ["b.npy"]
