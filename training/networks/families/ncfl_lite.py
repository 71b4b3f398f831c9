# SPDX-License-Identifier: MIT
"""NCFL in a few bits, in a form that streams: raw video, features carried from frame to frame.

A U-Net with C `channels` at the frame's size, 2C at a half, 4C at a quarter; L is a convolution,
a bias, a ReLU and activations of a few bits, block(x) = q(x + 3x3 of L(x)):

    t     = (x - black) / 256
    top   = block(L 3x3 of t)
    half  = block(L 3x3 of [L 3x3 stride 2 of top, c])              c: the state, 8 channels, 4 bits
    deep  = block(L 3x3 stride 2 of half)
    half' = block(q(half + bilinear of L 1x1 of deep))
    c'    = q(3x3 of half')
    top'  = block(q(top + bilinear of L 1x1 of half'))
    y     = clip(x + Q(256 * 3x3 of top'), 0, top of the codes)

Head and tail have 8-bit weights, all others `weight_bits`; activations have `residual_bits`. With
`statistics` the two blocks at a half are scaled per channel by attention of the whole frame.

What differs from NCFL: no motion is estimated and nothing is warped, for that is a gather; no GDN;
what is carried is compressed by a layer, not by a learned prior; three scales, not five; attention
is of the frame before.

Source: Huang et al., "Neural Compression-Based Feature Learning for Video Restoration", CVPR 2022
(arXiv 2203.09208).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.family import Family, Network
from tarsier_fpga.training.facts.spec import NetSpec, Statistics
from tarsier_fpga.training.facts.state import State
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.networks import parts
from tarsier_fpga.training.networks.low_bits import Ranged, Sum, set_ranges, settle_low_bits
from tarsier_fpga.training.networks.quant_layers import fixed_point
from tarsier_fpga.training.networks.video_units import Scales, few_bits, gathered

__all__ = ["FAMILIES", "NcflLite"]

CARRIED, CARRIED_BITS = 8, 4
OUTER_BITS = 8  # of the weights of head and tail
UNIT = 256  # codes
TAIL_START = 0.2  # of PyTorch's default: a run starts near the identity
SQUEEZE = 4  # channels for one of attention's inner ones


class NcflLite(Network):
    """ncfl-*, and in full precision its parent."""

    def __init__(self, spec: NetSpec):
        super().__init__()
        c = spec.channels
        self.spec, self.black = spec, spec.coding.black
        self.head = _Layer(spec, spec.colours, c, 3, bits=OUTER_BITS)
        self.top = _Block(spec, c)
        self.down = _Layer(spec, c, 2 * c, 3, stride=2)
        self.join = _Layer(spec, 2 * c + CARRIED, 2 * c, 3)
        self.middle = _Block(spec, 2 * c, attended=True)
        self.down_again = _Layer(spec, 2 * c, 4 * c, 3, stride=2)
        self.deep = nn.ModuleList(_Block(spec, 4 * c) for _ in range(spec.units))
        self.rise = _Rise(spec, 4 * c, 2 * c)
        self.middle_after = _Block(spec, 2 * c, attended=True)
        self.compress = _sum(spec, 2 * c, CARRIED, 3)
        self.carried = Ranged(CARRIED_BITS if spec.exact else None)
        self.rise_again = _Rise(spec, 2 * c, c)
        self.last = _Block(spec, c)
        self.tail = _sum(spec, c, spec.colours, 3, bits=OUTER_BITS)
        with torch.no_grad():
            self.tail.conv.weight.mul_(TAIL_START)
        bits, exact = spec.coding.bits, spec.exact
        self.noise = fixed_point(bits + 1, 0) if exact else nn.Identity()
        self.output = fixed_point(bits, 0, signed=False) if exact else nn.Identity()

    @property
    def states(self) -> tuple[State, ...]:
        exponent = self.carried.exponent if self.spec.exact else 0
        return (State("features", CARRIED, 2, CARRIED_BITS, True, exponent),)

    def begin(self, x: Tensor) -> tuple[Tensor, ...]:
        """What is passed with the first frame: features, and attention that is a state."""
        states = super().begin(x)
        if self.spec.statistics is not Statistics.BEFORE:
            return states
        blocks = (self.middle, self.middle_after)
        return (*states, *(b.attention.begin(len(x)) for b in blocks if b.attention))

    def forward(self, x: Tensor, features: Tensor, *factors: Tensor) -> tuple[Tensor, ...]:
        scales = Scales(self.spec.statistics, factors)
        before = features if self.training else self.carried(features)
        top = self.top(self.head((x - self.black) * (1 / UNIT)), scales)
        middle = self.join(torch.cat([self.down(top), before], 1))
        middle = self.middle(middle, scales)
        deep = self.down_again(middle)
        for block in self.deep:
            deep = block(deep, scales)
        middle = self.middle_after(self.rise(deep, middle), scales)
        after = self.carried(self.compress(middle))
        top = self.last(self.rise_again(middle, top), scales)
        y = self.output(x + self.noise(self.tail(top) * UNIT))
        return (y, after, *scales.after)

    @torch.no_grad()
    def calibrate(self, x: Tensor) -> None:
        """Set the ranges of activations by what frames `x` cause, once with the first state and
        again with the one that follows."""
        set_ranges(self, x, *self.begin(x))
        _, *states = self(x, *self.begin(x))
        set_ranges(self, x, *states)

    def settle(self) -> None:
        """Replace what training holds by what the hardware uses; the function stays the same."""
        settle_low_bits(self)


class _Layer(nn.Module):
    """A convolution, its bias and a ReLU, in few bits."""

    def __init__(
        self,
        spec: NetSpec,
        inputs: int,
        outputs: int,
        window: int,
        *,
        stride: int = 1,
        bits: int | None = None,
    ):
        super().__init__()
        self.sum = _sum(spec, inputs, outputs, window, stride=stride, bits=bits)
        parts.keep_scale(self.sum.conv)  # or few bits would round away what comes from below
        self.range = _range(spec, signed=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.range(torch.relu(self.sum(x)))


class _Block(nn.Module):
    """x + conv(layer(x)), scaled by attention where the network has it."""

    def __init__(self, spec: NetSpec, channels: int, attended: bool = False):
        super().__init__()
        self.first = _Layer(spec, channels, channels, 3)
        self.second = _sum(spec, channels, channels, 3)
        self.range = _range(spec)
        self.attention = _Attention(channels) if attended and gathered(spec) else None
        self.scaled = _range(spec) if self.attention is not None else nn.Identity()

    def forward(self, x: Tensor, scales: Scales) -> Tensor:
        y = self.range(x + self.second(self.first(x)))
        if self.attention is None:
            return y
        return self.scaled(y * scales.of(self.attention(y)))


class _Rise(nn.Module):
    """Twice the height and width, fewer channels, and what comes from beside."""

    def __init__(self, spec: NetSpec, inputs: int, outputs: int):
        super().__init__()
        self.mix, self.range = _Layer(spec, inputs, outputs, 1), _range(spec)

    def forward(self, x: Tensor, beside: Tensor) -> Tensor:
        y = self.mix(x)
        large = F.interpolate(y, scale_factor=2, mode="bilinear", align_corners=False)
        return self.range(beside + large)


class _Attention(nn.Module):
    """Factors of channels by their means over a frame (B, C, H, W): (B, C, 1, 1), 7 bits."""

    def __init__(self, channels: int):
        super().__init__()
        inner = channels // SQUEEZE
        self.squeeze, self.excite = nn.Linear(channels, inner), nn.Linear(inner, channels)
        nn.init.zeros_(self.excite.weight)  # factors start at 1
        nn.init.zeros_(self.excite.bias)
        self.first = nn.Parameter(torch.ones(1, channels, 1, 1))  # before the first frame

    def forward(self, z: Tensor) -> Tensor:
        k = 2 * torch.sigmoid(self.excite(torch.relu(self.squeeze(z.mean((2, 3))))))
        return few_bits(k[..., None, None])

    def begin(self, batch: int) -> Tensor:
        """Factors before the first frame."""
        return few_bits(self.first).expand(batch, -1, 1, 1)


def _sum(
    spec: NetSpec,
    inputs: int,
    outputs: int,
    window: int,
    *,
    stride: int = 1,
    bits: int | None = None,
) -> Sum:
    return Sum(
        inputs,
        outputs,
        window,
        (bits or spec.weight_bits) if spec.exact else None,
        stride=stride,
    )


def _range(spec: NetSpec, signed: bool = True) -> Ranged:
    return Ranged(spec.residual_bits if spec.exact else None, signed=signed)


def _check(spec: NetSpec) -> None:
    if spec.statistics is Statistics.POWER:
        raise TrainingError(
            "net.statistics = 'power' is of binary units; attention is none, before or same"
        )


def _radius(spec: NetSpec) -> int:
    """Pixels of one frame; the state brings what earlier frames saw."""
    middle = 1 + 2 + 2 + 1  # join, two blocks, what is enlarged
    return 1 + 2 + 1 + 2 * (middle + 1) + 4 * (2 * spec.units + 1) + 2 + 1


FAMILIES = (
    Family(
        kind="ncfl-lite",
        tasks=frozenset({Task.RAW}),
        build=NcflLite,
        check=_check,
        integers=True,
        parent="ncfl-lite",
        multiple=4,
        recurrent=True,
        radius=_radius,
    ),
)
