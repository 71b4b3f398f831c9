# SPDX-License-Identifier: MIT
"""The networks, top to bottom: bbcu-raw-<C>x<N> and its full-precision parent.

Both take and give packed RGGB frames (B, 4, H, W): channels R, G1, G2, B at half resolution,
10-bit codes held in float32 (see codes.py). The body estimates the noise and subtracts it.

    x' = (x - 128) / 2^a                         a: the residual alignment of BBCU, k = 130 C / 64
    r  = Q_B(head(x'))                            Q_B: saturating B-bit residual, steps of 2^e
    r  = Q_B(r + Q_8(rprelu(s * bconv(sign(r + a)))))             once per unit
    y  = clip(x + Q_11(2^a * tail(r)), 0, 1023)

Zero padding happens before the sign, so a padded pixel has the constant bits sign(a): hardware
pads with that vector, and training sees the same border. Every intermediate value is exact in
float32 whatever the order of summation, so this module IS the specification of the hardware.

Source: BBCU-V4, Xia et al., "Basic Binary Convolution Unit for Binarized Image Restoration
Network", ICLR 2023 (arXiv 2210.00405). Ours: the integer grids; scales that are learned, since
the paper's (the mean magnitude of the weights) grew without bound at our learning rate; and no
ReLU after the head, since behind one the first signs are nearly all +1.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.checkpoint import read_net
from training.codes import BLACK
from training.layers import BinaryConv, FixedPointConv, fixed_point, on_grid, settle, sign
from training.paths import net_file
from training.spec import Kind, NetSpec

__all__ = ["Bbcu", "Parent", "build", "load"]

HEAD_EXPONENT = -8  # weights within +-0.5
TAIL_EXPONENT = -10  # weights within +-0.125
TAIL_START = 0.2  # of PyTorch's default: a run starts near the identity

THRESHOLD_QUANTILES = (0.2, 0.8)  # of the residuals, where thresholds start

# Grids and bounds that keep rprelu(s * d) inside 24 bits: |s * d| <= 64, so |u| <= 96 and
# |beta * u| <= 192 < 2^8 in steps of 2^-16.
SCALE_EXPONENT, SCALE_REACH = -10, 64.0
SCALE_UNIT = 2.0**-4  # scales start here and are learned relative to it
SHIFT_EXPONENT, SHIFT_LIMIT = -8, 32.0
SLOPE_EXPONENT, SLOPE_LIMIT = -6, 2.0


def build(spec: NetSpec) -> nn.Module:
    """The network `spec` describes, freshly initialised from torch's global seed."""
    match spec.kind:
        case Kind.BBCU:
            return Bbcu(spec)
        case Kind.PARENT:
            return Parent(spec)


def load(net: str | Path) -> nn.Module:
    """The trained network `net`, a name that ships or a .safetensors file, in eval mode.

    Raises:
        TrainingError: there is no such net, or the file is not one of ours.
    """
    _, spec, tensors = read_net(net_file(net))
    module = build(spec)
    module.load_state_dict(tensors)
    return module.eval()


class Bbcu(nn.Module):
    """bbcu-raw-<C>x<N>: 8-bit head and tail, N binary units on a saturating integer residual."""

    def __init__(self, spec: NetSpec):
        super().__init__()
        self.align = 2.0**spec.align_exponent
        self.half_step = 2.0 ** (spec.residual_exponent - 1)
        self.head = FixedPointConv(4, spec.channels, HEAD_EXPONENT)
        self.residual = fixed_point(spec.residual_bits, spec.residual_exponent)
        self.body = nn.Sequential(*(BinaryUnit(spec) for _ in range(spec.units)))
        self.tail = FixedPointConv(spec.channels, 4, TAIL_EXPONENT)
        with torch.no_grad():
            self.tail.weight.mul_(TAIL_START)
        self.noise = fixed_point(11, 0)
        self.output = fixed_point(10, 0, signed=False)

    def forward(self, x: Tensor) -> Tensor:
        r = self.body(self.first_residual(x))
        n = self.noise(self.tail(_pad(r)) * self.align)
        return self.output(x + n)

    def first_residual(self, x: Tensor) -> Tensor:
        """What the head hands to the body."""
        return self.residual(self.head(_pad((x - BLACK) * (1 / self.align))))

    @torch.no_grad()
    def calibrate(self, x: Tensor) -> None:
        """Spread the thresholds over the residuals that frames `x` cause, at random quantiles.

        Frames are never far below black, so most residuals keep one sign: with thresholds at zero
        their bits would say nothing. Half a step off the grid, ties are not all on one side.
        """
        r = self.first_residual(x)
        for unit in self.body:
            values = r.transpose(0, 1).flatten(1)
            quantiles = torch.empty(len(values)).uniform_(*THRESHOLD_QUANTILES).tolist()
            ordered = values.sort(dim=1).values
            picks = [int(q * values.shape[1]) for q in quantiles]
            levels = ordered[range(len(values)), picks] + self.half_step
            unit.threshold.copy_(-levels.view_as(unit.threshold))
            r = unit(r)

    def settle(self) -> None:
        """Replace what training holds by what the hardware uses; the function stays the same."""
        settle(self.head)
        for unit in self.body:
            unit.settle()
        settle(self.tail)


