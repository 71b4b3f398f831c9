# SPDX-License-Identifier: MIT
"""A grid of made DNGs against the specification's own arithmetic, and against Adobe's reader.

Each file is read right or refused. What is right is worked out here in exact numbers, from what was
written; where the package dngpy is installed, Adobe's SDK reads the same pixels, area and pattern.
"""

from collections import Counter
from fractions import Fraction
from itertools import product
from math import lcm
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps

from tarsier_fpga.camera.encode import exact
from tarsier_fpga.camera.raw import CFA_PHASES, Raw
from tarsier_fpga.camera.read import read_raw
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.picture.isp import oriented
from tests.boards.camera.made_dng import Made

try:
    import dngpy
except ImportError:
    dngpy = None

SIZE = 21, 38
GRAIN = 1 << 9  # floating-point pixels here are whole numbers of 1 / GRAIN


class Tally:
    """Files, by how many readers agree on them; printed however the tests are run."""

    def __init__(self, title: str) -> None:
        self.title, self.counts = title, Counter()

    def line(self) -> str:
        files, ours, theirs = (self.counts[who] for who in ("files", "ours", "tifffile"))
        adobe = f"{self.counts['adobe']} as Adobe's SDK" if dngpy else "Adobe's SDK not installed"
        return (
            f"  {self.title}: {files} DNGs, {ours} by the specification,"
            f" {theirs} as tifffile, {adobe}"
        )

    def agrees(self, made: Made, path: Path) -> Raw:
        """Every pixel of `made` as read, in exact numbers."""
        raw = read_raw(made.write(path))
        right, right_span, colours = by_the_specification(made)
        black = [exact(level) for level in raw.black]
        divisor = lcm(*(level.denominator for level in black))
        span = int(divisor * (raw.white - max(black)))
        ours = divisor * raw.mosaic.astype(np.int64)
        for place, (row, column) in enumerate(product((0, 1), repeat=2)):
            ours[row::2, column::2] -= int(divisor * black[place])
        assert ours.shape == right.shape
        # ours / span - right / right_span, times both; what lies above white is white.
        off = np.minimum(ours, span) * right_span - np.minimum(right, right_span) * span
        if made.sensor.dtype.kind == "f" or not colours:
            assert 2 * np.abs(off).max() <= divisor * right_span  # rounded to 16 bits, no more
        else:
            assert not off.any()
        self.counts.update(files=1, ours=1, tifffile=_tifffile_agrees(made, path))
        if dngpy:
            self.counts["adobe"] += _adobe_agrees(made, path)
        return raw


