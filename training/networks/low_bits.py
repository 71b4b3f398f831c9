# SPDX-License-Identifier: MIT
"""Layers of a few bits whose steps are powers of two that training finds.

    activations   2^(ceil(log2 t) - bits), and twice that if they are signed; t learned per layer
    weights       2^ceil(log2(most / top)), by the largest of an output channel

Gradients of t, on log scale, weigh what it clips against what it rounds.
Source: Jain et al., "Trained Quantization Thresholds for Accurate and Efficient Fixed-Point
Inference of Deep Neural Networks", MLSys 2020 (arXiv 1903.08066), section 3.
"""

import math
from typing import Any

import brevitas.nn as qnn
import torch
import torch.nn.functional as F
from brevitas.inject import ExtendedInjector
from brevitas.inject.enum import FloatToIntImplType
from brevitas.proxy import WeightQuantProxyFromInjector
from torch import Tensor, nn

from tarsier_fpga.training.networks.quant_layers import fixed_point, on_grid

__all__ = ["LowBitConv", "Ranged", "Sum", "set_ranges", "settle_low_bits"]

BIAS_GRID = -12, 8.0  # step's exponent and reach
CALIBRATED = 0.999  # of the magnitudes that calibration sees, what does not clip


class Ranged(nn.Module):
    """Activations of `bits` within a learned range; as they are if there are no bits."""

    def __init__(self, bits: int | None, *, signed: bool = True):
        super().__init__()
        self.bits, self.signed = bits, signed
        self.watched = False
        self.fixed: nn.Module = nn.Identity()
        if bits is not None:
            self.log2_top = nn.Parameter(torch.tensor(0.0))

    @property
    def exponent(self) -> int:
        """Of the step."""
        assert self.bits is not None
        return math.ceil(self.log2_top.item()) - self.bits + self.signed

    def forward(self, x: Tensor) -> Tensor:
        """`x` in whole steps, rounded half to even and saturated."""
        if self.bits is None:
            return x
        if self.watched:
            most = torch.quantile(x.detach().abs().flatten()[:: _stride(x)], CALIBRATED)
            self.log2_top.data.copy_(most.clamp_min(2.0**-8).log2())
        if not self.training:
            return self.fixed(x)
        low, high = _ends(self.bits, self.signed)
        return _RangedFn.apply(x, self.log2_top, 2.0**self.exponent, low, high)

    def train(self, mode: bool = True) -> "Ranged":
        """As any module; in evaluation and export the step is a fact, and Brevitas' to hold."""
        super().train(mode)
        if self.bits is not None and not mode:
            self.fixed = fixed_point(self.bits, self.exponent, signed=self.signed).eval()
            self.fixed.to(self.log2_top.device)
        return self


class LowBitConv(qnn.QuantConv2d):
    """A convolution of frames that are padded already.

    Weights are symmetric, -top to top; there is no bias.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        window: int,
        bits: int,
        groups: int = 1,
        stride: int = 1,
    ):
        super().__init__(
            inputs,
            outputs,
            window,
            stride=stride,
            groups=groups,
            bias=False,
            weight_quant=_PowerOfTwoWeight,
            weight_bit_width=bits,
        )

    def forward(self, x: Tensor) -> Tensor:
        """Sums of integers times steps."""
        if self.training:
            return F.conv2d(x, self.quantised(), stride=self.stride, groups=self.groups)
        return super().forward(x)

    def quantised(self) -> Tensor:
        """The weights on their grids."""
        return self.weight_quant.tensor_quant.quantise(self.weight)

    def steps(self) -> Tensor:
        """(O, 1, 1, 1), of each output channel."""
        return self.weight_quant.tensor_quant.steps(self.weight)


class Sum(nn.Module):
    """A convolution and a bias: sums, not rounded yet; of weights of `bits`, or full precision."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        window: int,
        bits: int | None,
        groups: int = 1,
        stride: int = 1,
    ):
        super().__init__()
        self.exact, self.reach = bits is not None, window // 2
        if bits is not None:
            self.conv: nn.Conv2d = LowBitConv(inputs, outputs, window, bits, groups, stride)
        else:
            self.conv = nn.Conv2d(inputs, outputs, window, stride=stride, groups=groups, bias=False)
        self.bias = nn.Parameter(torch.zeros(1, outputs, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(x, (self.reach,) * 4) if self.reach else x
        return self.conv(x) + self.held_bias()

    def held_bias(self) -> Tensor:
        """The bias as the form uses it."""
        return on_grid(self.bias, *BIAS_GRID) if self.exact else self.bias


@torch.no_grad()
def set_ranges(net: nn.Module, *x: Tensor) -> None:
    """Set the range of every activation of `net` by what frames and states `x` cause, in their
    order."""
    places = [module for module in net.modules() if isinstance(module, Ranged)]
    was = net.training
    net.train()
    for place in places:
        place.watched = True
    net(*x)
    for place in places:
        place.watched = False
    net.train(was)


@torch.no_grad()
def settle_low_bits(net: nn.Module) -> None:
    """Replace weights and biases by their quantised values, which quantise to themselves."""
    for module in net.modules():
        if isinstance(module, LowBitConv):
            module.weight.copy_(module.quantised())
        elif isinstance(module, Sum):
            module.bias.copy_(module.held_bias())


def _ends(bits: int, signed: bool) -> tuple[int, int]:
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)


def _stride(x: Tensor) -> int:
    return max(1, x.numel() // 1_000_000)  # torch's quantile takes 16 million at most


class _RangedFn(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, log2_top: Tensor, step: float, low: int, high: int) -> Tensor:
        v = x * (1 / step)
        q = v.round().clamp_(low, high)
        ctx.save_for_backward(v, q)
        ctx.ends = step, low, high
        return q * step

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        v, q = ctx.saved_tensors
        step, low, high = ctx.ends
        inside = (v >= low - 0.5) & (v <= high + 0.5)
        # Inside q - v is the rounding, outside q is the end.
        moved = torch.where(inside, q - v, q).mul_(grad).sum() * (step * math.log(2))
        return grad * inside, moved, None, None, None


class _WeightFn(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, w: Tensor, steps: Tensor, top: int) -> Tensor:
        return (w / steps).round_().clamp_(-top, top).mul_(steps)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return grad, None, None


class _WeightPowerOfTwo(nn.Module):
    """What Brevitas expects of a tensor quantiser: value, scale, zero point, bit width."""

    zero_point: Tensor
    bit_width: Tensor

    def __init__(self, bit_width: int):
        super().__init__()
        self.top = 2 ** (bit_width - 1) - 1
        self.register_buffer("zero_point", torch.tensor(0.0), persistent=False)
        self.register_buffer("bit_width", torch.tensor(float(bit_width)), persistent=False)

    def forward(self, w: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return self.quantise(w), self.steps(w), self.zero_point, self.bit_width

    def steps(self, w: Tensor) -> Tensor:
        most = w.detach().abs().amax(dim=(1, 2, 3), keepdim=True).clamp_min(2.0**-20)
        return torch.exp2((most / self.top).log2().ceil())

    def quantise(self, w: Tensor) -> Tensor:
        return _WeightFn.apply(w, self.steps(w), self.top)


class _PowerOfTwoWeight(ExtendedInjector):
    proxy_class = WeightQuantProxyFromInjector
    tensor_quant = _WeightPowerOfTwo
    float_to_int_impl_type = FloatToIntImplType.ROUND
    signed = True
    narrow_range = True
