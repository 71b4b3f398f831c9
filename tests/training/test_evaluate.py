# SPDX-License-Identifier: MIT
"""The metric and the test exposures."""

import math

import pytest
import torch

from tarsier_fpga.training.score.evaluate import EXPOSURES, evaluate, expose, main, psnr


def test_one_grey_level_is_48_13_db():
    grey = torch.full((1, 4, 9, 9), 0.5, dtype=torch.float64)
    assert round(psnr(grey + 1 / 255, grey), 2) == 48.13


def test_equal_pictures_are_infinitely_good():
    assert psnr(torch.ones(3), torch.ones(3)) == math.inf


def test_exposures_repeat_and_differ_by_name():
    clean = torch.full((1, 4, 16, 16), 0.3)
    first = expose(clean, EXPOSURES[0], "a")
    assert torch.equal(first, expose(clean, EXPOSURES[0], "a"))
    assert not torch.equal(first, expose(clean, EXPOSURES[0], "b"))
    assert not torch.equal(first, expose(clean, EXPOSURES[1], "a"))


def test_doing_nothing_gains_next_to_nothing():
    # Only the 10-bit codes stand between the exposure and what an identity network returns.
    scenes = {"grey": torch.full((1, 4, 64, 64), 0.4)}
    for score in evaluate(torch.nn.Identity(), scenes):
        assert score.after == pytest.approx(score.before, abs=0.01)


def test_an_unknown_net_is_a_sentence(tmp_path, capsys):
    assert main(["no-such-net", "--data", str(tmp_path)]) == 2
    assert "no net 'no-such-net': give a .safetensors file or one of" in capsys.readouterr().err


def test_missing_images_are_a_sentence(tmp_path, capsys):
    assert main(["bbcu-raw-16x8", "--data", str(tmp_path)]) == 2
    assert "Kodak24 is no folder of images" in capsys.readouterr().err
