# SPDX-License-Identifier: MIT
"""TarsierIntDot: biased integer sums. Inputs: frame, weights (rows, terms), bias (rows,)."""

import numpy as np

from tarsier_fpga.flow.ops.adders import cached_int_dot_const
from tarsier_fpga.flow.ops.dot import DotOp
from tarsier_fpga.hls.golden.int_dot import int_dot as golden
from tarsier_fpga.hls.kernels.int_dot import int_dot
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierIntDot"]


class TarsierIntDot(DotOp):
    """Kernel int_dot or int_dot_const: sums wide enough that no input overflows them."""

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], *constants)]

    def make(self, constants: list[np.ndarray]) -> Instance:
        x, (weights, bias) = self.get_input_datatype(), constants
        if self.constant:
            levels = self.get_nodeattr("levels")
            return cached_int_dot_const(weights, bias, x.bitwidth(), x.signed(), levels)
        return int_dot(weights, bias, x.bitwidth(), x.signed(), self.lanes_out(), self.simd)


OP = TarsierIntDot
