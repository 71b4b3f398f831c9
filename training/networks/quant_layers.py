# SPDX-License-Identifier: MIT
"""Quantised layers whose every value is an integer times a power of two.

Brevitas carries the layers and their export; the quantisers inside are ours, because the grids
are fixed (no scale is learned) and the sign's gradient has a window.

sign(0) is +1 everywhere. All layers take and return plain tensors. Brevitas' bookkeeping costs more
than a small layer, so training calls the quantisers alone; evaluation and export go through
Brevitas, to the same values.
"""

import math
from typing import Any

import brevitas.nn as qnn
import torch
import torch.nn.functional as F
from brevitas.inject import ExtendedInjector
from brevitas.inject.enum import FloatToIntImplType
from brevitas.proxy import ActQuantProxyFromInjector, WeightQuantProxyFromInjector
from torch import Tensor, nn

__all__ = [
    "BinaryConv",
    "FixedPointConv",
    "TernaryConv",
    "XnorConv",
    "fixed_point",
    "on_grid",
    "settle",
    "sign",
]

_NARROWEST = 1e-2  # of a learned window


def fixed_point(bits: int, exponent: int, *, signed: bool = True) -> nn.Module:
    """A quantiser to `bits`-bit integers times 2^exponent: round half to even, then saturate."""
    return _Identity(act_quant=_FixedPointAct, bit_width=bits, exponent=exponent, signed=signed)


def sign(window: float, learned: bool = False) -> "_Identity":
    """A quantiser to {-1, +1}; gradients pass within `window` of the threshold, strongest at it.

    A `learned` window is a parameter and starts there.
    """
    made = _Identity(act_quant=_SignAct, window=window)
    if learned:
        made.learned = nn.Parameter(torch.tensor(window))
    return made


class _Identity(qnn.QuantIdentity):
    """A quantiser of activations."""

    learned: Tensor | None  # window of a sign's gradient

    def __init__(self, **facts: Any):
        super().__init__(**facts)
        self.register_parameter("learned", None)

    def forward(self, x: Tensor) -> Tensor:
        if self.training and self.learned is not None:
            return _LearnedSignFn.apply(x, self.learned)
        if self.training:
            return self.act_quant.fused_activation_quant_proxy.tensor_quant.quantise(x)
        return super().forward(x)


class _Conv(qnn.QuantConv2d):
    """Convolution, 3x3 if nothing else is said, without padding and bias."""

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            weight = self.weight_quant.tensor_quant.quantise(self.weight)
            return F.conv2d(x, weight, stride=self.stride, dilation=self.dilation)
        return super().forward(x)


class BinaryConv(_Conv):
    """Weights in {-1, +1}: integers in, integers out."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, dilation: int = 1):
        super().__init__(
            inputs,
            outputs,
            3,
            stride=stride,
            dilation=dilation,
            bias=False,
            weight_quant=_SignWeight,
        )


class TernaryConv(_Conv):
    """Weights in {-1, 0, +1}, the share `zeros` of them 0, those of least magnitude."""

    def __init__(self, inputs: int, outputs: int, zeros: float, stride: int = 1, dilation: int = 1):
        super().__init__(
            inputs,
            outputs,
            3,
            stride=stride,
            dilation=dilation,
            bias=False,
            weight_quant=_TernaryWeight,
            weight_zeros=zeros,
        )


class XnorConv(_Conv):
    """Weights in {-s, +s}, s the mean magnitude of an output channel's (XNOR-Net)."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, dilation: int = 1):
        super().__init__(
            inputs,
            outputs,
            3,
            stride=stride,
            dilation=dilation,
            bias=False,
            weight_quant=_XnorWeight,
        )


class FixedPointConv(_Conv):
    """8-bit weights on the grid 2^exponent."""

    def __init__(self, inputs: int, outputs: int, exponent: int, window: int = 3):
        super().__init__(
            inputs,
            outputs,
            window,
            bias=False,
            weight_quant=_FixedPointWeight,
            weight_bit_width=8,
            weight_exponent=exponent,
        )


@torch.no_grad()
def settle(conv: _Conv) -> None:
    """Replace the weights of `conv` by their quantised values, which quantise to themselves."""
    conv.weight.copy_(conv.quant_weight().value)


def on_grid(x: Tensor, exponent: int, limit: float) -> Tensor:
    """`x` rounded to multiples of 2^exponent within +-limit, which need not be one itself; the
    gradient is that of the clip.

    >>> on_grid(torch.tensor([0.3, 9.0]), -2, 0.7).tolist()
    [0.25, 0.5]
    """
    step = 2.0**exponent
    most = math.floor(limit / step) * step
    return _FixedPointFn.apply(x, step, -most, most)


class _FixedPointFn(torch.autograd.Function):
    """Round to the grid and saturate; gradients pass where nothing saturated."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, scale: float, low: float, high: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.low, ctx.high = low, high
        return (x * (1 / scale)).round_().mul_(scale).clamp_(low, high)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        inside = (x >= ctx.low) & (x <= ctx.high)
        return grad * inside, None, None, None


class _QuadraticSignFn(torch.autograd.Function):
    """sign(x), with the gradient 2 - 2|x|/window inside the window (Bi-Real Net, BBCU)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, window: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.window = window
        return (x >= 0).to(x.dtype).mul_(2).sub_(1)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return x.abs().mul_(-2 / ctx.window).add_(2).clamp_(min=0).mul_(grad), None


