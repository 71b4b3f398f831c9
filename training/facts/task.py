# SPDX-License-Identifier: MIT
"""What networks are for: which frames they take, and how values of these become codes."""

from enum import StrEnum

from tarsier_fpga.hls.base.coding import BYTE, RAW, UNCLIPPED, Coding, FrameKind

__all__ = ["Task"]


class Task(StrEnum):
    RAW = "raw"
    RGB = "rgb"  # denoising
    JPEG = "jpeg"  # deblocking, luma only
    SR = "sr"  # super-resolution

    @property
    def frame(self) -> FrameKind:
        """What the channels of the frames are."""
        match self:
            case Task.RAW:
                return FrameKind.BAYER
            case Task.RGB | Task.SR:
                return FrameKind.RGB
            case Task.JPEG:
                return FrameKind.LUMA

    @property
    def coding(self) -> Coding:
        """How the frames' values become codes."""
        match self:
            case Task.RAW:
                return RAW
            case Task.RGB:
                return UNCLIPPED
            case Task.JPEG | Task.SR:
                return BYTE
