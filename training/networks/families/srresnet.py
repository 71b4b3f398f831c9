# SPDX-License-Identifier: MIT
"""Super-resolution, x2 and x4: BBCU networks on SRResNet's topology, and SRResNet itself.

    x' = (x - black) / a
    r  = leaky(head(x'))
    r  = unit(r)                                    N times
    r  = leaky(shuffle(up(r)))                      once for x2, twice for x4
    r  = leaky(high(r))
    y  = bilinear(x) + a * last(r)

With the upsampling part binary (BBCU-M), `up` and `high` are binary units, without activation.
SRResNet itself adds its input around every pair of convolutions. In hardware's form residuals are
quantised after every activation, and the bilinear x4 is x2 twice, with whole codes in between: the
weights of x2, sixteenths, are exact.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tarsier_fpga.training.facts.family import Family, HardwareForm, Network, Part
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.networks import parts
from tarsier_fpga.training.networks.quant_layers import fixed_point
from tarsier_fpga.training.networks.units import BinaryHead, BinaryTail, BinaryUnit, BinaryUp, pad

__all__ = ["FAMILIES", "SrBbcu", "SrParent"]

TAIL_START = 0.2  # of PyTorch's default: a run starts near the bilinear frame


class SrBbcu(Network):
    """bbcu-sr-*: any of the four parts binary."""

    def __init__(self, spec: NetSpec):
        super().__init__()
        c, bits = spec.channels, spec.coding.bits
        self.spec, self.align, self.black = spec, spec.align, spec.coding.black
        steps = range(spec.scale // 2)
        self.binary_head, self.binary_tail = Part.HEAD in spec.binary, Part.TAIL in spec.binary
        self.head: nn.Module
        self.high: nn.Module
        self.tail: nn.Module
        self.head = BinaryHead(spec) if self.binary_head else _Leaky(spec, 3, c, spec.head_exponent)
        self.body = parts.body(spec) if Part.BODY in spec.binary else _blocks(spec)
        if Part.UP in spec.binary:
            self.ups = nn.Sequential(*(BinaryUp(spec) for _ in steps))
            self.high = BinaryUnit(spec)
        else:
            ups = (_Leaky(spec, c, 4 * c, spec.up_exponent, shuffle=True) for _ in steps)
            self.ups = nn.Sequential(*ups)
            self.high = _Leaky(spec, c, c, spec.up_exponent)
        if self.binary_tail:
            self.tail = BinaryTail(spec)
        else:
            self.tail = tail = parts.conv(spec, c, 3, spec.tail_exponent)
            with torch.no_grad():
                tail.weight.mul_(TAIL_START)
        self.enlarge = _Enlarge(spec)
        self.detail = fixed_point(bits + 1, 0) if spec.exact else nn.Identity()
        self.output = fixed_point(bits, 0, signed=False) if spec.exact else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        r = self.high(self.ups(self.body(self.first_residual(x))))
        n = self.tail(r if self.binary_tail else pad(r)) * self.align
        return self.output(self.enlarge(x) + self.detail(n))

    def first_residual(self, x: Tensor) -> Tensor:
        """What the head hands to the body."""
        return self.head((x - self.black) * (1 / self.align))

    @torch.no_grad()
    def calibrate(self, x: Tensor) -> None:
        """Spread the thresholds over the residuals that frames `x` cause, at random quantiles."""
        parts.spread_thresholds(self.body, self.first_residual(x), self.spec)

    def settle(self) -> None:
        """Replace what training holds by what the hardware uses; the function stays the same."""
        parts.settle_all(self)


class SrParent(Network):
    """SRResNet without batch normalisation."""

    def __init__(self, spec: NetSpec):
        super().__init__()
        c = spec.channels
        self.scale, self.align, self.black = spec.scale, spec.align, spec.coding.black
        self.head = _Leaky(spec, 3, c, spec.head_exponent)
        self.body = _blocks(spec)
        ups = (
            _Leaky(spec, c, 4 * c, spec.up_exponent, shuffle=True) for _ in range(spec.scale // 2)
        )
        self.ups = nn.Sequential(*ups)
        self.high = _Leaky(spec, c, c, spec.up_exponent)
        self.tail = nn.Conv2d(c, 3, 3, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        r = self.head((x - self.black) * (1 / self.align))
        r = self.high(self.ups(self.body(r)))
        return _bilinear(x, self.scale) + self.tail(pad(r)) * self.align


class _Leaky(nn.Module):
    """A multi-bit convolution, its pixels shuffled if asked, and a leaky ReLU."""

    def __init__(
        self, spec: NetSpec, inputs: int, outputs: int, exponent: int, shuffle: bool = False
    ):
        super().__init__()
        self.conv = parts.conv(spec, inputs, outputs, exponent)
        self.residual, self.act = parts.residual(spec), parts.activation(spec.head)
        self.shuffle = shuffle

    def forward(self, r: Tensor) -> Tensor:
        r = self.residual(self.act(self.conv(pad(r))))
        return F.pixel_shuffle(r, 2) if self.shuffle else r


class _Block(nn.Module):
    """Two full-precision convolutions and the way around them."""

    def __init__(self, spec: NetSpec):
        super().__init__()
        self.first = nn.Conv2d(spec.channels, spec.channels, 3)
        self.second = nn.Conv2d(spec.channels, spec.channels, 3)

    def forward(self, r: Tensor) -> Tensor:
        return r + self.second(pad(F.relu(self.first(pad(r)))))


class _Enlarge(nn.Module):
    """The frame that super-resolution starts from: bilinear, two at a time in hardware's form."""

    def __init__(self, spec: NetSpec):
        super().__init__()
        self.scales = (2,) * (spec.scale // 2) if spec.exact else (spec.scale,)
        self.between = fixed_point(spec.coding.bits, 0, signed=False)

    def forward(self, x: Tensor) -> Tensor:
        first, *others = self.scales
        x = _bilinear(x, first)
        for scale in others:
            x = _bilinear(self.between(x), scale)
        return x


def _blocks(spec: NetSpec) -> nn.Sequential:
    return nn.Sequential(*(_Block(spec) for _ in range(spec.units // 2)))


def _bilinear(x: Tensor, scale: int) -> Tensor:
    return F.interpolate(x, scale_factor=scale, mode="bilinear", align_corners=False)


def _make_up(parameter: str, ratio: float) -> float:
    """A binary head's shortcut has no parameter to do so: it stays `ratio` times smaller."""
    match parameter.split("."):
        case ["head", "conv", "weight"]:
            return ratio
        case ["head", "threshold"] | ["tail", "weight" | "scale" | "shift_in" | "shift_out"]:
            return 1 / ratio
        case _:
            return 1.0


PARTS = {
    "head": Part.HEAD,
    "body": Part.BODY,
    "ups": Part.UP,
    "high": Part.UP,
    "tail": Part.TAIL,
}


def _radius(spec: NetSpec) -> int:
    return spec.units + 3  # head, up; high and the tail are of smaller pixels, together one


FAMILIES = (
    Family(
        kind="bbcu",
        tasks=frozenset({Task.SR}),
        build=SrBbcu,
        check=parts.check_binary,
        integers=True,
        hardware=HardwareForm(
            grids={
                "head": "head_exponent",
                "ups": "up_exponent",
                "high": "up_exponent",
                "tail": "tail_exponent",
            },
            factor=_make_up,
        ),
        parent="parent",
        parts=PARTS,
        radius=_radius,
    ),
    Family(
        kind="parent",
        tasks=frozenset({Task.SR}),
        build=SrParent,
        shortcut=True,
        parts=PARTS,
        radius=_radius,
    ),
)
