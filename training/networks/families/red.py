# SPDX-License-Identifier: MIT
"""RED in full precision: an extremely dark Bayer mosaic in, a finished RGB picture out.

Three encoders look at the mosaic at 1/2, 1/8 and 1/32 of its size; most of the depth is at 1/32,
where it is cheap. (B, 1, H, W) in [0, 1], height and width multiples of 32, to (B, 3, H, W).

    low     unshuffle 2,  5x5 4 -> 12                                          at 1/2
    middle  unshuffle 8,  x + conv(leaky(conv(x)))                             at 1/8
    high    unshuffle 32, 3x3 1024 -> 128 -> 64, three dense blocks, 1x1, back to 64 at 1/8
    first   [middle, high], channels of the two alternating, 3x3 128 -> 32 -> 192, shuffle 4
    second  [low, first], 5x5 24 -> 12, shuffle 2

Source: Lamba and Mitra, "Restoring Extremely Dark Images in Real Time", CVPR 2021: its block
diagram, 784,768 parameters. Written from the published facts. Weights are normalised in training;
`fold` gives what runs. The amplifier, one gain per frame, is applied before the network.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from tarsier_fpga.training.facts.family import Family, Network
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.facts.task import Task

__all__ = ["FAMILIES", "Red", "fold"]

WIDTH, GROWTH, SLOPE = 64, 32, 0.2
DENSE_LAYERS = (4, 5, 5)


class Red(Network):
    """The five blocks, by the paper's names."""

    def __init__(self, normalised: bool = True):
        super().__init__()
        self.lse = _conv(4, 12, 5)
        self.mse = _Residual()
        self.hse = _High()
        self.fb1 = _First()
        self.fb2 = _conv(24, 12, 5)
        if normalised:
            for layer in _layers(self):
                weight_norm(layer)

    def forward(self, x: Tensor) -> Tensor:
        halves = F.pixel_unshuffle(x, 2)
        low = self.lse(halves)
        middle = self.mse(F.pixel_unshuffle(x, 8))
        # In two steps, so that the pixels of one Bayer phase stay neighbours among the channels.
        high = self.hse(F.pixel_unshuffle(halves, 16))
        first = self.fb1(middle, high)
        picture = F.pixel_shuffle(self.fb2(torch.cat([low, first], 1)), 2)
        return picture if self.training else picture.clamp(0, 1)


@torch.no_grad()
def fold(net: Network) -> Network:
    """The same network with plain weights."""
    plain = Red(normalised=False).train(net.training)
    for ours, theirs in zip(_layers(plain), _layers(net), strict=True):
        ours.weight.copy_(theirs.weight)
        if ours.bias is not None and theirs.bias is not None:
            ours.bias.copy_(theirs.bias)
    return plain


class _Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = (_conv(WIDTH, WIDTH) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(_leaky(self.first(x)))


class _High(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.groups = _conv(1024, 128, groups=128)
        self.join = _conv(128, WIDTH)
        self.dense = nn.ModuleList(_Dense(layers) for layers in DENSE_LAYERS)
        self.merge = _conv(WIDTH * len(DENSE_LAYERS), WIDTH, 1, bias=False)
        self.enlarge = _conv(WIDTH // 16, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        x = self.join(self.groups(x))
        r, outputs = x, []
        for block in self.dense:
            r = block(r)
            outputs.append(r)
        return self.enlarge(F.pixel_shuffle(x + self.merge(torch.cat(outputs, 1)), 4))


class _Dense(nn.Module):
    """Every layer sees all before it, activated; what is kept is not activated."""

    def __init__(self, layers: int):
        super().__init__()
        widths = (WIDTH + GROWTH * index for index in range(layers))
        self.layers = nn.ModuleList(_conv(width, GROWTH, bias=False) for width in widths)
        self.merge = _conv(WIDTH + GROWTH * layers, WIDTH, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        kept = x
        for index, layer in enumerate(self.layers):
            seen = _leaky(kept) if index else kept
            kept = torch.cat([kept, layer(seen)], 1)
        return x + self.merge(kept)


class _First(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.groups = _conv(2 * WIDTH, 32, groups=4)
        self.enlarge = _conv(32, 192)

    def forward(self, middle: Tensor, high: Tensor) -> Tensor:
        alternating = torch.stack([middle, high], 2).flatten(1, 2)
        return F.pixel_shuffle(_leaky(self.enlarge(self.groups(alternating))), 4)


def _conv(
    inputs: int, outputs: int, window: int = 3, *, groups: int = 1, bias: bool = True
) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, window, padding=window // 2, groups=groups, bias=bias)


def _layers(net: Network) -> list[nn.Conv2d]:
    return [layer for layer in net.modules() if isinstance(layer, nn.Conv2d)]


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)


def _build(_: NetSpec) -> Red:
    return Red()


FAMILIES = (
    Family(
        kind="red",
        tasks=frozenset({Task.RAW}),
        build=_build,
        channels=1,  # a mosaic as it is
        multiple=32,
        run=fold,
        title="RED",  # the name that its published timings have
        untrained="RED is here to be counted and timed, not trained",
        unscored="gives RGB for raw mosaics: no protocol here scores it",
    ),
)
