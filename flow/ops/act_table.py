# SPDX-License-Identifier: MIT
"""TarsierActTable: a function of a popcount per channel. Inputs: frame, table (channels, entries).

PE channels are looked up per cycle, so that the table keeps the pace of the dot product before it.
"""

import numpy as np

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.golden.act_table import act_table as golden
from tarsier_fpga.hls.kernels.act_table import act_table
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierActTable"]


class TarsierActTable(TarsierOp):
    """Kernel act_table: activation, scale and rounding of a binary layer in one table."""

    FOLLOWS = True

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], constants[0])]

    def make(self, constants: list[np.ndarray]) -> Instance:
        return act_table(constants[0], self.lanes_in(), self.get_output_datatype().bitwidth())


OP = TarsierActTable
