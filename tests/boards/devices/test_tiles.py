# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from tarsier_fpga.devices.tiles import cut, join, spans
from tarsier_fpga.hls.base.errors import HostError
from tests.boards.stand_in import network

RADIUS = 3


@pytest.mark.parametrize("tile", [(7, 7), (8, 16), (16, 9), (21, 30)])
@pytest.mark.parametrize("frame", [(21, 30), (22, 31), (40, 50), (21, 61)])
def test_tiled_is_whole(rng, frame, tile):
    x = rng.integers(0, 1024, (*frame, 4)).astype(np.uint16)
    tiles = np.stack([network(t, RADIUS) for t in cut(x, tile, RADIUS)])
    assert np.array_equal(join(tiles, frame, RADIUS), network(x, RADIUS))


def test_less_overlap_would_show(rng):
    x = rng.integers(0, 1024, (21, 61, 4)).astype(np.uint16)
    tiles = np.stack([network(t, RADIUS) for t in cut(x, (21, 30), RADIUS - 1)])
    assert not np.array_equal(join(tiles, (21, 61), RADIUS - 1), network(x, RADIUS))


@pytest.mark.parametrize("length", range(7, 60))
def test_every_pixel_is_kept_once_and_tiles_reach_the_edges(length):
    for tile in range(7, length + 1):
        plan = spans(length, tile, RADIUS)
        kept = [pixel for span in plan for pixel in range(span.first, span.last)]
        assert kept == list(range(length))
        assert (plan[0].start, plan[-1].start + tile) == (0, length)


def test_a_frame_smaller_than_its_tile():
    with pytest.raises(HostError, match="20 packed pixels is smaller than a tile of 21"):
        spans(20, 21, RADIUS)


def test_a_tile_that_is_all_overlap():
    with pytest.raises(HostError, match="tiles of 6 packed pixels are all overlap at radius 3"):
        spans(20, 6, RADIUS)