class _LearnedSignFn(torch.autograd.Function):
    """sign(x), x's gradient as above; the window's is that of 2u - u|u|, u = x / window."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, window: Tensor) -> Tensor:
        ctx.save_for_backward(x, window)
        return (x >= 0).to(x.dtype).mul_(2).sub_(1)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        x, window = ctx.saved_tensors
        wide = window.clamp(min=_NARROWEST)
        u = x / wide
        slope = (2 - 2 * u.abs()).clamp_(min=0)
        return grad * slope, (-(grad * slope * u).sum() / wide).reshape(window.shape)


class _TernaryFn(torch.autograd.Function):
    """sign(w), or 0 for the `zeros` weights of least magnitude; the gradient of clip(w, -1, 1)."""

    @staticmethod
    def forward(ctx: Any, w: Tensor, zeros: float) -> Tensor:
        ctx.save_for_backward(w)
        count = int(zeros * w.numel())
        kept = torch.where(w >= 0, 1.0, -1.0)
        if count == 0:
            return kept
        # In order, so that as many are zeros whatever the magnitudes.
        least = w.abs().flatten().argsort(stable=True)[:count]
        return kept.flatten().index_fill(0, least, 0.0).view_as(w)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        (w,) = ctx.saved_tensors
        return grad * (w.abs() <= 1), None


class _ClippedSignFn(torch.autograd.Function):
    """sign(w), with the gradient of clip(w, -1, 1)."""

    @staticmethod
    def forward(ctx: Any, w: Tensor) -> Tensor:
        ctx.save_for_backward(w)
        return (w >= 0).to(w.dtype).mul_(2).sub_(1)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        (w,) = ctx.saved_tensors
        return grad * (w.abs() <= 1)


class _XnorFn(torch.autograd.Function):
    """sign(w) times its channel's mean magnitude, with the gradient of clip(w, -1, 1)."""

    @staticmethod
    def forward(ctx: Any, w: Tensor) -> Tensor:
        ctx.save_for_backward(w)
        scale = w.abs().mean(dim=(1, 2, 3), keepdim=True)
        return torch.where(w >= 0, scale, -scale)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        (w,) = ctx.saved_tensors
        return grad * (w.abs() <= 1)


class _Quantiser(nn.Module):
    """What Brevitas expects of a tensor quantiser: value, scale, zero point, bit width."""

    scale: Tensor
    zero_point: Tensor
    bit_width: Tensor

    def __init__(self, scale: float, bit_width: int):
        super().__init__()
        self.register_buffer("scale", torch.tensor(scale), persistent=False)
        self.register_buffer("zero_point", torch.tensor(0.0), persistent=False)
        self.register_buffer("bit_width", torch.tensor(float(bit_width)), persistent=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return self.quantise(x), self.scale, self.zero_point, self.bit_width

    def quantise(self, x: Tensor) -> Tensor:
        """Values of `x` on the grid."""
        raise NotImplementedError


class _FixedPoint(_Quantiser):
    def __init__(self, bit_width: int, exponent: int, signed: bool):
        super().__init__(2.0**exponent, bit_width)
        low = -(2 ** (bit_width - 1)) if signed else 0
        high = 2 ** (bit_width - 1) - 1 if signed else 2**bit_width - 1
        self.step = 2.0**exponent
        self.low, self.high = low * self.step, high * self.step

    def quantise(self, x: Tensor) -> Tensor:
        return _FixedPointFn.apply(x, self.step, self.low, self.high)


class _ActSign(_Quantiser):
    def __init__(self, window: float):
        super().__init__(1.0, 1)
        self.window = window

    def quantise(self, x: Tensor) -> Tensor:
        return _QuadraticSignFn.apply(x, self.window)


class _WeightSign(_Quantiser):
    def __init__(self) -> None:
        super().__init__(1.0, 1)

    def quantise(self, x: Tensor) -> Tensor:
        return _ClippedSignFn.apply(x)


class _WeightXnor(_WeightSign):
    def quantise(self, x: Tensor) -> Tensor:
        return _XnorFn.apply(x)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        value = self.quantise(x)
        return value, value[:, :1, :1, :1].abs(), self.zero_point, self.bit_width


class _WeightTernary(_Quantiser):
    def __init__(self, zeros: float):
        super().__init__(1.0, 2)
        self.zeros = zeros

    def quantise(self, x: Tensor) -> Tensor:
        return _TernaryFn.apply(x, self.zeros)


class _FixedPointAct(ExtendedInjector):
    proxy_class = ActQuantProxyFromInjector
    tensor_quant = _FixedPoint
    float_to_int_impl_type = FloatToIntImplType.ROUND
    signed = True
    narrow_range = False


class _FixedPointWeight(_FixedPointAct):
    proxy_class = WeightQuantProxyFromInjector


class _SignAct(ExtendedInjector):
    proxy_class = ActQuantProxyFromInjector
    tensor_quant = _ActSign
    float_to_int_impl_type = FloatToIntImplType.ROUND
    signed = True
    narrow_range = True


class _SignWeight(_SignAct):
    proxy_class = WeightQuantProxyFromInjector
    tensor_quant = _WeightSign  # type: ignore[assignment]  # injectors take no annotations


class _TernaryWeight(_SignAct):
    proxy_class = WeightQuantProxyFromInjector
    tensor_quant = _WeightTernary  # type: ignore[assignment]


class _XnorWeight(_SignAct):
    proxy_class = WeightQuantProxyFromInjector
    tensor_quant = _WeightXnor  # type: ignore[assignment]
