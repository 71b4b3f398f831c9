# SPDX-License-Identifier: MIT
from fractions import Fraction
from math import ceil

import numpy as np
import pytest

from tarsier_fpga.devices.tiles import Cutting, cut, join, spans
from tarsier_fpga.hls.base.errors import HostError
from tests.boards.stand_in import network

RADIUS = 3
CUTTING = Cutting(RADIUS, RADIUS, RADIUS, RADIUS)


@pytest.mark.parametrize("tile", [(7, 7), (8, 16), (16, 9), (21, 30)])
@pytest.mark.parametrize("frame", [(21, 30), (22, 31), (40, 50), (21, 61)])
def test_tiled_is_whole(rng, frame, tile):
    x = rng.integers(0, 1024, (*frame, 4)).astype(np.uint16)
    tiles = np.stack([network(t, RADIUS) for t in cut(x, tile, CUTTING)])
    assert np.array_equal(join(tiles, frame, tile, CUTTING), network(x, RADIUS))


def test_less_overlap_would_show(rng):
    x, less = rng.integers(0, 1024, (21, 61, 4)).astype(np.uint16), Cutting(2, 2, 2, 2)
    tiles = np.stack([network(t, RADIUS) for t in cut(x, (21, 30), less)])
    assert not np.array_equal(join(tiles, (21, 61), (21, 30), less), network(x, RADIUS))


@pytest.mark.parametrize("length", range(7, 60))
def test_every_pixel_is_kept_once_and_tiles_reach_the_edges(length):
    for tile in range(7, length + 1):
        plan = spans(length, tile, RADIUS, RADIUS)
        kept = [pixel for span in plan for pixel in range(span.first, span.last)]
        assert kept == list(range(length))
        assert (plan[0].start, plan[-1].start + tile) == (0, length)


@pytest.mark.parametrize("align", [2, 3, 4])
@pytest.mark.parametrize("reach", [(0, 0), (1, 0), (0, 5), (3, 4)])
def test_on_a_raster_all_is_on_it_and_far_enough_from_cuts(align, reach):
    for length in range(align, 40, align):
        for tile in range(12 + align - 12 % align, length + 1, align):
            plan = spans(length, tile, *reach, align)
            kept = [pixel for span in plan for pixel in range(span.first, span.last)]
            assert kept == list(range(length))
            for span in plan:
                assert not span.start % align and not span.first % align
                assert span.first == 0 or span.first - reach[0] >= span.start
                assert span.last == length or span.last + reach[1] <= span.start + tile


def test_a_frame_off_the_raster_is_continued_and_its_result_cut_off():
    frame = np.arange(5 * 7).reshape(5, 7, 1)
    for scale in (Fraction(1, 2), Fraction(1), Fraction(2)):
        cutting = Cutting(0, 0, 0, 0, 4, scale)
        (tile,) = cut(frame, (8, 8), cutting)
        assert tile.shape == (8, 8, 1)
        assert np.array_equal(tile[:5, :7], frame)
        assert np.all(tile[5:, :7] == frame[4]) and np.all(tile[:, 7] == tile[:, 6])
        made = np.arange(int(8 * scale) ** 2).reshape(1, int(8 * scale), -1, 1)
        joined = join(made, (5, 7), (8, 8), cutting)
        assert np.array_equal(joined, made[0, : ceil(5 * scale), : ceil(7 * scale)])


def test_a_frame_smaller_than_its_tile():
    with pytest.raises(HostError, match="20 packed pixels is smaller than a tile of 21"):
        spans(20, 21, RADIUS, RADIUS)


def test_a_tile_that_is_all_overlap():
    with pytest.raises(HostError, match="tiles of 6 packed pixels are all overlap at radius 3"):
        spans(20, 6, RADIUS, RADIUS)
    with pytest.raises(HostError, match=r"tiles of 8 packed .* all overlap at a reach of 3 and 4"):
        spans(20, 8, 3, 4, 4)


def test_a_tile_off_the_raster():
    with pytest.raises(HostError, match="tiles of 6 packed pixels fit no raster of 4"):
        spans(20, 6, 1, 1, 4)
