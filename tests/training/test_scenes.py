# SPDX-License-Identifier: MIT
"""Photographs become packed linear scenes, the same for every (seed, step)."""

import numpy as np
import pytest
import torch

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data.bayer import mosaic, pack
from tarsier_fpga.training.data.scenes import crops, photographs, scene
from tarsier_fpga.training.facts.recipe import CropRule

RULE = CropRule(batch=4, size=8)


@pytest.fixture
def photos(rng):
    return [
        rng.integers(0, 256, (40, 60, 3), np.uint8),
        rng.integers(0, 256, (60, 40, 3), np.uint8),
    ]


def test_packed_is_rggb(rng):
    rgb = rng.integers(0, 256, (7, 9, 3))
    r, g1, g2, b = pack(mosaic(rgb))
    assert np.array_equal(r, rgb[0:6:2, 0:8:2, 0])
    assert np.array_equal(g1, rgb[0:6:2, 1:8:2, 1])
    assert np.array_equal(g2, rgb[1:6:2, 0:8:2, 1])
    assert np.array_equal(b, rgb[1:6:2, 1:8:2, 2])


def test_scene_is_linear_light():
    grey = scene(np.full((2, 2, 3), 255, np.uint8))
    assert torch.equal(grey, torch.full((1, 4, 1, 1), 0.8))


def test_crops_depend_on_seed_and_step_only(photos):
    first = crops(photos, RULE, 3, 7)
    assert torch.equal(first, crops(photos, RULE, 3, 7))
    assert not torch.equal(first, crops(photos, RULE, 3, 8))
    assert not torch.equal(first, crops(photos, RULE, 4, 7))


def test_crops_are_scenes(photos):
    batch = crops(photos, RULE, 0, 0)
    assert batch.shape == (4, 4, 8, 8)
    assert batch.dtype == torch.float32
    assert batch.min().item() >= 0 and batch.max().item() <= 1


def test_green_stays_green(photos):
    # Flips and turns must not move colours between the phases of the mosaic.
    green = [np.zeros_like(photo) for photo in photos]
    for photo in green:
        photo[..., 1] = 255
    batch = crops(green, RULE, 1, 0)
    assert batch[:, (0, 3)].max().item() == 0
    assert batch[:, (1, 2)].min().item() > 0


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(TrainingError, match=r"holds no images"):
        photographs(tmp_path)
