# SPDX-License-Identifier: MIT
"""OPs and parameters of a network by the convention of the BBCU paper, part by part.

    OPs     multiply-adds for one frame of 320 x 180, before upscaling; those of 1-bit layers / 64
    Params  weights; 1-bit ones / 32; biases, shifts, slopes and scales are not counted

A 1-bit layer counts one operation more per output, also / 64: without it 1.83 G of BBCU-M x2 and
79.20 G of BBCU-L x4 would be missed by their last digit. Full precision has no such term.

    V_C = (PSNR_f - PSNR_b) / (OPs_f - OPs_b)           dB lost per G of OPs saved, equation 10
    V_P = (PSNR_f - PSNR_b) / (Params_f - Params_b)     dB lost per K of parameters, equation 11
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import torch
from torch import nn

from tarsier_fpga.training.facts.family import Network
from tarsier_fpga.training.facts.spec import Form, NetSpec, Version
from tarsier_fpga.training.networks.network import build
from tarsier_fpga.training.networks.quant_layers import BinaryConv, TernaryConv, XnorConv

__all__ = ["FRAME", "Cost", "PartCost", "Saving", "count", "savings"]

FRAME = (320, 180)
OPS_PER_BIT_OP, BITS_PER_WEIGHT = 64, 32
SIDE = 8  # of the frame that is counted, at least; costs are proportional to pixels


@dataclass(frozen=True, slots=True)
class PartCost:
    """What a part costs: OPs per input pixel, and parameters, both weighted."""

    ops: Fraction = Fraction(0)
    params: Fraction = Fraction(0)

    def __add__(self, other: "PartCost") -> "PartCost":
        return PartCost(self.ops + other.ops, self.params + other.params)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a network costs, by part, in the order of its data flow."""

    parts: dict[str, PartCost]

    @property
    def total(self) -> PartCost:
        """All parts together."""
        return sum(self.parts.values(), PartCost())

    def giga_ops(self, part: str | None = None, frame: tuple[int, int] = FRAME) -> float:
        """G of OPs of one part, or of all, on a frame of (width, height)."""
        cost = self.parts[part] if part else self.total
        return float(cost.ops * frame[0] * frame[1]) / 1e9

    def kilo_params(self, part: str | None = None) -> float:
        """K of parameters of one part, or of all."""
        return float((self.parts[part] if part else self.total).params) / 1e3


@dataclass(frozen=True, slots=True)
class Saving:
    """What binarising one part of a full-precision network saves, and costs in dB if known."""

    giga_ops: float
    kilo_params: float
    loss_db: float | None = None

    @property
    def v_c(self) -> float | None:
        """dB lost per G of OPs saved: the lower, the more worth it."""
        return None if self.loss_db is None else self.loss_db / self.giga_ops

    @property
    def v_p(self) -> float | None:
        """dB lost per K of parameters saved."""
        return None if self.loss_db is None else self.loss_db / self.kilo_params


def count(spec: NetSpec) -> Cost:
    """The cost of the network `spec` describes.

    >>> net = count(NetSpec("parent", channels=64, units=18, task="rgb"))
    >>> round(net.giga_ops(), 2), round(net.kilo_params())
    (38.42, 667)
    """
    parts: dict[str, PartCost] = {}
    side = -(-SIDE // spec.family.multiple) * spec.family.multiple
    titles = {child: part.listed for child, part in spec.family.parts.items()}
    for child, cost in _layers(build(spec).eval(), torch.zeros(1, spec.colours, side, side)):
        part = titles.get(child, child)
        parts[part] = parts.get(part, PartCost()) + cost
    return Cost(parts)


def savings(
    spec: NetSpec, psnr: dict[str, float] | None = None, frame: tuple[int, int] = FRAME
) -> dict[str, Saving]:
    """What binarising each part of `spec`'s network alone would save, by part.

    `psnr` holds dB of the networks with one part binary, by part, and of the parent as "full".
    """
    psnr = psnr or {}
    parent = count(replace(spec, kind=spec.family.parent))
    letters = {part.listed: part for part in spec.family.parts.values()}
    result = {}
    for part in parent.parts:
        one = replace(spec, binary=str(letters[part]), form=Form.FLOAT, version=Version.V4)
        binary = count(one)
        loss = psnr["full"] - psnr[part] if part in psnr else None
        result[part] = Saving(
            parent.giga_ops(part, frame) - binary.giga_ops(part, frame),
            parent.kilo_params(part) - binary.kilo_params(part),
            loss,
        )
    return result


@torch.no_grad()
def _layers(net: nn.Module, frame: torch.Tensor) -> list[tuple[str, PartCost]]:
    """Child module and cost of every convolution that `frame` runs through."""
    found: list[tuple[str, PartCost]] = []

    def note(child: str) -> Callable[[nn.Module, tuple, torch.Tensor], None]:
        def hook(layer: nn.Module, _: tuple, y: torch.Tensor) -> None:
            assert isinstance(layer, nn.Conv2d)
            terms = layer.weight[0].numel()
            outputs = Fraction(y.numel(), frame[0, 0].numel())
            if isinstance(layer, BinaryConv | TernaryConv | XnorConv):
                ops = outputs * (terms + 1) / OPS_PER_BIT_OP
                params = Fraction(layer.weight.numel(), BITS_PER_WEIGHT)
            else:
                ops, params = outputs * terms, Fraction(layer.weight.numel())
            found.append((child, PartCost(ops, params)))

        return hook

    for name, layer in net.named_modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(note(name.split(".")[0]))
    assert isinstance(net, Network)
    net(frame, *net.begin(frame))
    return found
