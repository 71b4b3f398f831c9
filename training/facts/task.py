# SPDX-License-Identifier: MIT
"""What networks are for: which frames they take and give, and how values become codes."""

from enum import StrEnum

from tarsier_fpga.hls.base.coding import BYTE, RAW, UNCLIPPED, Coding, FrameKind

__all__ = ["Task"]


class Task(StrEnum):
    RAW = "raw"
    RGB = "rgb"  # denoising
    JPEG = "jpeg"  # deblocking, luma only
    SR = "sr"  # super-resolution
    DARK = "dark"  # an amplified dark raw frame becomes a finished picture

    @property
    def frame(self) -> FrameKind:
        """What the channels of the frames are."""
        match self:
            case Task.RAW | Task.DARK:
                return FrameKind.BAYER
            case Task.RGB | Task.SR:
                return FrameKind.RGB
            case Task.JPEG:
                return FrameKind.LUMA

    @property
    def coding(self) -> Coding:
        """How the frames' values become codes."""
        match self:
            case Task.RAW | Task.DARK:
                return RAW
            case Task.RGB:
                return UNCLIPPED
            case Task.JPEG | Task.SR:
                return BYTE

    @property
    def result(self) -> FrameKind:
        """What the channels of the restored frames are."""
        return FrameKind.RGB if self is Task.DARK else self.frame

    @property
    def result_coding(self) -> Coding:
        """How the codes of restored frames become values."""
        return BYTE if self is Task.DARK else self.coding