def by_the_specification(made: Made) -> tuple[np.ndarray, int, bool]:
    """Chapter 5 in whole numbers: the light of the active area from red on, and that of white.

    And whether each colour has one black.
    """
    height, width = made.sensor.shape
    top, left, bottom, right = made.area or (0, 0, height, width)
    linear = made.sensor[top:bottom, left:right]
    if len(made.table):
        linear = np.array(made.table)[np.minimum(linear, len(made.table) - 1)]
    rows, columns = made.black_shape
    tile = [Fraction(level) for level in made.black or (0,)]
    across = [Fraction(v) for v in made.across] or [Fraction(0)] * linear.shape[1]
    down = [Fraction(v) for v in made.down] or [Fraction(0)] * linear.shape[0]
    unit = lcm(*(level.denominator for level in (*tile, *across, *down)), GRAIN)
    black = np.empty(linear.shape, np.int64)
    for row, column in product(*map(range, linear.shape)):
        level = tile[row % rows * columns + column % columns] + across[column] + down[row]
        black[row, column] = unit * level
    white = made.white if made.white is not None else (1 << made.bits) - 1
    light = np.int64(unit * linear.astype(np.float64)) - black
    top, left = CFA_PHASES[_bayer(made.cfa)]
    place = tuple(
        slice(first, first + (length - first) // 2 * 2)
        for first, length in zip((top, left), light.shape, strict=True)
    )
    colours = all(len(np.unique(black[y::2, x::2])) == 1 for y, x in product((0, 1), repeat=2))
    return light[place], int(unit * white - black.max()), colours


def _bayer(cfa: str) -> str:
    return cfa if len(cfa) == 4 else cfa[0] + cfa[1] + cfa[4] + cfa[5]


def _tifffile_agrees(made: Made, path: Path) -> int:
    """Whether tifffile, which undoes fewer predictors, reads the pixels as they were written."""
    with tifffile.TiffFile(path) as file:
        try:
            return int(np.array_equal(file.pages.first.asarray().squeeze(), made.sensor))
        except NotImplementedError:
            return 0


def _adobe_agrees(made: Made, path: Path) -> int:
    try:
        negative = dngpy.Dng(str(path))
    except RuntimeError:  # it takes less than tifffile: no Deflate of 16 bits, no LZW
        return 0
    assert np.array_equal(negative.raw_pixels[..., 0], made.sensor)
    top, left, bottom, right = made.area or (0, 0, *made.sensor.shape)
    assert (negative.image_info.height, negative.image_info.width) == (bottom - top, right - left)
    if len(made.cfa) == 4:
        assert negative.get_bayer_pattern() == made.cfa
    return 1


@pytest.fixture
def tally(request, capsys):
    counted = Tally(request.node.name.removeprefix("test_").replace("_", " "))
    yield counted
    with capsys.disabled():
        print(counted.line())


def sensor(rng, bits=12, size=SIZE):
    return rng.integers(0, 1 << bits, size).astype(np.uint8 if bits == 8 else np.uint16)


def test_active_areas_and_phases(rng, tmp_path, tally):
    """Odd and even corners and sizes; the blacks of the first two by two are all different."""
    for cfa, top, left, cut in product(CFA_PHASES, (0, 1, 2, 3), (0, 1, 4, 5), ((0, 0), (1, 2))):
        height, width = SIZE
        area = (top, left, height - 2 + cut[0], width - 3 + cut[1])
        black = (256, 260, 250, 240)
        made = Made(sensor(rng), cfa=cfa, area=area, black=black, black_shape=(2, 2))
        raw = tally.agrees(made, tmp_path / "frame.dng")
        row, column = CFA_PHASES[cfa]
        expected = [black[2 * (row ^ y) + (column ^ x)] for y, x in product((0, 1), repeat=2)]
        assert [*raw.black] == expected
        first = made.sensor[top + row : top + row + raw.height, left + column :][:, : raw.width]
        assert np.array_equal(raw.mosaic, first)  # nothing is rounded, nothing else is cut
    assert tally.counts["ours"] == 128


@pytest.mark.parametrize("kind", ["whole", "halves", "tenths"])
def test_blacks(rng, tmp_path, tally, kind):
    """Every repeat from 1 x 1 to 4 x 4, at an odd corner."""
    divisor = {"whole": 1, "halves": 2, "tenths": 10}[kind]
    for rows, columns, cfa in product((1, 2, 3, 4), (1, 2, 3, 4), ("RGGB", "GBRG")):
        black = [Fraction(int(v), divisor) for v in rng.integers(2000, 2600, rows * columns)]
        made = Made(
            sensor(rng, 14),
            cfa=cfa,
            area=(3, 2, *SIZE),
            black=black,
            black_shape=(rows, columns),
            white=15000,
        )
        tally.agrees(made, tmp_path / "frame.dng")
    assert tally.counts["ours"] == 32


def test_a_fraction_is_kept(rng, tmp_path, tally):
    made = Made(sensor(rng, 10), black=[Fraction(639, 10)], white=1023)
    raw = tally.agrees(made, tmp_path / "frame.dng")
    assert raw.black == (63.9,) * 4
    assert np.array_equal(raw.mosaic, made.sensor[:20])


def test_black_deltas(rng, tmp_path, tally):
    """By column, by row, both; those that alternate by two are the colours' own."""
    height, width = SIZE[0] - 1, SIZE[1] - 2
    alternate = [Fraction(50 * (column % 2)) for column in range(width)]
    across = [Fraction(int(v), 4) for v in rng.integers(-200, 200, width)]
    down = [Fraction(int(v), 10) for v in rng.integers(-400, 900, height)]
    for cfa, pair in product(CFA_PHASES, ((across, ()), ((), down), (across, down))):
        made = Made(
            sensor(rng),
            cfa=cfa,
            area=(1, 2, *SIZE),
            black=(200, 210, 220, 230),
            black_shape=(2, 2),
            across=pair[0],
            down=pair[1],
        )
        tally.agrees(made, tmp_path / "frame.dng")
    made = Made(sensor(rng), area=(1, 2, *SIZE), black=(200,), across=alternate)
    raw = tally.agrees(made, tmp_path / "frame.dng")
    assert raw.black == (200, 250, 200, 250)
    assert np.array_equal(raw.mosaic, made.sensor[1:, 2:])


def test_as_many_deltas_as_a_sensor_has(rng, tmp_path, tally):
    for size in ((8, 1030), (1030, 8)):
        across, down = ([Fraction(int(v), 8) for v in rng.integers(0, 999, n)] for n in size[::-1])
        made = Made(sensor(rng, size=size), across=across, down=down)
        tally.agrees(made, tmp_path / "frame.dng")


def test_whites_that_are_not_said(rng, tmp_path, tally):
    for bits in (8, 10, 12, 14, 16):
        made = Made(sensor(rng, bits), bits=bits, white=None, black=None)
        raw = tally.agrees(made, tmp_path / "frame.dng")
        assert (raw.white, raw.black) == ((1 << bits) - 1, (0, 0, 0, 0))


@pytest.mark.parametrize("pack", ["plain", "ljpeg", "deflate", "jxl", "lzw"])
def test_packings(rng, tmp_path, tally, pack):
    """All depths, byte orders, strips and tiles; Deflate with each predictor."""
    depths = (8, 16) if pack in ("deflate", "jxl", "lzw") else (8, 10, 12, 14, 16)
    layouts = ({}, {"rows": 7}, {"tile": (16, 32)})
    predictors = (1, 2, 34892) if pack == "deflate" else (1,)
    for bits, order, layout, predictor in product(depths, "<>", layouts, predictors):
        most = (1 << bits) - 1
        made = Made(
            *(sensor(rng, bits), bits, order, pack, predictor),
            **layout,
            white=most,
            black=(most // 20,),
        )
        tally.agrees(made, tmp_path / "frame.dng")


def test_lossless_jpeg_as_cameras_write_it(rng, tmp_path, tally):
    """Every predictor; one, two or four samples a pixel; two lines in one and one in two."""
    for predictor, components, rows, layout in product(
        range(1, 8), (1, 2, 4), (0.5, 1, 2), ({}, {"tile": (16, 32)})
    ):
        made = Made(
            *(sensor(rng, 12, (20, 40)), 12),
            **(layout | {"pack": "ljpeg", "components": components, "jpeg_rows": rows}),
            jpeg_predictor=predictor,
        )
        tally.agrees(made, tmp_path / "frame.dng")


@pytest.mark.parametrize("bits", [16, 24, 32])
def test_floats(rng, tmp_path, tally, bits):
    """With and without Deflate and its predictors; below black and above white too."""
    for pack, order, layout, predictor in product(
        ("plain", "deflate"), "<>", ({}, {"tile": (16, 32)}), (1, 3, 34894)
    ):
        if predictor != 1 and (pack == "plain" or bits == 24):
            continue
        pixels = (rng.integers(0, 1 << 9, SIZE) / GRAIN).astype("f2" if bits == 16 else "f4")
        made = Made(pixels, bits, order, pack, predictor, **layout, white=1, black=(0,))
        tally.agrees(made, tmp_path / "frame.dng")


def test_floats_below_black(rng, tmp_path, tally):
    pixels = (rng.integers(-64, 512, SIZE) / GRAIN).astype("f4")
    made = Made(pixels, 32, white=1, black=(Fraction(1, 32),))
    raw = tally.agrees(made, tmp_path / "frame.dng")
    assert 0 < raw.black[0] < 16384
    made.sensor[5, 5] = np.nan
    made.write(tmp_path / "frame.dng")
    with pytest.raises(HostError, match="floating-point pixels are not finite"):
        read_raw(tmp_path / "frame.dng")


def test_linearization(rng, tmp_path, tally):
    """A table before black; numbers beyond its end count as its last."""
    for bits, length, pack in product((8, 10, 12), (200, 256), ("plain", "ljpeg")):
        table = np.sort(rng.integers(0, 15000, length)).tolist()
        made = Made(
            sensor(rng, bits), bits, "<", pack, table=table, white=table[-1], black=(table[9],)
        )
        tally.agrees(made, tmp_path / "frame.dng")


def test_masked_areas(rng, tmp_path, tally):
    """No black level: the mean of the masked pixels at each place in two by two."""
    for cfa, left in product(CFA_PHASES, (16, 17)):
        whole = sensor(rng)
        whole[:, :left] = rng.integers(240, 270, (SIZE[0], left))
        area = (1, left, *SIZE)
        made = Made(whole, cfa=cfa, area=area, masks=(0, 0, SIZE[0], 7, 4, 9, 20, 14))
        sums = {place: [] for place in product((0, 1), repeat=2)}
        for top, start, bottom, end in ((0, 0, SIZE[0], 7), (4, 9, 20, 14)):
            for y, x in product(range(top, bottom), range(start, end)):
                sums[(y - area[0]) % 2, (x - left) % 2].append(int(whole[y, x]))
        made.write(tmp_path / "frame.dng")
        raw = read_raw(tmp_path / "frame.dng")
        made.black = [Fraction(sum(seen), len(seen)) for seen in sums.values()]
        made.black_shape = (2, 2)
        row, column = CFA_PHASES[cfa]
        for y, x in product((0, 1), repeat=2):
            assert exact(raw.black[2 * y + x]) == made.black[2 * (row ^ y) + (column ^ x)]
        tally.counts.update(
            files=1, ours=1, tifffile=_tifffile_agrees(made, tmp_path / "frame.dng")
        )
        if dngpy:
            tally.counts["adobe"] += _adobe_agrees(made, tmp_path / "frame.dng")


def test_orientations(rng, tmp_path, tally):
    """All eight, as Pillow turns a picture of that Exif orientation."""
    picture = rng.integers(0, 256, (6, 10, 3)).astype(np.uint8)
    for orientation in range(1, 9):
        made = Made(sensor(rng), orientation=orientation)
        raw = tally.agrees(made, tmp_path / "frame.dng")
        image = Image.fromarray(picture)
        image.getexif()[274] = orientation
        assert np.array_equal(
            oriented(picture, raw.flip), np.asarray(ImageOps.exif_transpose(image))
        )


def test_patterns_that_repeat(rng, tmp_path, tally):
    """A Bayer pattern said several times over is one."""
    for cfa in CFA_PHASES:
        twice = (cfa[:2] * 2 + cfa[2:] * 2) * 2
        tally.agrees(Made(sensor(rng), cfa=twice, cfa_shape=(4, 4)), tmp_path / "frame.dng")


def test_interleaved_fields(rng, tmp_path, tally):
    """Rows and columns stored field by field, as JPEG XL DNGs are."""
    for rows, columns in ((1, 2), (2, 1), (2, 2), (3, 2)):
        made = Made(sensor(rng))
        straight = made.sensor
        order = [
            np.concatenate([np.arange(n)[f::k] for f in range(k)])
            for n, k in zip(SIZE, (rows, columns), strict=True)
        ]
        stored = straight[order[0]][:, order[1]]
        made.more = {50975: (3, [rows]), 52547: (3, [columns]), 50707: (1, [1, 7, 1, 0])}
        made.sensor = stored
        path = made.write(tmp_path / "frame.dng")
        assert np.array_equal(read_raw(path).mosaic, straight[:20])
        tally.counts.update(files=1, ours=1)
        if dngpy:
            assert np.array_equal(dngpy.Dng(str(path)).raw_pixels[..., 0], straight)
            tally.counts["adobe"] += 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cfa": "CMYG"}, r"complementary colour filter \(CMYG\), CM/YG"),
        ({"cfa": "RGWB"}, r"white or infrared pixels \(RGBW, RGB-IR\), RG/WB"),
        ({"cfa": "RRGGRRGGGGBBGGBB", "cfa_shape": (4, 4)}, "a quad Bayer sensor, 2 x 2 pixels of"),
        ({"cfa": "RGBBGRBRG", "cfa_shape": (3, 3)}, "the colour filter RGB/BGR/BRG"),
        ({"cfa": "GGGG"}, "a monochrome sensor"),
        ({"black": (1, 2, 3), "black_shape": (2, 2)}, "3 values of BlackLevel, but .* 2 x 2"),
        ({"across": [Fraction(1)] * 5}, "5 values of BlackLevelDeltaH, not 38"),
        ({"black": (4095,)}, "white level 4095 must be above|no light is left between black 4095"),
        ({"bits": 8, "black": (256,)}, "8-bit samples, no compression, end at 255"),
        ({"area": (0, 0, 99, 38)}, r"ActiveArea 0, 0, 99, 38 .* does not lie in its 38 x 21"),
        ({"more": {50711: (3, [2])}}, "staggered"),
        ({"more": {259: (3, [9])}}, "packed as VC-5, which is not read"),
        ({"more": {259: (3, [777])}}, "packed as compression 777, which is not read"),
        ({"more": {50707: (1, [1, 9, 0, 0])}}, "needs a reader of DNG 1.9.0.0, this one knows 1.7"),
        ({"more": {317: (3, [7])}}, "predictor 7 of 16-bit samples is not read"),
        ({"more": {339: (3, [2])}}, "SampleFormat 2"),
        ({"more": {262: (3, [2])}}, "holds no raw image, only developed ones"),
        ({"more": {50974: (3, [2, 2])}}, "SubTileBlockSize"),
        ({"more": {278: (4, [5])}}, "4 of its 5 strips of pixels are missing"),
    ],
)
def test_refused(rng, tmp_path, change, message):
    path = Made(sensor(rng, change.get("bits", 12)), **change).write(tmp_path / "frame.dng")
    with pytest.raises(HostError, match=message):
        read_raw(path)


@pytest.mark.parametrize("side", [2, 3, 4])
def test_quad_bayer_is_added_up_where_asked(rng, tmp_path, side):
    for cfa, depth in product(CFA_PHASES, (10, 16)):
        letters = np.array([*cfa]).reshape(2, 2).repeat(side, 0).repeat(side, 1)
        made = Made(
            sensor(rng, depth, (48, 72)),
            cfa="".join(letters.ravel()),
            cfa_shape=letters.shape,
            black=(60,),
            white=(1 << depth) - 1,
        )
        path = made.write(tmp_path / "frame.dng")
        with pytest.raises(HostError, match="--bin makes a Bayer frame of it"):
            read_raw(path)
        raw = read_raw(path, binned=True)
        sums = made.sensor.reshape(48 // side, side, 72 // side, side).sum(axis=(1, 3), dtype=int)
        top, left = CFA_PHASES[cfa]
        sums = sums[top : top + raw.height, left : left + raw.width]
        parts = side * side
        divisor = -(-parts * made.white // 65535)
        assert np.array_equal(raw.mosaic, np.rint(sums / divisor))
        assert raw.white == round(parts * made.white / divisor)
        assert raw.black == (parts * 60 / divisor,) * 4