class BinaryUnit(nn.Module):
    """One BBCU: r + Q_8(rprelu(s * bconv(sign(r + a)))), saturated to the residual's bits."""

    def __init__(self, spec: NetSpec):
        super().__init__()
        c = spec.channels
        self.scale_limit = SCALE_REACH / (9 * c)
        self.threshold = nn.Parameter(torch.zeros(1, c, 1, 1))  # a = -alpha
        self.sign = sign(spec.sign_window)
        self.conv = BinaryConv(c)
        nn.init.normal_(self.conv.weight, std=0.05)
        self.scale = nn.Parameter(torch.ones(1, c, 1, 1))  # s, in SCALE_UNITs
        self.shift_in = nn.Parameter(torch.zeros(1, c, 1, 1))
        self.slope = nn.Parameter(torch.full((c,), 0.25))
        self.shift_out = nn.Parameter(torch.zeros(1, c, 1, 1))
        self.branch = fixed_point(8, spec.residual_exponent)
        self.residual = fixed_point(spec.residual_bits, spec.residual_exponent)

    def forward(self, r: Tensor) -> Tensor:
        d = self.conv(self.sign(_pad(r) + on_grid(self.threshold, SHIFT_EXPONENT, SHIFT_LIMIT)))
        u = d * self.branch_scale() + on_grid(self.shift_in, SHIFT_EXPONENT, SHIFT_LIMIT)
        u = F.prelu(u, on_grid(self.slope, SLOPE_EXPONENT, SLOPE_LIMIT))
        u = u + on_grid(self.shift_out, SHIFT_EXPONENT, SHIFT_LIMIT)
        return self.residual(r + self.branch(u))

    def branch_scale(self) -> Tensor:
        """s, one per channel."""
        return on_grid(self.scale * SCALE_UNIT, SCALE_EXPONENT, self.scale_limit)

    @torch.no_grad()
    def settle(self) -> None:
        """Replace what training holds by what the hardware uses; the function stays the same."""
        self.scale.copy_(self.branch_scale() / SCALE_UNIT)
        for shift in (self.threshold, self.shift_in, self.shift_out):
            shift.copy_(on_grid(shift, SHIFT_EXPONENT, SHIFT_LIMIT))
        self.slope.copy_(on_grid(self.slope, SLOPE_EXPONENT, SLOPE_LIMIT))
        settle(self.conv)


class Parent(nn.Module):
    """The full-precision network of the same topology: conv + ReLU in place of a binary unit."""

    def __init__(self, spec: NetSpec):
        super().__init__()
        c = spec.channels
        self.align = 2.0**spec.align_exponent
        self.head = nn.Conv2d(4, c, 3, bias=False)
        self.body = nn.ModuleList(nn.Conv2d(c, c, 3) for _ in range(spec.units))
        self.tail = nn.Conv2d(c, 4, 3, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        r = F.relu(self.head(_pad((x - BLACK) * (1 / self.align))))
        for conv in self.body:
            r = F.relu(conv(_pad(r)))
        return x + self.tail(_pad(r)) * self.align

    def calibrate(self, x: Tensor) -> None:
        """Nothing to do: there are no thresholds."""

    def settle(self) -> None:
        """Nothing to do: full precision is deployed as it is trained."""


def _pad(x: Tensor) -> Tensor:
    return F.pad(x, (1, 1, 1, 1))
