# SPDX-License-Identifier: MIT
"""TarsierChannelStats: a mean over the frame for every channel, in steps of 2^-fraction.

Input: frame. What comes out is a frame of one pixel.
"""

from math import prod

import numpy as np
from qonnx.core.datatype import BaseDataType, DataType

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.grid import WHOLE, Grid
from tarsier_fpga.hls.golden.channel_stats import Statistic
from tarsier_fpga.hls.golden.channel_stats import channel_stats as golden
from tarsier_fpga.hls.kernels.channel_stats import channel_stats, mean_width
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierChannelStats"]


class TarsierChannelStats(TarsierOp):
    """Kernel channel_stats, on PE channels per cycle."""

    POINTWISE = False
    PER_CHANNEL = True

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {
            "statistic": ("s", False, Statistic.MEAN, set(Statistic)),
            "fraction": ("i", False, 0),  # binary places of the means
        }

    def statistic(self) -> Statistic:
        return Statistic(self.get_nodeattr("statistic"))

    def frame_out(self) -> tuple[int, int]:
        return 1, 1

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        x, fraction = self.get_input_datatype(), self.get_nodeattr("fraction")
        bits = mean_width(x.bitwidth(), x.signed(), self.statistic(), fraction)
        signed = x.signed() and self.statistic() is Statistic.MEAN
        return DataType[f"{'INT' if signed else 'UINT'}{bits}"]

    def grid(self, x: Grid, axis: int) -> Grid:
        return WHOLE

    def get_exp_cycles(self) -> int:
        beats = super().get_exp_cycles()
        return beats + self.fold() * (self.get_output_datatype().bitwidth() + 2)

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        means = golden(streams[0], self.statistic(), self.get_nodeattr("fraction"))
        return [means.reshape(1, 1, -1)]

    def make(self, constants: list[np.ndarray]) -> Instance:
        x = self.get_input_datatype()
        return channel_stats(
            *(self.lanes_in(), self.fold(), x.bitwidth(), x.signed(), self.statistic()),
            *(prod(self.frame_in()), self.get_nodeattr("fraction")),
        )


OP = TarsierChannelStats
