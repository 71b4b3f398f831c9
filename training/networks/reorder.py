# SPDX-License-Identifier: MIT
"""Reorderings that leave as operators of ONNX that know no frame size."""

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["pixel_unshuffle"]


def pixel_unshuffle(x: Tensor, block: int) -> Tensor:
    """As torch's: (B, c, H, W) to (B, c * block^2, H / block, W / block), by channel, then place.

    Exported, torch's own is a Reshape with the sizes of the export's frame; this is SpaceToDepth,
    which is by place, then channel, and a Gather.
    """
    if not torch.onnx.is_in_onnx_export():
        return F.pixel_unshuffle(x, block)
    batch, channels, height, width = x.shape
    places = block * block
    y = torch.onnx.ops.symbolic(
        "SpaceToDepth",
        (x,),
        {"blocksize": block},
        dtype=x.dtype,
        shape=(batch, places * channels, height // block, width // block),
    )
    order = torch.arange(places * channels).view(places, channels).t().flatten()
    return y.index_select(1, order)
