# SPDX-License-Identifier: MIT
"""What networks are made of besides binary units, and what is done to all of a network's parts."""

import torch
from torch import Tensor, nn

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.family import Part
from tarsier_fpga.training.facts.spec import Act, NetSpec, Version
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.networks.quant_layers import FixedPointConv, fixed_point, settle
from tarsier_fpga.training.networks.units import BinaryUnit, Shift, pad

__all__ = [
    "FullUnit",
    "activation",
    "bias",
    "body",
    "check_binary",
    "conv",
    "keep_scale",
    "residual",
    "settle_all",
    "spread_threshold",
    "spread_thresholds",
]

LEAK = 3 / 32  # the paper's 0.1 on the grid of slopes
THRESHOLD_QUANTILES = (0.2, 0.8)  # of the residuals, where thresholds start


def check_binary(spec: NetSpec) -> None:
    """Refuse facts that a network with binary units cannot have.

    Raises:
        TrainingError: there is no such part, or no such network in hardware's form.
    """
    letters = "".join(part for part in Part if part in spec.family.parts.values())
    if not (spec.binary and set(spec.binary) <= set(letters)):
        raise TrainingError(f"net.binary = {spec.binary!r} must be letters of {letters}")
    if spec.exact and Part.BODY not in spec.binary:
        raise TrainingError(f"net.binary = {spec.binary!r}: hardware wants B, a binary body")
    if spec.exact and spec.version is not Version.V4:
        raise TrainingError(f"net.version = {spec.version} exists in the float form only")


class FullUnit(nn.Module):
    """Full-precision convolution and ReLU, where a binary unit could be."""

    def __init__(self, spec: NetSpec):
        super().__init__()
        self.conv = nn.Conv2d(spec.channels, spec.channels, 3)
        keep_scale(self.conv)

    def forward(self, r: Tensor) -> Tensor:
        return torch.relu(self.conv(pad(r)))


def keep_scale(layer: nn.Conv2d) -> None:
    """Start a convolution before a ReLU so that it keeps the scale of what it is given.

    PyTorch's default loses 3/5 of it: nothing would come through eighteen layers, nor gradients.
    Source: He et al., "Delving Deep into Rectifiers", ICCV 2015.
    """
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")


def conv(spec: NetSpec, inputs: int, outputs: int, exponent: int) -> nn.Conv2d:
    """A multi-bit convolution of padded frames: full precision, or 8-bit weights in hardware."""
    if spec.exact:
        return FixedPointConv(inputs, outputs, exponent)
    return nn.Conv2d(inputs, outputs, 3, bias=False)


def bias(spec: NetSpec, channels: int, exponent: int) -> nn.Module:
    """The bias of a multi-bit convolution, which only deblocking networks have.

    In hardware's form it is on the grid of the sums that it joins, in steps of 2^exponent.
    """
    return Shift(spec, channels, exponent) if spec.task is Task.JPEG else nn.Identity()


def activation(act: Act) -> nn.Module:
    """What follows a multi-bit convolution."""
    match act:
        case Act.LINEAR:
            return nn.Identity()
        case Act.RELU:
            return nn.ReLU()
        case Act.LEAKY:
            return nn.LeakyReLU(LEAK)


def residual(spec: NetSpec) -> nn.Module:
    """The quantiser of residuals; none in the paper's form."""
    if spec.exact:
        return fixed_point(spec.residual_bits, spec.residual_exponent)
    return nn.Identity()


def body(spec: NetSpec) -> nn.Sequential:
    """The units between head and tail."""
    if Part.BODY not in spec.binary:
        return nn.Sequential(*(FullUnit(spec) for _ in range(spec.units)))
    dilations = (spec.dilation if index % 2 else 1 for index in range(spec.units))
    return nn.Sequential(*(BinaryUnit(spec, dilation=each) for each in dilations))


@torch.no_grad()
def spread_thresholds(units: nn.Sequential, r: Tensor, spec: NetSpec) -> None:
    """Put the thresholds of `units` at random quantiles of the residuals that follow from `r`.

    Frames are never far below black, so most residuals keep one sign: with thresholds at zero
    their bits would say nothing. Half a step off the grid, ties are not all on one side.
    """
    for unit in units:
        if isinstance(unit, BinaryUnit):
            spread_threshold(unit, r, spec)
        r = unit(r)


@torch.no_grad()
def spread_threshold(unit: BinaryUnit, r: Tensor, spec: NetSpec) -> None:
    """As `spread_thresholds`, of the one `unit` that is given the residuals `r`."""
    half_step = 2.0 ** (spec.residual_exponent - 1) if spec.exact else 0.0
    values = r.transpose(0, 1).flatten(1)
    quantiles = torch.empty(len(values)).uniform_(*THRESHOLD_QUANTILES).tolist()
    ordered = values.sort(dim=1).values
    picks = [int(q * values.shape[1]) for q in quantiles]
    levels = ordered[range(len(values)), picks] + half_step
    unit.threshold.copy_(-levels.view_as(unit.threshold))


def settle_all(net: nn.Module) -> None:
    """Replace what training holds by what the hardware uses; the function stays the same."""
    for module in net.modules():
        if isinstance(module, BinaryUnit | Shift):
            module.settle()
        elif isinstance(module, FixedPointConv):
            settle(module)
