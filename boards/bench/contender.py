# SPDX-License-Identifier: MIT
"""A network that is measured: a PyTorch module, and what frames it takes."""

import copy
from dataclasses import dataclass
from enum import Enum

import numpy as np
import torch
from torch import Tensor, nn

from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.picture.psnr import psnr

__all__ = ["Contender", "Frames", "Scene"]


class Frames(Enum):
    """What a network takes of a raw mosaic: (channels, its shrinking, multiples it must be of)."""

    PACKED = (4, 2, 2)  # R, G1, G2, B at half the size
    MOSAIC = (1, 1, 32)  # one channel
    COLOUR = (3, 1, 1)  # a picture, developed before

    def shape(self, width: int, height: int) -> tuple[int, int, int]:
        """Channels, rows and columns for a raw frame, which is padded where it must be.

        >>> Frames.PACKED.shape(1920, 1080), Frames.MOSAIC.shape(1920, 1080)
        ((4, 540, 960), (1, 1088, 1920))
        """
        channels, shrinking, multiple = self.value
        rows, columns = (-(-side // multiple) * multiple // shrinking for side in (height, width))
        return channels, rows, columns


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A frame whose truth is known: codes (h, w, 4) with and without noise."""

    noisy: np.ndarray
    clean: np.ndarray
    scale: Coding


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """A network in float32 and eval mode; `trained` where its picture means something."""

    name: str
    module: nn.Module
    frames: Frames
    trained: bool = False
    note: str = ""

    def inputs(self, width: int, height: int, batch: int) -> Tensor:
        """Frames of noise, float32, channels last in memory: codes, or a mosaic in [0, 1]."""
        shape = (batch, *self.frames.shape(width, height))
        noise = torch.rand(shape, generator=torch.Generator().manual_seed(0))
        top = 1 if self.frames is Frames.MOSAIC else 1023
        return (top * noise).to(memory_format=torch.channels_last)

    def restored(
        self, scene: Scene, device: str = "cpu", dtype: torch.dtype = torch.float32
    ) -> np.ndarray:
        """The codes that the network makes of `scene`, computed in `dtype`."""
        codes = torch.tensor(scene.noisy.transpose(2, 0, 1)[None].astype(np.float32))
        module = copy.deepcopy(self.module).to(device, dtype)
        with torch.inference_mode():
            found = module(codes.to(device, dtype))[0].float()
        top = (1 << scene.scale.bits) - 1
        return found.round().clamp(0, top).cpu().numpy().transpose(1, 2, 0).astype(np.uint16)

    def psnr(self, scene: Scene, device: str, dtype: torch.dtype) -> float | None:
        """PSNR on `scene`, in dB; None where the network restores no raw frames, or nothing yet."""
        if not self.trained or self.frames is not Frames.PACKED:
            return None
        return round(psnr(self.restored(scene, device, dtype), scene.clean, scene.scale), 2)
