# SPDX-License-Identifier: MIT
"""RED in a few bits, in a form that streams: a dark raw frame in, a finished picture out.

As in RED, three encoders look at the packed mosaic, and most of the depth is at 1/16 of it:

    t       = q(sqrt(code)) - what black is              8 bits, finer in the dark
    low     = q(5x5 4 -> 12)                             at the mosaic's 1/2
    u       = unshuffle 4 of t
    middle  = q(1x1 64 -> M),  q(x + conv(leaky(conv(x))))                              at 1/8
    h       = unshuffle 4 of q(1x1 64 -> 16), 3x3 in 4 groups -> C, dense blocks,       at 1/32
              1x1 of all blocks + h, shuffle 4, 3x3 -> M                                at 1/8
    first   = [middle, h] alternating, 3x3 in 4 groups -> 32, leaky 3x3 -> 192, shuffle 4
    y       = 5x5 [low, first] -> 12, shuffle 2

A dense layer reads the activated copies of all that the block has made before it; what the 1x1
gathers is not activated. With C `channels`, M = 3/4 C, a layer grows by C/2, five layers a block.

What differs from RED: the 1024 channels at 1/32 are made in two steps, with 16 channels at 1/8
between; middle is narrower; there are two blocks of five layers, not 4, 5 and 5; every convolution
has a bias; slopes are 3/16, not 0.2; the frame's codes are companded, so that few bits suffice;
the picture has codes of 8 bits.

Source: Lamba and Mitra, "Restoring Extremely Dark Images in Real Time", CVPR 2021.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.family import Family, Network
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.networks.low_bits import Ranged, Sum, set_ranges, settle_low_bits
from tarsier_fpga.training.networks.quant_layers import fixed_point
from tarsier_fpga.training.networks.reorder import pixel_unshuffle

__all__ = ["FAMILIES", "RedLite"]

SLOPE = 3 / 16
LAYERS = 5  # of a dense block
LOW, PICTURE = 12, 12  # channels at 1/2
ROOT_BITS = 8
BLACK_ROOT = 90 / 256  # of the root of black, 128/1024, the nearest below


class RedLite(Network):
    """red-*: `channels` C, `units` 3x3 layers of dense blocks."""

    picks: Tensor

    def __init__(self, spec: NetSpec):
        super().__init__()
        c, middle = spec.channels, spec.channels * 3 // 4
        self.spec = spec
        exact = spec.exact
        self.root = fixed_point(ROOT_BITS, -ROOT_BITS, signed=False) if exact else nn.Identity()
        self.low = _Layer(spec, 4, LOW, 5)
        self.middle_in = _Layer(spec, 64, middle, 1)
        self.middle = _Residual(spec, middle)
        self.high_in = _Layer(spec, 64, 16, 1)
        self.high = _High(spec, c, middle)
        self.groups = _Layer(spec, 2 * middle, 32, 3, groups=4)
        self.enlarge = _Layer(spec, 32, 16 * PICTURE, 3, leaky=True)
        self.last = _sum(spec, LOW + PICTURE, 12, 5)
        self.output = fixed_point(8, 0, signed=False) if exact else nn.Identity()
        order = torch.arange(2 * middle).view(2, middle).t().flatten()
        self.register_buffer("picks", order, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        t = self.root((x * 2.0**-10).sqrt()) - BLACK_ROOT
        low = self.low(t)
        small = pixel_unshuffle(t, 4)
        middle = self.middle(self.middle_in(small))
        high = self.high(pixel_unshuffle(self.high_in(small), 4))
        both = torch.cat([middle, high], 1).index_select(1, self.picks)
        first = F.pixel_shuffle(self.enlarge(self.groups(both)), 4)
        y = self.last(torch.cat([low, first], 1)) * 256
        return F.pixel_shuffle(self.output(y), 2)

    @torch.no_grad()
    def calibrate(self, x: Tensor) -> None:
        """Set the ranges of activations by what frames `x` cause."""
        set_ranges(self, x)

    @torch.no_grad()
    def settle(self) -> None:
        """Replace what training holds by what the hardware uses; the function stays the same."""
        settle_low_bits(self)


class _Layer(nn.Module):
    """A convolution, its bias, a leaky ReLU if asked, in few bits."""

    def __init__(
        self,
        spec: NetSpec,
        inputs: int,
        outputs: int,
        window: int,
        *,
        groups: int = 1,
        leaky: bool = False,
    ):
        super().__init__()
        self.sum, self.leaky = _sum(spec, inputs, outputs, window, groups), leaky
        self.range = _range(spec)

    def forward(self, x: Tensor) -> Tensor:
        y = self.sum(x)
        return self.range(_leaky(y) if self.leaky else y)


class _Residual(nn.Module):
    """x + conv(leaky(conv(x)))."""

    def __init__(self, spec: NetSpec, channels: int):
        super().__init__()
        self.first = _Layer(spec, channels, channels, 3, leaky=True)
        self.second = _sum(spec, channels, channels, 3)
        self.range = _range(spec)

    def forward(self, x: Tensor) -> Tensor:
        return self.range(x + self.second(self.first(x)))


class _High(nn.Module):
    """The encoder at 1/32: (B, 256, h, w) to (B, outputs, 4h, 4w)."""

    def __init__(self, spec: NetSpec, channels: int, outputs: int):
        super().__init__()
        self.groups = _Layer(spec, 256, channels, 3, groups=4)
        blocks = spec.units // LAYERS
        self.blocks = nn.ModuleList(_Dense(spec, channels) for _ in range(blocks))
        self.merge = _sum(spec, channels * blocks, channels, 1)
        self.range = _range(spec)
        self.enlarge = _Layer(spec, channels // 16, outputs, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.groups(x)
        outputs, r = [], x
        for block in self.blocks:
            r = block(r)
            outputs.append(r)
        merged = self.range(x + self.merge(torch.cat(outputs, 1)))
        return self.enlarge(F.pixel_shuffle(merged, 4))


class _Dense(nn.Module):
    """Every layer sees all before it, activated; what is gathered is not activated."""

    def __init__(self, spec: NetSpec, channels: int):
        super().__init__()
        growth = channels // 2
        widths = [channels + growth * index for index in range(LAYERS)]
        self.layers = nn.ModuleList(_Layer(spec, width, growth, 3) for width in widths)
        self.activated = nn.ModuleList(_range(spec) for _ in range(LAYERS))
        self.merge = _sum(spec, channels + growth * LAYERS, channels, 1)
        self.range = _range(spec)

    def forward(self, x: Tensor) -> Tensor:
        seen, made = [x], [x]
        for index, layer in enumerate(self.layers):
            made.append(layer(torch.cat(seen, 1)))
            if index == 0:
                seen = [self.activated[0](_leaky(x))]
            if index + 1 < LAYERS:
                seen.append(self.activated[index + 1](_leaky(made[-1])))
        return self.range(x + self.merge(torch.cat(made, 1)))


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)


def _sum(spec: NetSpec, inputs: int, outputs: int, window: int, groups: int = 1) -> Sum:
    return Sum(inputs, outputs, window, spec.weight_bits if spec.exact else None, groups)


def _range(spec: NetSpec) -> Ranged:
    return Ranged(spec.residual_bits if spec.exact else None)


def _check(spec: NetSpec) -> None:
    if spec.channels % 16 or spec.units % LAYERS:
        raise TrainingError(
            f"net.channels = {spec.channels} and net.units = {spec.units}: a red-lite network has"
            f" channels in multiples of 16 and {LAYERS} layers a block"
        )


def _radius(spec: NetSpec) -> int:
    deep = 1 + spec.units  # 3x3 layers at 1/32
    return 2 + 2 + 4 * (1 + 2) + 16 * deep + 16  # and a block's own width


FAMILIES = (
    Family(
        kind="red-lite",
        tasks=frozenset({Task.DARK}),
        build=RedLite,
        check=_check,
        integers=True,
        parent="red-lite",
        multiple=16,
        radius=_radius,
    ),
)
