# SPDX-License-Identifier: MIT
"""Sensor noise on linear packed frames: photon shot noise, read noise and row noise.

    noisy = Poisson(K * x) / K + read * N(0, 1) + row * N_row(0, 1),   x = 1 is white

K is the light level: electrons that a white pixel collects. `read` and `row` are drawn between
the two calibrated sensors of cameras.toml, whose noise grows as the light falls.
"""

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Generator, Tensor

__all__ = ["Camera", "Law", "camera", "expose", "expose_clips", "light_levels", "take"]


@dataclass(frozen=True, slots=True)
class Law:
    """log(sigma in DN) = slope * log(gain in DN per electron) + bias + spread * N(0, 1)."""

    slope: float
    bias: float
    spread: float

    def sigma(self, gain: Tensor) -> Tensor:
        """The law's median sigma in DN at `gain`."""
        return torch.exp(self.slope * gain.log() + self.bias)


@dataclass(frozen=True, slots=True)
class Camera:
    """The range of sensors to train for, from `quiet_electrons` of read noise to the noisy law."""

    span: float
    read: Law
    row: Law
    quiet_electrons: float


def camera() -> Camera:
    """The sensors this project trains for, read from cameras.toml."""
    facts = tomllib.loads(Path(__file__).with_name("cameras.toml").read_text())
    noisy = facts["noisy"]
    return Camera(
        span=noisy["span"],
        read=Law(**noisy["read"]),
        row=Law(**noisy["row"]),
        quiet_electrons=facts["quiet"]["read_electrons"],
    )


def light_levels(count: int, low: float, high: float, rng: Generator) -> Tensor:
    """(count, 1, 1, 1) electrons at white, log-uniform between `low` and `high`."""
    u = torch.rand((count, 1, 1, 1), generator=rng)
    return low * torch.exp(u * math.log(high / low))


def expose(x: Tensor, light: Tensor, sensor: Camera, rng: Generator) -> Tensor:
    """One noisy exposure of linear scenes `x` (B, 4, H, W) at `light` (B, 1, 1, 1) electrons."""
    read, row = _read_and_row(light, sensor, rng)
    return _exposed(x, light, read, row, rng)


def expose_clips(x: Tensor, light: Tensor, sensor: Camera, rng: Generator) -> Tensor:
    """Noisy clips of linear scenes `x` (B, T, 4, H, W): a sensor for each, noise for each frame."""
    read, row = _read_and_row(light, sensor, rng)
    frames = x.shape[1]
    light, read, row = (value.repeat_interleave(frames, dim=0) for value in (light, read, row))
    return _exposed(x.flatten(0, 1), light, read, row, rng).view_as(x)


def _exposed(x: Tensor, light: Tensor, read: Tensor, row: Tensor, rng: Generator) -> Tensor:
    noisy = take(x, light, read, rng)
    batch, _, height, _ = x.shape
    # R and G1 share a sensor row, and so do G2 and B.
    offsets = torch.randn((batch, 2, height, 1), generator=rng).repeat_interleave(2, dim=1)
    return noisy + row * offsets


def take(x: Tensor, light: Tensor | float, read: Tensor | float, rng: Generator) -> Tensor:
    """Scenes `x` at `light` electrons, with shot noise and read noise, a fraction of white."""
    shot = torch.poisson(x * light, generator=rng) / light
    return shot + read * torch.randn(x.shape, generator=rng)


def _read_and_row(light: Tensor, sensor: Camera, rng: Generator) -> tuple[Tensor, Tensor]:
    gain = sensor.span / light
    quiet = (sensor.quiet_electrons / light).log()
    noisy = (sensor.read.sigma(gain) / sensor.span).log()
    mix, share = (torch.rand(light.shape, generator=rng) for _ in range(2))
    jitter = torch.randn(light.shape, generator=rng)
    read = torch.exp(quiet + mix * (noisy - quiet) + sensor.read.spread * jitter)
    return read, share * sensor.row.sigma(gain) / sensor.span
