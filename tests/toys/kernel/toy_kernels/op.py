# SPDX-License-Identifier: MIT
"""TarsierDouble: the node of kernel double."""

from qonnx.core.datatype import DataType

from tarsier_fpga.flow.ops.base import TarsierOp
from toy_kernels import golden
from toy_kernels.double import double


class TarsierDouble(TarsierOp):
    """Kernel double."""

    def lanes_in(self, ind=0):
        return self.lanes_out()

    def get_output_datatype(self, ind=0):
        return DataType[f"UINT{self.get_input_datatype().bitwidth() + 1}"]

    def compute(self, streams, constants):
        return [golden.double(streams[0])]

    def make(self, constants):
        return double(self.lanes_out(), self.get_input_datatype().bitwidth())


OP = TarsierDouble
