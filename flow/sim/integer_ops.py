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
    "Convolution",
    "Golden",
    "Lookup",
    "Requant",
    "Same",
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
    """A window and the biased dot product of its terms, in one; the frame keeps its size.

    Args:
        weights: (rows, kernel^2 channels), terms in the order of the window.
        bias: (rows,)
        outside: (channels,) the pixel around the frame.
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
        outside: np.ndarray,
        kernel: int,
        dilation: int,
        largest: int,
        exact: int = EXACT,
    ) -> None:
        super().__init__()
        reach = np.abs(weights).sum(axis=1).max() * largest + np.abs(bias).max()
        self.dtype = torch.float32 if reach < exact else torch.float64
        taps = weights.reshape(len(weights), kernel, kernel, -1).transpose(0, 3, 1, 2)
        matrix = torch.tensor(taps.astype(np.float64)).to(self.dtype)
        self.register_buffer("weights", matrix.contiguous(memory_format=torch.channels_last))
        self.register_buffer("bias", torch.tensor(bias).to(self.dtype))
        self.register_buffer("outside", _column(outside))
        self.dilation = dilation
        self.edge = dilation * (kernel - 1) // 2

    def forward(self, x: Tensor) -> Tensor:
        y = torch.conv2d(self._padded(x), self.weights, self.bias, dilation=self.dilation)
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
        self.register_buffer("first", _column(entries * np.arange(channels) + zero))

    def forward(self, x: Tensor) -> Tensor:
        count, channels, height, width = x.shape
        index = (x + self.first).to(torch.int32).permute(0, 2, 3, 1)
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
    """The sum of two streams, clamped."""

    def __init__(self, floor: int, ceiling: int) -> None:
        super().__init__()
        self.range = floor, ceiling

    def forward(self, x: Tensor, d: Tensor) -> Tensor:
        return (x + d).clamp_(*self.range)


class Golden(nn.Module):
    """Any other kernel, by its meaning in NumPy, frame by frame: exact, and slow."""

    def __init__(self, op: TarsierOp, constants: Sequence[np.ndarray]) -> None:
        super().__init__()
        self.op, self.constants = op, list(constants)

    def forward(self, *streams: Tensor) -> Tensor | tuple[Tensor, ...]:
        frames = [stream.permute(0, 2, 3, 1).cpu().numpy().astype(np.int64) for stream in streams]
        results = [self.op.compute(list(one), self.constants) for one in zip(*frames, strict=True)]
        outputs = tuple(
            torch.tensor(np.stack(output).astype(np.float32), device=streams[0].device).permute(
                0, 3, 1, 2
            )
            for output in zip(*results, strict=True)
        )
        return outputs if len(outputs) > 1 else outputs[0]


def _column(values: np.ndarray) -> Tensor:
    """One number a channel, to be broadcast over (N, C, H, W)."""
    return torch.tensor(np.asarray(values, np.float32)).view(1, -1, 1, 1)
