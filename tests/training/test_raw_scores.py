# SPDX-License-Identifier: MIT
"""Raw frames: the test exposures, and what they score."""

import pytest
import torch

from tarsier_fpga.training.score.raw_scores import EXPOSURES, expose, score


def test_exposures_repeat_and_differ_by_name():
    clean = torch.full((1, 4, 16, 16), 0.3)
    first = expose(clean, EXPOSURES[0], "a")
    assert torch.equal(first, expose(clean, EXPOSURES[0], "a"))
    assert not torch.equal(first, expose(clean, EXPOSURES[0], "b"))
    assert not torch.equal(first, expose(clean, EXPOSURES[1], "a"))


def test_doing_nothing_gains_next_to_nothing():
    # Only the 10-bit codes stand between the exposure and what an identity network returns.
    scenes = {"grey": torch.full((1, 4, 64, 64), 0.4)}
    for found in score(torch.nn.Identity(), scenes):
        assert found.after == pytest.approx(found.before, abs=0.01)
