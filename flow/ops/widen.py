# SPDX-License-Identifier: MIT
"""TarsierWiden: the same integers in lanes of outputDataType, PE channels a beat. Input: frame."""

import numpy as np
from qonnx.core.datatype import BaseDataType, DataType

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.widen import widen as golden
from tarsier_fpga.hls.kernels.widen import widen
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierWiden"]


class TarsierWiden(TarsierOp):
    """Kernel widen: wires, that give two streams lanes of one type."""

    PER_CHANNEL = True

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        x, y = self.get_input_datatype(), DataType[self.get_nodeattr("outputDataType")]
        if not (y.is_integer() and y.min() <= x.min() and x.max() <= y.max()):
            raise FlowError(
                f"{self.onnx_node.name}: outputDataType={y.name} must be an integer type that"
                f" holds {x.min()}..{x.max()} of {x.name}"
            )
        return y

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0])]

    def make(self, constants: list[np.ndarray]) -> Instance:
        lanes, channels = self.lanes_out(), self.channels_out()
        if channels % lanes:
            raise FlowError(
                f"{self.onnx_node.name}: PE={lanes} must divide channels={channels}, or be 0"
            )
        x, y = self.get_input_datatype(), self.get_output_datatype()
        return widen(lanes, x.bitwidth(), x.signed(), y.bitwidth())


OP = TarsierWiden
