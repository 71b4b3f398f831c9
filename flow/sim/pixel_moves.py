# SPDX-License-Identifier: MIT
"""The kernels that move pixels and channels about, as PyTorch modules on (N, C, H, W) integers."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

__all__ = ["Channels", "Concat", "Nearest", "SquareSums"]


class Concat(nn.Module):
    """The channels of one stream, then those of another."""

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return torch.cat((a, b), dim=1)


class Channels(nn.Module):
    """The channels of these numbers, which may be asked for often or never."""

    numbers: Tensor

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__()
        self.register_buffer("numbers", torch.tensor(list(numbers)))

    def forward(self, x: Tensor) -> Tensor:
        return x.index_select(1, self.numbers)


class Nearest(nn.Module):
    """Every pixel factor x factor times."""

    def __init__(self, factor: int) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return x.repeat_interleave(self.factor, 2).repeat_interleave(self.factor, 3)


class SquareSums(nn.Module):
    """The sum of every square of 2x2 pixels, in `dtype`; an odd last row or column is dropped."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.dtype = dtype

    def forward(self, x: Tensor) -> Tensor:
        x = x.to(self.dtype)
        height, width = x.shape[2] // 2 * 2, x.shape[3] // 2 * 2
        rows = x[:, :, 0:height:2] + x[:, :, 1:height:2]
        return rows[..., 0:width:2] + rows[..., 1:width:2]
