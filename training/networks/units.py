# SPDX-License-Identifier: MIT
"""The basic binary convolution unit, in both forms, and its variants for every part of a network.

    r' = shortcut(r) + f(s * bconv(sign(r + a)))         f: RPReLU, per channel

    part    bconv     shortcut
    head    c -> C    the frame's channels, repeated
    body    C -> C    r
    up      C -> 4C   r's pixels, twice in height and width; the branch is shuffled into pixels
    tail    C -> c    the frame: networks add it themselves, so a tail is a branch alone

In the paper's form s is the mean magnitude of the weights, the residual is floating, and the bits
are padded with zeros, which are neither -1 nor +1. In hardware's form every parameter is on a
grid, branch and residual saturate, and r is padded *before* the sign, so a padded pixel has the
constant bits sign(a). One switch, `spec.form`, decides; the parameters have the same names in both.

Source: Xia et al., "Basic Binary Convolution Unit for Binarized Image Restoration Network",
ICLR 2023 (arXiv 2210.00405), equations 2 to 9. Ours: the integer grids, and in hardware's form
scales that are learned, since the paper's grew without bound at our learning rate.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tarsier_fpga.training.facts.spec import NetSpec, Version
from tarsier_fpga.training.networks.quant_layers import (
    BinaryConv,
    TernaryConv,
    XnorConv,
    fixed_point,
    on_grid,
    settle,
    sign,
)

__all__ = ["SHIFTS", "BinaryHead", "BinaryTail", "BinaryUnit", "BinaryUp", "Shift", "pad"]

AnyConv = BinaryConv | TernaryConv | XnorConv
SHIFTS = ("threshold", "shift_in", "shift_out")  # parameters on the residual's scale

# Grids and bounds that keep rprelu(s * d) inside 24 bits: |s * d| <= 64, so |u| <= 96 and
# |beta * u| <= 192 < 2^8 in steps of 2^-16. All grow alike with spec.reach_exponent.
SCALE_EXPONENT, SCALE_REACH = -10, 64.0
SCALE_UNIT = 2.0**-4  # scales start here and are learned relative to it
SHIFT_EXPONENT, SHIFT_LIMIT = -8, 32.0
SLOPE_EXPONENT, SLOPE_LIMIT = -6, 2.0


def pad(x: Tensor, pixels: int = 1) -> Tensor:
    """`x` with `pixels` of zeros around it."""
    return F.pad(x, (pixels,) * 4)


class Shift(nn.Module):
    """Adds a learned constant per channel, in steps of 2^exponent in hardware's form."""

    def __init__(self, spec: NetSpec, channels: int, exponent: int):
        super().__init__()
        self.exact, self.grid = spec.exact, (exponent, _shift_grid(spec)[1])
        self.shift = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x + (on_grid(self.shift, *self.grid) if self.exact else self.shift)

    @torch.no_grad()
    def settle(self) -> None:
        """Replace what training holds by what the hardware uses; the function stays the same."""
        if self.exact:
            self.shift.copy_(on_grid(self.shift, *self.grid))


