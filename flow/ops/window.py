# SPDX-License-Identifier: MIT
"""TarsierWindow: the pixels under every place of a convolution, a constant one outside the frame.

Inputs: frame, pad (channels,). A window's channels are tap-major: (ky*kernel + kx)*channels + c.
"""

from math import prod
from typing import Any

import numpy as np
from qonnx.core.datatype import BaseDataType

from tarsier_fpga.flow.ops.base import Role, TarsierOp
from tarsier_fpga.flow.ops.grid import Grid
from tarsier_fpga.hls.golden.window import window as golden
from tarsier_fpga.hls.kernels.window import WindowShape, window
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierWindow"]

_SAME = -1  # the padding that keeps the frame's size at stride 1


class TarsierWindow(TarsierOp):
    """Kernel window: the frame's raster in, the raster of windows out."""

    POINTWISE = False
    ROLE = Role.WINDOW

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {
            "kernel": ("i", False, 3),
            "stride": ("i", False, 1, {1, 2}),
            "dilation": ("i", False, 1),
            "padding": ("i", False, _SAME),
            "pixels": ("i", False, 1, {1, 2, 4}),  # neighbours of a row in one beat
        }

    def geometry(self) -> dict[str, Any]:
        """What makes a window of a frame, as golden, RTL and constructor name it."""
        padding = self.get_nodeattr("padding")
        names = ("kernel", "stride", "dilation")
        return {name: self.get_nodeattr(name) for name in names} | {
            "padding": None if padding == _SAME else padding
        }

    def shape(self) -> WindowShape:
        height, width = self.frame_in()
        return WindowShape(width, height, pixels=self.get_nodeattr("pixels"), **self.geometry())

    def frame_out(self) -> tuple[int, int]:
        return self.shape().out

    def grid(self, x: Grid, axis: int) -> Grid:
        shape = self.shape()
        return x.windows(shape.span, shape.border, shape.stride)

    def channels_out(self, ind: int = 0) -> int:
        return self.get_nodeattr("kernel") ** 2 * self.channels_in()

    def lanes_in(self, ind: int = 0) -> int:
        return self.get_nodeattr("pixels") * self.channels_in()

    def lanes_out(self, ind: int = 0) -> int:
        return self.shape().windows * self.channels_out()

    def get_folded_input_shape(self, ind: int = 0) -> tuple[int, ...]:
        height, width = self.frame_in()
        return (1, height, width // self.get_nodeattr("pixels"), 1, self.lanes_in())

    def get_folded_output_shape(self, ind: int = 0) -> tuple[int, ...]:
        rows, columns = self.frame_out()
        return (1, rows, columns // self.shape().windows, 1, self.lanes_out())

    def get_exp_cycles(self) -> int:
        return prod(self.shape().steps)

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        return self.get_input_datatype()

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], constants[0], **self.geometry())]

    def make(self, constants: list[np.ndarray]) -> Instance:
        height, width = self.frame_in()
        return window(
            self.channels_in(),
            self.get_input_datatype().bitwidth(),
            width,
            height,
            constants[0],
            pixels=self.get_nodeattr("pixels"),
            **self.geometry(),
        )


OP = TarsierWindow
