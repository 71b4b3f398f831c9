# SPDX-License-Identifier: MIT
"""Units of U-Nets on residual lines, binary or in full precision, and scales that follow frames.

    unit    r' = Q(r + b(r))                            b: binary 3x3 and RPReLU, or 3x3 and PReLU
    mix     r' = Q(Q(1x1 of r) + b(r))                  other channels out than in
    down    r' = Q(Q(1x1 of the mean of 2 x 2 of r) + b(r))         b with stride 2

With statistics a binary unit's product is scaled once more per channel, by

    k = 2 sigmoid(conv1d over channels of mean |z|, mean z, std z),    z = r + a, of a whole frame,

in 7 bits: that of the frame itself, or of the frame before, which is a state.

Source: Zhang et al., "Binarized Low-light Raw Video Enhancement", CVPR 2024 (arXiv 2403.19944).
Ours: the integer grids, k in few bits, and k of the frame before.
"""

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tarsier_fpga.training.facts.spec import NetSpec, Statistics
from tarsier_fpga.training.networks import parts
from tarsier_fpga.training.networks.quant_layers import FixedPointConv, on_grid
from tarsier_fpga.training.networks.units import SCALE_UNIT, BinaryUnit, pad

__all__ = ["Down", "Mix", "Scales", "Unit", "branch", "few_bits", "gathered"]

SKIP_EXPONENT = -7  # of the 8-bit weights of a 1x1
FACTOR_EXPONENT, FACTOR_REACH = -6, 127 / 64  # of k: 7 bits, up to 2
POWERS = -10, 2  # exponents of scales that are powers of two


class Scales:
    """Factors of a frame's units, in their order: `before` are those of the frame before."""

    def __init__(self, rule: Statistics, before: Iterable[Tensor] = ()):
        self.rule, self.after = rule, list[Tensor]()
        self._before = iter(before)

    def of(self, factor: Tensor) -> Tensor:
        """The factor that a unit uses, whose own statistics of this frame are `factor`."""
        if self.rule is Statistics.SAME:
            return factor
        self.after.append(factor)
        return next(self._before)


class BinaryBranch(BinaryUnit):
    """The branch of a unit alone, in the residual's steps."""

    def __init__(self, spec: NetSpec, inputs: int, outputs: int, stride: int = 1):
        super().__init__(spec, inputs, outputs, stride)
        self.power = spec.statistics is Statistics.POWER

    def forward(self, r: Tensor, factor: Tensor | None = None) -> Tensor:
        product = self.product(r)
        if factor is not None:
            product = product * factor
        return self.branch(self.rprelu(product))

    def branch_scale(self) -> Tensor:
        """s of hardware's form, one per channel; a power of two if that is asked for."""
        if not self.power:
            return super().branch_scale()
        return _PowerFn.apply(self.scale * SCALE_UNIT)


class FullBranch(nn.Module):
    """The full-precision branch of the same shape."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride=stride)
        parts.keep_scale(self.conv)
        with torch.no_grad():
            self.conv.weight.mul_(0.25)  # many branches are added up
        self.act = nn.PReLU(outputs)

    def forward(self, r: Tensor, factor: Tensor | None = None) -> Tensor:
        y = self.conv(pad(r))
        return self.act(y if factor is None else y * factor)


class Unit(nn.Module):
    """r + branch(r), scaled by statistics where the network has them."""

    def __init__(self, spec: NetSpec, channels: int):
        super().__init__()
        self.branch, self.residual = branch(spec, channels, channels), parts.residual(spec)
        self.meter = _Meter(channels) if gathered(spec) else None

    def forward(self, r: Tensor, scales: Scales) -> Tensor:
        factor = None
        if self.meter is not None:
            binary = self.branch if isinstance(self.branch, BinaryBranch) else None
            z = r + binary.held(binary.threshold) if binary is not None else r
            factor = scales.of(self.meter(z))
        return self.residual(r + self.branch(r, factor))


class Mix(nn.Module):
    """Binary, and beside it a 1x1 convolution of the residual: channels are mixed to others."""

    def __init__(self, spec: NetSpec, inputs: int, outputs: int, stride: int = 1):
        super().__init__()
        self.branch = branch(spec, inputs, outputs, stride)
        self.skip = (
            FixedPointConv(inputs, outputs, SKIP_EXPONENT, window=1)
            if spec.exact
            else nn.Conv2d(inputs, outputs, 1, bias=False)
        )
        self.line, self.residual = parts.residual(spec), parts.residual(spec)

    def forward(self, r: Tensor) -> Tensor:
        return self.residual(self.line(self.skip(self.around(r))) + self.branch(r))

    def around(self, r: Tensor) -> Tensor:
        """What of `r` the 1x1 convolution is given."""
        return r


class Down(Mix):
    """Half the height and width."""

    def __init__(self, spec: NetSpec, inputs: int, outputs: int):
        super().__init__(spec, inputs, outputs, stride=2)

    def around(self, r: Tensor) -> Tensor:
        """The means of two by two, of two bits more."""
        return F.avg_pool2d(r, 2)


def branch(spec: NetSpec, inputs: int, outputs: int, stride: int = 1) -> nn.Module:
    """The branch of a network of these facts."""
    if spec.family.parent:
        return BinaryBranch(spec, inputs, outputs, stride)
    return FullBranch(inputs, outputs, stride)


def gathered(spec: NetSpec) -> bool:
    """Whether statistics of frames are gathered."""
    return spec.statistics in (Statistics.BEFORE, Statistics.SAME)


class _Meter(nn.Module):
    """k of residuals (B, C, H, W): (B, C, 1, 1) in 7 bits."""

    def __init__(self, channels: int):
        super().__init__()
        self.mix = nn.Conv1d(3, 1, 3, padding=1, bias=False)
        nn.init.zeros_(self.mix.weight)  # k starts at 1
        self.first = nn.Parameter(torch.ones(1, channels, 1, 1))  # before the first frame

    def forward(self, z: Tensor) -> Tensor:
        statistics = [z.abs().mean((2, 3)), z.mean((2, 3)), z.std((2, 3))]
        k = 2 * torch.sigmoid(self.mix(torch.stack(statistics, 1)))
        return few_bits(k.transpose(1, 2)[..., None])

    def begin(self, batch: int) -> Tensor:
        """k before the first frame."""
        return few_bits(self.first).expand(batch, -1, 1, 1)


def few_bits(k: Tensor) -> Tensor:
    """Factors `k` in 7 bits, at most two."""
    return on_grid(k, FACTOR_EXPONENT, FACTOR_REACH)


class _PowerFn(torch.autograd.Function):
    """The nearest power of two on a scale of logarithms; at least the smallest."""

    @staticmethod
    def forward(ctx: object, x: Tensor) -> Tensor:
        low, high = POWERS
        return torch.exp2(x.clamp_min(2.0**low).log2().round().clamp(low, high))

    @staticmethod
    def backward(ctx: object, grad: Tensor) -> Tensor:
        return grad
