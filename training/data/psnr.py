# SPDX-License-Identifier: MIT
"""How far pictures are from their truth."""

from torch import Tensor

__all__ = ["psnr_db"]


def psnr_db(picture: Tensor, truth: Tensor, peak: float = 1.0, floor: float = 0.0) -> Tensor:
    """PSNR in dB of every sample (B, ...), between 0 and `peak`; infinite where they are equal.

    `floor` is added to the mean square error, in units of peak^2, to keep a mean finite.

    >>> import torch
    >>> grey = torch.full((1, 4, 4), 100.0)
    >>> round(psnr_db(grey + 1, grey, peak=255).item(), 2)
    48.13
    """
    error = ((picture - truth) / peak).square().flatten(1).mean(dim=1)
    return -10 * (error + floor).log10()
