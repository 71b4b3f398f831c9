# SPDX-License-Identifier: MIT
"""TarsierWindowFold: a window whose beats are those that a folded dot product reads.

Inputs: frame, pad (channels,). Its frame is that of TarsierWindow; SIMD channels are a beat.
"""

from math import prod

import numpy as np

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.fold_order import folded, unfolded
from tarsier_fpga.flow.ops.window import TarsierWindow
from tarsier_fpga.hls.kernels.window_fold import FoldOrder, window_fold
from tarsier_fpga.hls.netlist.instance import Instance
from tarsier_fpga.hls.netlist.ram_style import RamStyle

__all__ = ["OP", "TarsierWindowFold"]


class TarsierWindowFold(TarsierWindow):
    """Kernel window_fold: pixels in, SIMD channels of one at a time; the terms of a dot out."""

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {
            "SIMD": ("i", True, 0),  # channels of a beat
            "groups": ("i", False, 1),  # of channels that a row of the matrix sees
            "passes": ("i", False, 1),  # over the channels of a group
            "ram_style": ("s", False, RamStyle.AUTO, set(RamStyle)),
            "pixels": ("i", False, 1, {1}),
        }

    def order(self) -> FoldOrder:
        return FoldOrder(*map(self.get_nodeattr, ("SIMD", "groups", "passes")))

    def lanes_in(self, ind: int = 0) -> int:
        return self.order().simd

    def lanes_out(self, ind: int = 0) -> int:
        return self.order().simd

    def fold(self) -> int:
        return self.order().beats(self.get_nodeattr("kernel"), self.channels_in())

    def get_folded_input_shape(self, ind: int = 0) -> tuple[int, ...]:
        return TarsierOp.get_folded_input_shape(self, ind)

    def get_folded_output_shape(self, ind: int = 0) -> tuple[int, ...]:
        return (1, *self.frame_out(), self.fold(), self.order().simd)

    def get_exp_cycles(self) -> int:
        taken, given = self.get_folded_input_shape(), self.get_folded_output_shape()
        return max(prod(taken[:-1]), prod(given[:-1]))

    def beats_out(self, frame: np.ndarray, ind: int = 0) -> np.ndarray:
        order, taps = self.order(), self.get_nodeattr("kernel") ** 2
        return folded(frame, taps, order.groups, order.passes, order.simd)

    def frame_of(self, beats: np.ndarray, ind: int = 0) -> np.ndarray:
        order, taps = self.order(), self.get_nodeattr("kernel") ** 2
        places = unfolded(beats, taps, order.groups, order.passes, self.channels_in())
        return places.reshape(self.get_normal_output_shape())

    def make(self, constants: list[np.ndarray]) -> Instance:
        height, width = self.frame_in()
        return window_fold(
            self.channels_in(),
            self.get_input_datatype().bitwidth(),
            width,
            height,
            constants[0],
            self.order(),
            **self.geometry(),
            ram_style=RamStyle(self.get_nodeattr("ram_style")),
        )


OP = TarsierWindowFold
