# SPDX-License-Identifier: MIT
"""The noise model has the moments it claims."""

from dataclasses import replace

import pytest
import torch
from torch import Generator

from tarsier_fpga.training.data.noise import camera, expose, light_levels

FIELD = torch.full((64, 4, 64, 64), 0.5)  # a million pixels of middle grey


@pytest.fixture
def sensor():
    """One sensor without spread: the quiet and the noisy end are the same law."""
    sensor = camera()
    return replace(sensor, read=replace(sensor.read, spread=0.0))


def light(electrons: float) -> torch.Tensor:
    return torch.full((64, 1, 1, 1), electrons)


def test_mean_is_the_scene(sensor):
    noisy = expose(FIELD, light(100), sensor, Generator().manual_seed(1))
    assert noisy.mean().item() == pytest.approx(0.5, abs=5e-4)


@pytest.mark.parametrize("electrons", [20.0, 100.0, 700.0])
def test_variance_is_shot_plus_read_plus_row(sensor, electrons):
    noisy = expose(FIELD, light(electrons), sensor, Generator().manual_seed(2))
    gain = torch.tensor(sensor.span / electrons)
    ends = sensor.quiet_electrons / electrons, sensor.read.sigma(gain).item() / sensor.span
    row = sensor.row.sigma(gain).item() / sensor.span
    shot = 0.5 / electrons
    variance = noisy.var().item()
    assert shot + min(ends) ** 2 < 1.01 * variance
    assert variance < 1.01 * (shot + max(ends) ** 2 + row**2)


def test_rows_share_their_offset(sensor):
    quiet = replace(sensor, read=replace(sensor.read, bias=-20.0), quiet_electrons=1e-6)
    black = torch.zeros(1, 4, 8, 8)
    noisy = expose(black, torch.full((1, 1, 1, 1), 50.0), quiet, Generator().manual_seed(3))
    spread_within_rows = (noisy - noisy.mean(3, keepdim=True)).abs().max().item()
    offsets = noisy.mean(3)[0]
    assert spread_within_rows < 1e-6
    assert (offsets[0] - offsets[1]).abs().max().item() < 1e-6  # R and G1
    assert (offsets[0] - offsets[2]).abs().max().item() > 1e-5  # R and G2


def test_light_is_log_uniform():
    levels = light_levels(100_000, 10.0, 1000.0, Generator().manual_seed(4))
    assert levels.min().item() >= 10 and levels.max().item() <= 1000
    assert (levels < 100).float().mean().item() == pytest.approx(0.5, abs=0.01)