class BinaryUnit(nn.Module):
    """A unit of the body; the variants differ in what goes in, what comes out, and the shortcut."""

    def __init__(
        self,
        spec: NetSpec,
        inputs: int | None = None,
        outputs: int | None = None,
        stride: int = 1,
        dilation: int = 1,
    ):
        super().__init__()
        inputs, outputs = inputs or spec.channels, outputs or spec.channels
        self.exact, self.inside = spec.exact, spec.version is Version.V4
        self.shift_grid = _shift_grid(spec)
        self.scale_grid = SCALE_EXPONENT + spec.reach_exponent, _scale_limit(spec, inputs)
        self.threshold = nn.Parameter(torch.zeros(1, inputs, 1, 1))  # a = -alpha
        self.gain: Tensor | None
        gain = nn.Parameter(torch.ones(1, inputs, 1, 1)) if spec.sign_scale else None
        self.register_parameter("gain", gain)
        self.sign = sign(spec.sign_window, spec.learned_window)
        self.dilation = dilation
        self.conv = _conv(spec, inputs, outputs, stride, dilation)
        nn.init.normal_(self.conv.weight, std=0.05)
        if self.exact:
            self.scale = nn.Parameter(torch.ones(1, outputs, 1, 1))  # s, in SCALE_UNITs
        self.norm = nn.BatchNorm2d(outputs) if spec.version is Version.V1 else nn.Identity()
        self.shift_in = nn.Parameter(torch.zeros(1, outputs, 1, 1))
        self.slope = nn.Parameter(torch.full((outputs,), 0.25))
        self.shift_out = nn.Parameter(torch.zeros(1, outputs, 1, 1))
        self.branch: nn.Module = nn.Identity()
        self.residual: nn.Module = nn.Identity()
        if self.exact:
            self.branch = fixed_point(spec.branch_bits, spec.residual_exponent)
            self.residual = fixed_point(spec.residual_bits, spec.residual_exponent)

    def forward(self, r: Tensor) -> Tensor:
        if not self.inside:
            return self.rprelu(self.product(r) + self.shortcut(r))
        return self.residual(self.shortcut(r) + self.branch(self.rprelu(self.product(r))))

    def shortcut(self, r: Tensor) -> Tensor:
        """What of `r` goes around the convolution."""
        return r

    def product(self, r: Tensor) -> Tensor:
        """s * bconv(sign(r + a))."""
        if self.exact:
            bits = self.bits(pad(r, self.dilation))
            return self.conv(bits) * self.branch_scale()
        return self.norm(self.conv(pad(self.bits(r), self.dilation)))

    def bits(self, r: Tensor) -> Tensor:
        """sign(g * (r + a)): g, if there is one, is learned for its gradients and its sign."""
        shifted = r + self.held(self.threshold)
        if self.gain is None:
            return self.sign(shifted)
        return self.sign(shifted * torch.where(self.gain == 0, 1.0, self.gain))

    def rprelu(self, u: Tensor) -> Tensor:
        """f(u): a PReLU between two shifts."""
        u = u + self.held(self.shift_in)
        u = F.prelu(u, self.held_slope())
        return u + self.held(self.shift_out)

    def branch_scale(self) -> Tensor:
        """s of hardware's form, one per channel."""
        return on_grid(self.scale * SCALE_UNIT, *self.scale_grid)

    def held(self, shift: Tensor) -> Tensor:
        """A threshold or a shift as the form uses it."""
        return on_grid(shift, *self.shift_grid) if self.exact else shift

    def held_slope(self) -> Tensor:
        """The slopes as the form uses them."""
        return on_grid(self.slope, SLOPE_EXPONENT, SLOPE_LIMIT) if self.exact else self.slope

    @torch.no_grad()
    def settle(self) -> None:
        """Replace what training holds by what the hardware uses; the function stays the same."""
        if not self.exact:
            return
        self.scale.copy_(self.branch_scale() / SCALE_UNIT)
        for shift in (getattr(self, name) for name in SHIFTS):
            shift.copy_(self.held(shift))
        self.slope.copy_(self.held_slope())
        settle(self.conv)
        self._absorb_gain()
        self.sign.learned = None

    def _absorb_gain(self) -> None:
        """Bits that fall as r climbs become those that climb, against weights of the other sign.

        -sign(r + a) is -1 at r = -a, where sign(-(r + a)) is +1: a is a step of its grid less.
        """
        if self.gain is None:
            return
        falls = self.gain < 0
        self.threshold.sub_(falls * 2.0 ** self.shift_grid[0])
        self.conv.weight.mul_(torch.where(falls, -1.0, 1.0))
        self.gain = None


class BinaryHead(BinaryUnit):
    """Frame in, residual out."""

    picks: Tensor

    def __init__(self, spec: NetSpec):
        super().__init__(spec, inputs=spec.colours)
        self.register_buffer("picks", torch.arange(spec.channels) % spec.colours, persistent=False)

    def shortcut(self, r: Tensor) -> Tensor:
        """The frame's channels in turn, until there are enough."""
        return r.index_select(1, self.picks)


class BinaryUp(BinaryUnit):
    """Twice the height and width: four times the channels, shuffled into pixels."""

    picks: Tensor

    def __init__(self, spec: NetSpec):
        super().__init__(spec, outputs=4 * spec.channels)
        self.register_buffer("picks", torch.arange(4 * spec.channels) // 4, persistent=False)

    def forward(self, r: Tensor) -> Tensor:
        if not self.inside:
            return F.pixel_shuffle(super().forward(r), 2)
        # What the shuffle would make of the shortcut, so that a quarter as many channels are added.
        branch = F.pixel_shuffle(self.branch(self.rprelu(self.product(r))), 2)
        return self.residual(F.interpolate(r, scale_factor=2, mode="nearest") + branch)

    def shortcut(self, r: Tensor) -> Tensor:
        """Every channel four times, so that the shuffle makes each pixel a square of four."""
        return r.index_select(1, self.picks)


class BinaryTail(BinaryUnit):
    """Residual in, the correction of the frame out."""

    def __init__(self, spec: NetSpec):
        super().__init__(spec, outputs=spec.colours)

    def forward(self, r: Tensor) -> Tensor:
        return self.rprelu(self.product(r))


def _conv(spec: NetSpec, inputs: int, outputs: int, stride: int, dilation: int) -> AnyConv:
    if not spec.exact:
        return XnorConv(inputs, outputs, stride, dilation)
    if spec.zeros:
        return TernaryConv(inputs, outputs, spec.zeros, stride, dilation)
    return BinaryConv(inputs, outputs, stride, dilation)


def _shift_grid(spec: NetSpec) -> tuple[int, float]:
    return SHIFT_EXPONENT + spec.reach_exponent, SHIFT_LIMIT * 2**spec.reach_exponent


def _scale_limit(spec: NetSpec, inputs: int) -> float:
    return SCALE_REACH * 2**spec.reach_exponent / (9 * inputs)
