# SPDX-License-Identifier: MIT
"""The networks that keep a frame's size, top to bottom: a BBCU network and its parent.

Both take and give frames (B, c, H, W) of codes held in float32 (see facts/codes.py): packed RGGB at
half resolution, RGB, or luma. The body estimates what to add to the frame, as DnCNN does.

    x' = (x - black) / a                       a: codes per unit, the residual alignment
    r  = Q_B(act(head(x')))                       Q_B: saturating B-bit residual, steps of 2^e
    r  = unit(r)                                    N times, see networks/units.py
    y  = clip(x + Q(a * tail(r)), 0, top)

In hardware's form every intermediate value is exact in float32 whatever the order of summation,
so this module IS the specification of the hardware. In the paper's form nothing is quantised.

Ours in `bbcu-raw-*`: no ReLU after the head, since behind one the first signs are nearly all +1.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tarsier_fpga.training.facts.family import Family, HardwareForm, Network, Part
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.networks import parts
from tarsier_fpga.training.networks.quant_layers import fixed_point
from tarsier_fpga.training.networks.units import BinaryHead, BinaryTail, pad

__all__ = ["FAMILIES", "Bbcu", "Parent"]

TAIL_START = 0.2  # of PyTorch's default: a run starts near the identity


class Bbcu(Network):
    """bbcu-<task>-<C>x<N>: head, N binary units on a residual, tail."""

    def __init__(self, spec: NetSpec):
        super().__init__()
        c, colours, bits = spec.channels, spec.colours, spec.coding.bits
        self.spec, self.align, self.black = spec, spec.align, spec.coding.black
        self.residual = parts.residual(spec)
        self.binary_head, self.binary_tail = Part.HEAD in spec.binary, Part.TAIL in spec.binary
        self.head: nn.Module
        self.tail: nn.Module
        if self.binary_head:
            self.head = BinaryHead(spec)
        else:
            self.head = parts.conv(spec, colours, c, spec.head_exponent)
            self.head_bias = parts.bias(spec, c, spec.head_exponent + spec.frame_exponent)
            self.act = parts.activation(spec.head)
        self.body = parts.body(spec)
        if self.binary_tail:
            self.tail = BinaryTail(spec)
        else:
            self.tail = tail = parts.conv(spec, c, colours, spec.tail_exponent)
            step = spec.tail_exponent + spec.residual_exponent
            self.tail_bias = parts.bias(spec, colours, step)
            with torch.no_grad():
                tail.weight.mul_(TAIL_START)
        self.noise = fixed_point(bits + 1, 0) if spec.exact else nn.Identity()
        self.output = fixed_point(bits, 0, signed=False) if spec.exact else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        r = self.body(self.first_residual(x))
        n = self.tail(r) if self.binary_tail else self.tail_bias(self.tail(pad(r)))
        return self.output(x + self.noise(n * self.align))

    def first_residual(self, x: Tensor) -> Tensor:
        """What the head hands to the body."""
        x = (x - self.black) * (1 / self.align)
        if self.binary_head:
            return self.head(x)
        return self.residual(self.act(self.head_bias(self.head(pad(x)))))

    @torch.no_grad()
    def calibrate(self, x: Tensor) -> None:
        """Spread the thresholds over the residuals that frames `x` cause, at random quantiles."""
        parts.spread_thresholds(self.body, self.first_residual(x), self.spec)

    def settle(self) -> None:
        """Replace what training holds by what the hardware uses; the function stays the same."""
        parts.settle_all(self)


class Parent(Network):
    """The full-precision network of the same shape: conv + ReLU in place of a binary unit.

    Eighteen of them hardly learn without the shortcuts that the units have.
    """

    def __init__(self, spec: NetSpec):
        super().__init__()
        c, colours, has_bias = spec.channels, spec.colours, spec.task is Task.JPEG
        self.align, self.black = spec.align, spec.coding.black
        self.head = nn.Conv2d(colours, c, 3, bias=has_bias)
        layers = [nn.Conv2d(c, c, 3) for _ in range(spec.units)]
        self.body = nn.ModuleList(layers)
        self.tail = nn.Conv2d(c, colours, 3, bias=has_bias)
        self.shortcut = spec.shortcut
        for layer in (self.head, *layers):
            parts.keep_scale(layer)
        with torch.no_grad():
            self.tail.weight.mul_(TAIL_START)
            if self.shortcut:
                for layer in layers:
                    layer.weight.mul_(spec.units**-0.5)  # their sum keeps the scale

    def forward(self, x: Tensor) -> Tensor:
        r = F.relu(self.head(pad((x - self.black) * (1 / self.align))))
        for layer in self.body:
            f = F.relu(layer(pad(r)))
            r = r + f if self.shortcut else f
        return x + self.tail(pad(r)) * self.align


def _make_up(parameter: str, ratio: float) -> float:
    """A binary head's shortcut has no parameter to do so: it stays `ratio` times smaller."""
    match parameter.split("."):
        case ["head", "weight"] | ["head", "conv", "weight"]:
            return ratio
        case ["head", "threshold"] | ["tail", "weight" | "scale" | "shift_in" | "shift_out"]:
            return 1 / ratio
        case ["tail_bias", "shift"]:
            return 1 / ratio
        case _:
            return 1.0


PARTS = {"head": Part.HEAD, "body": Part.BODY, "tail": Part.TAIL}
TASKS = frozenset({Task.RAW, Task.RGB, Task.JPEG})
FAMILIES = (
    Family(
        kind="bbcu",
        tasks=TASKS,
        build=Bbcu,
        check=parts.check_binary,
        integers=True,
        hardware=HardwareForm(
            grids={"head": "head_exponent", "tail": "tail_exponent"},
            factor=_make_up,
        ),
        parent="parent",
        parts=PARTS,
    ),
    Family(kind="parent", tasks=TASKS, build=Parent, shortcut=True, parts=PARTS),
)
