# SPDX-License-Identifier: MIT
"""A network that is measured: a PyTorch module, what frames it takes, and how good it is on one."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tarsier_fpga.bench.picture_scene import PictureScene
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.picture.psnr import psnr
from tarsier_fpga.training.facts.spec import NetSpec

__all__ = ["Contender", "Frames", "Scene"]


class Frames(Enum):
    """What a network takes of a raw mosaic: (channels, its shrinking, multiples it must be of)."""

    PACKED = (4, 2, 2)  # R, G1, G2, B at half the size
    MOSAIC = (1, 1, 32)  # one channel
    COLOUR = (3, 1, 1)  # a picture, developed before
    LUMA = (1, 1, 1)  # of a picture

    def shape(self, width: int, height: int, align: int = 1) -> tuple[int, int, int]:
        """Channels, rows and columns for a raw frame or a picture, which is padded where it must
        be; also to multiples of `align` in the network.

        >>> Frames.PACKED.shape(1920, 1080), Frames.MOSAIC.shape(1920, 1080)
        ((4, 540, 960), (1, 1088, 1920))
        """
        channels, shrinking, multiple = self.value
        multiple = max(multiple, shrinking * align)
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
    """A network in float32 and eval mode; `trained` where its picture means something.

    Attributes:
        spec: of a network on pictures, by whose task it is scored
        codes: of such a network of integers, that it takes and gives; others take what `spec` says
        align: multiples that the sides of its frames must be of
    """

    name: str
    module: nn.Module
    frames: Frames
    trained: bool = False
    note: str = ""
    spec: NetSpec | None = None
    codes: tuple[Coding, Coding] | None = None
    align: int = 1

    def inputs(self, width: int, height: int, batch: int) -> Tensor:
        """Frames of noise, float32, channels last in memory: codes, or a mosaic in [0, 1]."""
        shape = (batch, *self.frames.shape(width, height, self.align))
        noise = torch.rand(shape, generator=torch.Generator().manual_seed(0))
        return (self._top * noise).to(memory_format=torch.channels_last)

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

    def psnr(self, scene: Scene | PictureScene, device: str, dtype: torch.dtype) -> float | None:
        """PSNR on `scene`, in dB; None where it is no such network's, or it has learned nothing."""
        if not self.trained:
            return None
        match scene:
            case Scene():
                if self.frames is not Frames.PACKED:
                    return None
                found = psnr(self.restored(scene, device, dtype), scene.clean, scene.scale)
            case PictureScene():
                if self.spec is None or self.spec.task is not scene.task:
                    return None
                found = scene.seen(self.values(device, dtype), self.spec).psnr_db
        return round(found, 2)

    def values(
        self, device: str = "cpu", dtype: torch.dtype = torch.float32
    ) -> Callable[[Tensor], Tensor]:
        """What takes and gives the codes of `spec`, (B, c, H, W) float32, computed in `dtype`."""
        module, spec, codes = copy.deepcopy(self.module).to(device, dtype), self.spec, self.codes
        assert spec is not None, "only networks on pictures are asked so"

        @torch.inference_mode()
        def run(frames: Tensor) -> Tensor:
            if codes is None:
                return module(frames.to(device, dtype)).float().cpu()
            taken = _between(frames, spec.coding, codes[0]).round().clamp(0, codes[0].top)
            given = module(_padded(taken, self.align).to(device, dtype)).float().cpu().round()
            height, width = (side * spec.scale for side in frames.shape[2:])
            return _between(given[..., :height, :width], codes[1], spec.result_coding)

        return run

    @property
    def _top(self) -> int:
        """Of the numbers that it takes."""
        if self.frames is Frames.MOSAIC:
            return 1
        if self.codes is not None:
            return self.codes[0].top
        return 1023 if self.spec is None else self.spec.coding.top


def _padded(frames: Tensor, align: int) -> Tensor:
    """`frames` with more of their last rows and columns, up to multiples of `align`."""
    height, width = frames.shape[2:]
    return F.pad(frames, (0, -width % align, 0, -height % align), mode="replicate")


def _between(codes: Tensor, one: Coding, other: Coding) -> Tensor:
    """Codes of the same light; as they are where the codings have the same levels."""
    if (one.black, one.white) == (other.black, other.white):
        return codes
    return (codes - one.black) / one.span * other.span + other.black
