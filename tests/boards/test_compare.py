# SPDX-License-Identifier: MIT
"""What is compared of a frame: all of it, or a few parts that its content draws."""

from fractions import Fraction

import numpy as np
import pytest

from tarsier_fpga.cli.run import summary
from tarsier_fpga.devices.tiles import Cutting, cut, join, parts
from tarsier_fpga.jobs.compare import compare
from tarsier_fpga.jobs.run_facts import PictureFacts

CUTTING = Cutting(3, 3, 3, 3)


def blurred(frame: np.ndarray) -> np.ndarray:
    """Stands for a network that sees 3 pixels around."""
    padded = np.pad(frame.astype(np.int64), ((3, 3), (3, 3), (0, 0)))
    view = np.lib.stride_tricks.sliding_window_view(padded, (7, 7), axis=(0, 1))
    return view.sum(axis=(3, 4))


@pytest.fixture
def frame(rng):
    return rng.integers(0, 1024, (500, 700, 1)).astype(np.uint16)


def test_parts_are_tiles(rng):
    frame = rng.integers(0, 9, (31, 45, 2))
    for cutting in (CUTTING, Cutting(2, 4, 1, 3, 4, Fraction(1, 2))):
        tile, scale = (20, 24), cutting.scale.denominator
        tiles = cut(frame, tile, cutting)[:, ::scale, ::scale]
        whole = join(tiles, frame.shape[:2], tile, cutting)
        laid = np.zeros_like(whole)
        for part, made in zip(parts(frame.shape, tile, cutting), tiles, strict=True):
            laid[part.place] = made[part.kept]
        assert np.array_equal(laid, whole)


def test_few_parts_of_a_large_frame_are_drawn_by_its_content(rng, frame):
    after, sizes = blurred(frame), []

    def execute(part: np.ndarray) -> np.ndarray:
        sizes.append(part.shape[:2])
        return blurred(part)

    seen = [compare(frame, after, execute, CUTTING, True) for _ in range(2)]
    assert seen[0] == seen[1]
    assert (seen[0].exact, seen[0].parts, seen[0].of) == (True, 12, 11 * 15)
    assert sizes[:12] == sizes[12:] and max(sizes) <= (54, 54)
    where = set()
    for change in range(6):
        other = after.copy()
        other[change * 80, 350] += 1
        parts_of_it: list[bytes] = []
        compare(
            frame,
            other,
            lambda p, s=parts_of_it: (s.append(p.tobytes()), blurred(p))[1],
            CUTTING,
            True,
        )
        where.add(tuple(parts_of_it))
    assert len(where) == 6


def test_a_fault_in_a_corner_or_everywhere_is_noticed(frame):
    after = blurred(frame)
    for place in ((0, 0), (0, -1), (-1, 0), (-1, -1), (slice(None), 350), (100, slice(None))):
        wrong = after.copy()
        wrong[place] ^= 1
        found = compare(frame, wrong, blurred, CUTTING, True).exact
        whole = compare(frame, wrong, blurred, CUTTING, False)
        assert not whole.exact and whole.parts == whole.of
        if not isinstance(place[0], slice) and not isinstance(place[1], slice):
            assert not found
    assert not compare(frame, after ^ 1, blurred, CUTTING, True).exact


def test_a_small_frame_is_compared_whole(frame):
    small = frame[:40, :50]
    found = compare(small, blurred(small), blurred, CUTTING, True)
    assert (found.exact, found.parts, found.of) == (True, 1, 1)


def test_how_much_was_compared_is_said():
    facts = dict.fromkeys(PictureFacts.model_fields) | {
        "net": "n",
        "accel": "cpu",
        "raw": "a.dng",
        "tiles": 1,
        "seconds": 1.5,
        "width": 8,
        "height": 6,
        "gain": 1.0,
        "scale": 1.0,
        "bit_exact": True,
        "compared": (12, 1344),
    }
    said = summary(PictureFacts.model_construct(**facts))
    assert said.endswith(
        "bit-exact in 12 of 1,344 parts, drawn by the frame's content, against the hardware graph"
        " in Python (--check for all), 1.5 s"
    )
    said = summary(PictureFacts.model_construct(**facts | {"compared": (4, 4)}))
    assert said.endswith("\nbit-exact against the hardware graph in Python, 1.5 s")
