# SPDX-License-Identifier: MIT
"""The U-Net of tests/networks in full precision: the same convolutions, without any bits."""

from itertools import pairwise

import torch
from torch import Tensor, nn

__all__ = ["FloatUnet"]


class FloatUnet(nn.Module):
    """(B, 4, H, W) to the same shape; sides are multiples of the last scale."""

    def __init__(self, channels: tuple[int, ...], units: int = 2) -> None:
        super().__init__()
        pairs = list(pairwise(channels))
        self.head = nn.Conv2d(4, channels[0], 3, padding=1)
        self.tail = nn.Conv2d(channels[0], 4, 3, padding=1)
        self.before = nn.ModuleList(_units(width, units) for width in channels)
        self.down = nn.ModuleList(_conv(*pair, stride=2) for pair in pairs)
        self.mixed = nn.ModuleList(nn.Conv2d(a + b, a, 1) for a, b in reversed(pairs))
        self.after = nn.ModuleList(_units(a, units) for a, _ in reversed(pairs))
        self.up = nn.Upsample(scale_factor=2, mode="nearest")

    def forward(self, x: Tensor) -> Tensor:
        t, skips = self.head(x), []
        for n, units in enumerate(self.before):
            t = _through(units, t)
            if n < len(self.down):
                skips.append(t)
                t = self.down[n](t)
        for mix, units in zip(self.mixed, self.after, strict=True):
            t = _through(units, mix(torch.cat([skips.pop(), self.up(t)], dim=1)))
        return x + self.tail(t)


def _through(units: nn.Module, t: Tensor) -> Tensor:
    for unit in units.children():
        t = t + unit(t)
    return t


def _units(width: int, count: int) -> nn.ModuleList:
    return nn.ModuleList(_conv(width, width) for _ in range(count))


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, padding=1), nn.PReLU(outputs))
