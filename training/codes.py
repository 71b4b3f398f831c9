# SPDX-License-Identifier: MIT
"""The integer coding of pixels at the network's edge: 10 bits with head room on both sides.

    code = clip(round(128 + 768 * v), 0, 1023),   v = 0 is black, v = 1 is white

Noise below black and highlights above white survive the conversion, so the network never sees
the bias that clipping at black would give a dark scene.
"""

from torch import Tensor

__all__ = ["BLACK", "CODE_MAX", "WHITE", "from_codes", "to_codes"]

BLACK = 128
WHITE = 896
CODE_MAX = 1023


def to_codes(v: Tensor) -> Tensor:
    """Integer codes held in float32, of linear light `v` where 0 is black and 1 is white.

    >>> import torch
    >>> to_codes(torch.tensor([-1.0, 0.0, 1.0, 2.0]))
    tensor([   0.,  128.,  896., 1023.])
    """
    return (v * (WHITE - BLACK) + BLACK).round().clamp(0, CODE_MAX)


def from_codes(codes: Tensor) -> Tensor:
    """Linear light of `codes`: 0 at code 128, 1 at code 896."""
    return (codes - BLACK) / (WHITE - BLACK)
