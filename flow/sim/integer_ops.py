# SPDX-License-Identifier: MIT
"""The kernels of a hardware graph as PyTorch modules on (N, C, H, W) integers, channels last.

Integers are held in float32, which is exact below 2^24, so that convolutions run at full speed; a
sum that may reach further is computed in float64, exact below 2^53. A library may take a detour
through fractions (Winograd), as those of GPUs do, so sums are rounded back; there float32 is held
to sums below 2^18, where such a detour errs by less than a half.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from tarsier_fpga.flow.ops.base import TarsierOp

__all__ = [
    "EXACT",
    "EXACT_BY_DETOUR",
    "Add",
    "Affine",
    "Convolution",
    "Golden",
    "Lookup",
    "Requant",
    "Same",
    "ScaledAdd",
    "Threshold",
]

# Sums below are exact in float32, in the order of a CPU's direct convolution and of any other.
EXACT, EXACT_BY_DETOUR = 1 << 24, 1 << 18


class Same(nn.Module):
    """The stream again, for each of its readers; FIFOs and width converters have one."""

    def __init__(self, readers: int) -> None:
        super().__init__()
        self.readers = readers

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        return (x,) * self.readers


class Threshold(nn.Module):
    """1 where a channel is at or above its threshold, else 0."""

    levels: Tensor

    def __init__(self, levels: np.ndarray) -> None:
        super().__init__()
        self.register_buffer("levels", _column(levels))

    def forward(self, x: Tensor) -> Tensor:
        return torch.ge(x, self.levels, out=torch.empty_like(x))


class Convolution(nn.Module):
    """A window and the biased dot product of its terms, in one; as Conv2d, without its names.

    Args:
        weights: (rows, kernel^2 channels), terms in the order of the window.
        bias: (rows,)
        outside: (channels,) the pixel around the frame; None where no window reaches there.
        padding: of them to each side; None is as many as keep the frame's size at stride 1.
        largest: the largest magnitude of the pixels.
        exact: from what sum on float32 does not do.
    """

    weights: Tensor
    bias: Tensor
    outside: Tensor

    def __init__(
        self,
        weights: np.ndarray,
        bias: np.ndarray,
        outside: np.ndarray | None,
        kernel: int,
        largest: int,
        exact: int = EXACT,
        stride: int = 1,
        dilation: int = 1,
        padding: int | None = None,
    ) -> None:
        super().__init__()
        reach = np.abs(weights).sum(axis=1).max() * largest + np.abs(bias).max()
        self.dtype = torch.float32 if reach < exact else torch.float64
        taps = weights.reshape(len(weights), kernel, kernel, -1).transpose(0, 3, 1, 2)
        matrix = torch.tensor(taps.astype(np.float64)).to(self.dtype)
        self.register_buffer("weights", matrix.contiguous(memory_format=torch.channels_last))
        self.register_buffer("bias", torch.tensor(bias).to(self.dtype))
        self.register_buffer("outside", _column([0] if outside is None else outside))
        self.stride, self.dilation = stride, dilation
        self.edge = dilation * (kernel - 1) // 2 if padding is None else padding

    def forward(self, x: Tensor) -> Tensor:
        shape = {"stride": self.stride, "dilation": self.dilation}
        y = torch.conv2d(self._padded(x), self.weights, self.bias, **shape)
        return y.round_()

    def _padded(self, x: Tensor) -> Tensor:
        count, channels, height, width = x.shape
        edge = self.edge
        padded = torch.empty(
            (count, channels, height + 2 * edge, width + 2 * edge),
            dtype=self.dtype,
            device=x.device,
            memory_format=torch.channels_last,
        )
        if edge:
            padded[:, :, :edge] = padded[:, :, height + edge :] = self.outside
            padded[..., :edge] = padded[..., width + edge :] = self.outside
        padded[:, :, edge : edge + height, edge : edge + width] = x
        return padded


class Lookup(nn.Module):
    """A table of each channel, for its integers from 0 on, or, signed, from the least on."""

    table: Tensor
    first: Tensor

    def __init__(self, table: np.ndarray, signed: bool = False) -> None:
        super().__init__()
        channels, entries = table.shape
        zero = entries // 2 if signed else 0
        self.register_buffer("table", torch.tensor(table.ravel()).to(torch.float32))
        self.register_buffer("first", torch.tensor(entries * np.arange(channels) + zero))

    def forward(self, x: Tensor) -> Tensor:
        count, channels, height, width = x.shape
        index = x.to(torch.int32).permute(0, 2, 3, 1) + self.first
        looked_up = self.table.index_select(0, index.reshape(-1))
        return looked_up.view(count, height, width, channels).permute(0, 3, 1, 2)


class Requant(nn.Module):
    """Divided by 2^shift, half to even, and clamped."""

    def __init__(self, shift: int, floor: int, ceiling: int) -> None:
        super().__init__()
        self.factor, self.range = 2.0**-shift, (floor, ceiling)

    def forward(self, x: Tensor) -> Tensor:
        return (x * self.factor).round_().clamp_(*self.range).to(torch.float32)


class Add(nn.Module):
    """The sum of two streams, whose magnitudes add up to at most `largest`, clamped."""

    def __init__(self, floor: int, ceiling: int, largest: int) -> None:
        super().__init__()
        self.range = floor, ceiling
        self.dtype = torch.float32 if largest < EXACT else torch.float64

    def forward(self, x: Tensor, d: Tensor) -> Tensor:
        return (x.to(self.dtype) + d).clamp_(*self.range)


class ScaledAdd(nn.Module):
    """Two streams, each times its scale, and an offset for each channel; then as Requant."""

    offsets: Tensor

    def __init__(
        self, scales: tuple[int, int], offsets: np.ndarray, shift: int, clamp: tuple[int, int]
    ) -> None:
        super().__init__()
        self.register_buffer("offsets", torch.tensor(offsets.astype(np.int64))[:, None, None])
        self.scales, self.shift, self.range = scales, shift, clamp

    def forward(self, x: Tensor, d: Tensor) -> Tensor:
        total = x.to(torch.int64) * self.scales[0] + d.to(torch.int64) * self.scales[1]
        return _rounded(total + self.offsets, self.shift, self.range)


class Affine(nn.Module):
    """A line of two pieces for each channel, divided by 2^shift, half to even, and clamped."""

    lines: Tensor

    def __init__(self, lines: np.ndarray, shift: int, floor: int, ceiling: int) -> None:
        super().__init__()
        self.register_buffer("lines", torch.tensor(lines.astype(np.int64)).T[..., None, None])
        self.shift, self.range = shift, (floor, ceiling)

    def forward(self, x: Tensor) -> Tensor:
        wide = x.to(torch.int64)
        knot, below_mul, below_add, above_mul, above_add = self.lines
        above = wide >= knot
        total = wide * torch.where(above, above_mul, below_mul)
        total += torch.where(above, above_add, below_add)
        return _rounded(total, self.shift, self.range)


class Golden(nn.Module):
    """Any other kernel, by its meaning in NumPy, frame by frame: exact, and slow."""

    def __init__(self, op: TarsierOp, constants: Sequence[np.ndarray]) -> None:
        super().__init__()
        self.op, self.constants = op, list(constants)

    def forward(self, *streams: Tensor) -> Tensor | tuple[Tensor, ...]:
        frames = [stream.permute(0, 2, 3, 1).cpu().numpy().astype(np.int64) for stream in streams]
        results = [self.op.compute(list(one), self.constants) for one in zip(*frames, strict=True)]
        outputs = tuple(
            torch.tensor(_floats(np.stack(output)), device=streams[0].device).permute(0, 3, 1, 2)
            for output in zip(*results, strict=True)
        )
        return outputs if len(outputs) > 1 else outputs[0]


def _floats(values: np.ndarray) -> np.ndarray:
    """Integers as float32, or as float64 where they are too large for it."""
    narrow = values.astype(np.float32)
    return narrow if np.array_equal(narrow, values) else values.astype(np.float64)


def _rounded(total: Tensor, shift: int, ends: tuple[int, int]) -> Tensor:
    """int64 divided by 2^shift, half to even, and clamped, as float32."""
    floor = total >> shift
    twice_rest = 2 * (total - (floor << shift))
    step = 1 << shift
    up = (twice_rest > step) | ((twice_rest == step) & (floor & 1 == 1))
    return (floor + up).clamp_(*ends).to(torch.float32)


def _column(values: np.ndarray | Sequence[int]) -> Tensor:
    """One number a channel, to be broadcast over (N, C, H, W)."""
    return torch.tensor(np.asarray(values, np.float32)).view(1, -1, 1, 1)
