# SPDX-License-Identifier: MIT
"""Training samples: pure functions of their key, degraded as the tests degrade."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data.ahead import make_ahead
from tarsier_fpga.training.data.batches import batch, smallest_side
from tarsier_fpga.training.data.degrade import jpeg, shrink, shrunk_crop
from tarsier_fpga.training.data.raw_pairs import RawPair
from tarsier_fpga.training.facts.recipe import CropRule, Light, Noise, Quality, Recipe, Schedule
from tarsier_fpga.training.facts.spec import NetSpec


def plan(task, **facts):
    if task == "dark":
        net = NetSpec("red-lite", 16, 5, task=task)
    else:
        net = NetSpec("parent", 4, 2, task=task, scale=2 if task == "sr" else 1)
    crop = CropRule(batch=3, size=16)
    return Recipe("r", net, Schedule(iterations=1), "-", crop=crop, **facts)


@pytest.fixture
def photos(rng):
    return [
        rng.integers(0, 256, (40, 52, 3), np.uint8),
        rng.integers(0, 256, (36, 33, 3), np.uint8),
    ]


@pytest.mark.parametrize(
    ("task", "given", "wanted"),
    [
        ("raw", (4, 16), (4, 16)),
        ("rgb", (3, 16), (3, 16)),
        ("jpeg", (1, 16), (1, 16)),
        ("sr", (3, 8), (3, 16)),
        ("dark", (4, 16), (3, 32)),
    ],
)
def test_batches_depend_on_seed_step_and_rank_only(photos, task, given, wanted):
    degraded, clean = batch(plan(task), photos, 5)
    assert degraded.shape == (3, given[0], given[1], given[1])
    assert clean.shape == (3, wanted[0], wanted[1], wanted[1])
    assert clean.dtype == degraded.dtype == torch.float32
    again = batch(plan(task), photos, 5)
    assert torch.equal(degraded, again[0]) and torch.equal(clean, again[1])
    for other in ((plan(task), photos, 6), (plan(task), photos, 5, 1)):
        assert not torch.equal(clean, batch(*other)[1])


def test_noise_is_as_strong_as_the_recipe_says(photos):
    fixed = replace(plan("rgb", noise=Noise(25, 25)), crop=CropRule(batch=64, size=32))
    degraded, clean = batch(fixed, photos, 0)
    assert (degraded - clean).std().item() * 255 == pytest.approx(25, rel=0.02)
    blind = replace(fixed, noise=Noise(0, 75))
    degraded, clean = batch(blind, photos, 0)
    spread = (degraded - clean).std(dim=(1, 2, 3)) * 255
    assert spread.min().item() < 10 and spread.max().item() > 65


def test_luma_went_through_jpeg(photos):
    flat = [np.full((40, 40, 3), 130, np.uint8)]  # luma 128, which JPEG keeps
    degraded, clean = batch(plan("jpeg"), flat, 0)
    assert torch.equal(degraded, clean)
    degraded, clean = batch(plan("jpeg", quality=Quality(5, 5)), photos, 0)
    assert (degraded - clean).abs().mean().item() > 0.05


@pytest.mark.parametrize("place", [(0, 0), (8, 16), (24, 36), (16, 0)])
@pytest.mark.parametrize("scale", [2, 4])
def test_a_shrunk_crop_is_the_crop_of_the_shrunk(photos, place, scale):
    image, side = photos[0], 16
    high, low = shrunk_crop(image, *place, side, scale)
    top, left = (at // scale for at in place)
    whole = shrink(image, scale)
    assert np.array_equal(high, image[place[0] : place[0] + side, place[1] : place[1] + side])
    assert np.array_equal(low, whole[top : top + side // scale, left : left + side // scale])


def test_jpeg_of_quality_zero_is_the_worst_there_is(photos):
    grey = photos[0][..., 0]
    assert np.array_equal(jpeg(grey, 0), jpeg(grey, 1))


def test_photographs_must_hold_a_sample():
    assert [smallest_side(plan(task)) for task in ("raw", "rgb", "jpeg", "sr")] == [32, 16, 24, 16]


def test_batches_make_ahead_are_the_same_in_the_same_order(photos):
    made = list(make_ahead(plan("rgb"), photos, range(7, 12), rank=1))
    for step, batches in zip(range(7, 12), made, strict=True):
        wanted = batch(plan("rgb"), photos, step, 1)
        assert all(torch.equal(*pair) for pair in zip(batches, wanted, strict=True))


def test_what_is_wrong_with_a_pair_is_one_sentence_from_another_process_too(tmp_path):
    pair = RawPair(tmp_path / "dark", tmp_path / "bright", 1.0, lambda _: ())
    ahead = make_ahead(plan("raw", pairs="crvd"), [pair], range(1))
    with pytest.raises(TrainingError, match="dark or its pair cannot be read: ") as error:
        next(ahead)
    assert "Traceback" not in str(error.value)


def test_a_dark_frame_is_its_picture_seen_by_a_sensor(photos):
    """In bright light, rightly amplified, each sample is one of its picture, made linear."""
    bright = replace(plan("dark", light=Light(1e7, 1e7)), crop=CropRule(3, 16, 1.0, 1.0, 0.0))
    frame, picture = batch(bright, photos, 2)
    places = [(0, 0, 0), (1, 0, 1), (1, 1, 0), (2, 1, 1)]  # colour, row and column of R, G1, G2, B
    for phase, (colour, row, column) in enumerate(places):
        seen = picture[:, colour, row::2, column::2] ** 2.2
        assert (frame[:, phase] - seen).abs().max().item() < 0.02
    halved = replace(bright, crop=CropRule(3, 16, 0.5, 0.5, 0.0))
    darker, same = batch(halved, photos, 2)
    assert torch.equal(same, picture)
    assert darker.mean().item() == pytest.approx(frame.mean().item() / 2, rel=0.01)
