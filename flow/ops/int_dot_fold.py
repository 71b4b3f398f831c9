# SPDX-License-Identifier: MIT
"""TarsierIntDotFold: biased integer sums of what TarsierWindowFold gives.

Inputs: frame, weights (rows, terms), bias (rows,). Frame and weights are those of TarsierIntDot:
what a row does not see, where there are groups, are zeros.
"""

from math import prod

import numpy as np

from tarsier_fpga.flow.ops.fold_order import folded, matrix_of_groups
from tarsier_fpga.flow.ops.int_dot import TarsierIntDot
from tarsier_fpga.hls.kernels.int_dot_fold import int_dot_fold
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierIntDotFold"]


class TarsierIntDotFold(TarsierIntDot):
    """Kernel int_dot_fold: SIMD terms of a place at a time, from a window that is folded alike."""

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {
            "SIMD": ("i", True, 0),  # terms of a beat
            "taps": ("i", False, 1),  # of the window
            "groups": ("i", False, 1),  # of channels that a row sees
            "block_rom": ("i", False, 0, {0, 1}),  # weights in block RAM, whatever it takes
            "constant": ("i", False, 0, {0}),
        }

    def lanes_in(self, ind: int = 0) -> int:
        return self.simd

    def fold(self) -> int:
        steps = self.channels_in() // self.get_nodeattr("groups") // self.simd
        return self.channels_out() // self.lanes_out() * steps

    def get_folded_input_shape(self, ind: int = 0) -> tuple[int, ...]:
        return (1, *self.frame_in(), self.fold(), self.simd)

    def get_exp_cycles(self) -> int:
        return prod(self.frame_in()) * self.fold()

    def beats_in(self, frame: np.ndarray, ind: int = 0) -> np.ndarray:
        taps, groups = self.get_nodeattr("taps"), self.get_nodeattr("groups")
        passes = self.channels_out() // groups // self.lanes_out()
        return folded(frame, taps, groups, passes, self.simd)

    def make(self, constants: list[np.ndarray]) -> Instance:
        x, (weights, bias) = self.get_input_datatype(), constants
        matrix = matrix_of_groups(weights, self.get_nodeattr("taps"), self.get_nodeattr("groups"))
        block_rom = bool(self.get_nodeattr("block_rom"))
        ways = (self.lanes_out(), self.simd, block_rom)
        return int_dot_fold(matrix, bias, x.bitwidth(), x.signed(), *ways)


OP = TarsierIntDotFold
