# SPDX-License-Identifier: MIT
"""The paper's protocol: what is done to images, and that known baselines come out."""

import math

import numpy as np
import pytest
import torch

from tarsier_fpga.training.data.images import read_folder
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.score.paper_rows import Row, paper_row
from tarsier_fpga.training.score.picture_scores import score


def spec(task, scale=1):
    return NetSpec("parent", 1, 1, task=task, scale=scale)


@pytest.fixture
def images(rng):
    return {"a": rng.integers(0, 256, (24, 28, 3), np.uint8)}


class Noted(torch.nn.Module):
    """Gives back what it is given, and keeps it."""

    def __init__(self):
        super().__init__()
        self.one = torch.nn.Parameter(torch.ones(()))
        self.frames = []

    def forward(self, x):
        self.frames.append(x)
        return x


def test_noise_has_seed_0_for_every_image_and_is_not_clipped(images):
    net = Noted()
    score(net, spec("rgb"), {**images, "b": images["a"]}, 50, "set")
    first, second = ((frame - 384) / 255 for frame in net.frames)
    assert torch.equal(first, second)
    assert first.min().item() < 0 and first.max().item() > 1
    noise = np.random.RandomState(0).normal(0, 50 / 255, (24, 28, 3))
    wanted = torch.from_numpy(images["a"] / 255 + noise).permute(2, 0, 1)[None].float()
    assert torch.allclose(first, wanted, atol=1e-5)


def test_what_a_net_gives_back_is_clipped_and_rounded(images):
    clipped = score(Noted(), spec("rgb"), images, 50, "set").psnr_db
    as_is = score(None, spec("rgb"), images, 50, "set").psnr_db
    assert clipped > as_is + 0.5


def test_doing_nothing_to_jpeg_is_the_jpeg(images):
    for quality in (10, 40):
        results = [score(net, spec("jpeg"), images, quality, "set") for net in (Noted(), None)]
        assert results[0] == results[1]


def test_super_resolution_is_given_a_small_picture_and_cut(images):
    net = torch.nn.Sequential(Noted(), torch.nn.Upsample(scale_factor=2, mode="nearest"))
    result = score(net, spec("sr", 2), images, 2, "set")
    assert net[0].frames[0].shape == (1, 3, 12, 14)
    assert 5 < result.psnr_db < 20


def test_json_holds_set_setting_and_scores(images):
    facts = score(None, spec("rgb"), images, 25, "set").facts()
    assert list(facts) == ["set", "sigma", "psnr_db", "ssim", "images"]
    assert (facts["set"], facts["sigma"], facts["images"]) == ("set", 25, 1)


def test_papers_rows_are_found_for_both_forms():
    for net in ("bbcu-rgb-64x18", "bbcu-rgb-64x18-hw"):
        assert paper_row(net, "sigma", "CBSD68", 25) == Row(30.56, None)
    assert paper_row("bbcu-sr-m-x4", "scale", "Set5", 4) == Row(31.54, 0.8862)
    assert paper_row("dncnn", "sigma", "Set5", 25) is None
    assert paper_row("mine", "sigma", "CBSD68", 25) is None


def test_degraded_inputs_have_rows_where_the_paper_prints_them():
    assert paper_row("input", "scale", "Set5", 2) == Row(33.97, 0.9330)
    assert paper_row("input", "quality", "Classic5", 10) is None


# What is commonly quoted for these baselines; from memory, so it stands nowhere as published.
BASELINES = [
    ("sr", "Set5", 2, 33.66, 0.930),
    ("sr", "Set5", 4, 28.42, 0.810),
    ("jpeg", "Classic5", 10, 27.82, 0.760),
    ("jpeg", "Classic5", 20, 30.12, 0.834),
    ("jpeg", "Classic5", 30, 31.48, 0.867),
    ("jpeg", "Classic5", 40, 32.43, 0.885),
    pytest.param("jpeg", "LIVE1", 10, 27.77, 0.773, marks=pytest.mark.slow),
]


@pytest.mark.data
@pytest.mark.parametrize(("task", "image_set", "setting", "psnr", "similarity"), BASELINES)
def test_baselines_are_the_usual_ones(data, task, image_set, setting, psnr, similarity):
    images = read_folder(data / image_set).images
    result = score(None, spec(task, setting if task == "sr" else 1), images, setting, image_set)
    assert (round(result.psnr_db, 2), round(result.ssim, 3)) == (psnr, similarity)


@pytest.mark.data
@pytest.mark.parametrize("sigma", [15, 25, 50])
def test_noisy_inputs_are_as_noisy_as_asked(data, sigma):
    few = dict(list(read_folder(data / "CBSD68").images.items())[:3])
    wanted = 20 * math.log10(255 / sigma)
    assert score(None, spec("rgb"), few, sigma, "CBSD68").psnr_db == pytest.approx(wanted, abs=0.02)
