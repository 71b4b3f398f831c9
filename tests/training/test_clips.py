# SPDX-License-Identifier: MIT
"""Clips made of photographs: how they move, what is drawn anew in each frame, and what is not."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data import noise
from tarsier_fpga.training.data.batches import batch
from tarsier_fpga.training.data.clips import clips, panned, places
from tarsier_fpga.training.facts import recipe
from tarsier_fpga.training.facts.paths import config_file
from tarsier_fpga.training.facts.recipe import Clip, CropRule
from tarsier_fpga.training.networks.network import build
from tarsier_fpga.training.score.clip_scores import ClipSet, score_clips
from tarsier_fpga.training.score.raw_scores import EXPOSURES

SMALL = CropRule(batch=4, size=8)


@pytest.fixture
def photos(rng):
    return [rng.integers(0, 256, (40, 56, 3), np.uint8) for _ in range(3)]


def plan(**more):
    read = recipe.read(config_file("scales-brve-8"))
    return replace(read, crop=replace(SMALL, batch=2), **more)


def test_clips_at_rest_repeat_their_first_frame(photos):
    made = clips(photos, SMALL, Clip(frames=3, still=1.0), np.random.default_rng(1))
    assert made.shape == (4, 3, 4, 8, 8)
    assert torch.equal(made, made[:, :1].expand_as(made))


def test_other_clips_move(photos):
    made = clips(photos, SMALL, Clip(frames=3, still=0.0, fastest=6.0), np.random.default_rng(1))
    assert all(not torch.equal(clip[0], clip[-1]) for clip in made)


def test_walks_are_as_fast_as_they_may_be(rng):
    clip = Clip(frames=50, still=0.0, fastest=3.0)
    for _ in range(20):
        steps = np.diff(places(clip, np.array([10, 10]), rng), axis=0)
        assert 0 < np.hypot(*steps.T).max() <= 3.0


def test_a_panned_window_shows_the_photograph_from_step_to_step(photos):
    first, second, third = panned(photos[0], 16, 3, (1, 3))
    assert np.array_equal(first[1:, 3:], second[:-1, :-3])
    assert np.array_equal(second[1:, 3:], third[:-1, :-3])
    with pytest.raises(ValueError, match="a window of 50 on 56 x 40"):
        panned(photos[0], 50, 3, (0, 0))


def test_a_batch_is_the_same_again_and_its_noise_new_in_every_frame(photos):
    one = plan(clip=Clip(frames=3, still=1.0))
    degraded, clean = batch(one, photos, 5)
    again = batch(one, photos, 5)
    assert torch.equal(degraded, again[0]) and torch.equal(clean, again[1])
    assert not torch.equal(degraded, batch(one, photos, 6)[0])
    assert torch.equal(clean[:, 0], clean[:, 1])
    assert not torch.equal(degraded[:, 0], degraded[:, 1])


def test_all_frames_of_a_clip_have_one_sensor():
    x = torch.full((2, 16, 4, 32, 32), 0.2)
    rng = torch.Generator().manual_seed(0)
    light = torch.tensor([20.0, 400.0]).view(2, 1, 1, 1)
    spread = noise.expose_clips(x, light, noise.camera(), rng).std((2, 3, 4))
    assert spread[0].min() > 2 * spread[1].max()
    assert (spread.max(1).values < 1.3 * spread.min(1).values).all()


def test_who_remembers_trains_on_clips_and_others_do_not():
    with pytest.raises(TrainingError, match=r"clip.frames = 1 must be at least 2"):
        plan(clip=Clip())
    with pytest.raises(TrainingError, match=r"clip.frames = 3 must be 1, for a net of kind bbcu"):
        replace(recipe.read(config_file("bbcu-raw-16x8")), clip=Clip(frames=3))


def test_scores_of_clips(rng):
    torch.manual_seed(0)
    one = plan()
    net = build(one.net).eval()
    clip = torch.from_numpy(rng.uniform(0.1, 0.7, (4, 4, 16, 16)).astype(np.float32))
    rest = ClipSet("rest", {"a": clip[:1].expand(3, -1, -1, -1)}, at_rest=True)
    moving = ClipSet("pan", {"a": clip})
    found = list(score_clips(net, one.net, [rest, moving], EXPOSURES[:2]))
    assert [score.set for score in found] == ["rest"] * 2 + ["pan"] * 2
    assert all(score.flicker > 0 and score.flicker_before > 0 for score in found[:2])
    assert all(score.flicker is None for score in found[2:])
    assert [len(score.restored) for score in found] == [3] * 2 + [4] * 2
    # The noise is less, the brighter the exposure.
    assert found[0].before < found[1].before and found[0].flicker_before > found[1].flicker_before
