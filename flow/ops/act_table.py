# SPDX-License-Identifier: MIT
"""TarsierActTable: any function of a small integer per channel. Inputs: frame, table.

The table is (channels, entries), an entry for every x from the least that its type holds on, and
for all of them where x is signed. A bit, BINARY, is 0 or 1, so a table to bits is any sign
function, and one of two entries gives bits a value. PE channels are looked up per cycle, so that
the table keeps the pace of the dot product before it.
"""

import numpy as np

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.act_table import act_table as golden
from tarsier_fpga.hls.kernels.act_table import act_table
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierActTable"]


class TarsierActTable(TarsierOp):
    """Kernel act_table: activation, scale and rounding of a layer in one table."""

    PER_CHANNEL = True

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], constants[0], self.get_input_datatype().signed())]

    def make(self, constants: list[np.ndarray]) -> Instance:
        x, y = self.get_input_datatype(), self.get_output_datatype()
        entries = constants[0].shape[1]
        if max(1, (entries - 1).bit_length()) != x.bitwidth():
            raise FlowError(
                f"{self.onnx_node.name}: a table of {entries} entries must have an x of"
                f" {max(1, (entries - 1).bit_length())} bits, and its type is {x.name}"
            )
        return act_table(constants[0], self.lanes_in(), y.bitwidth(), x.signed(), y.signed())


OP = TarsierActTable
