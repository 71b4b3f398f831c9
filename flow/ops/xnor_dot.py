# SPDX-License-Identifier: MIT
"""TarsierXnorDot: popcounts of a bit vector. Inputs: frame, weights (rows, terms) of +1 and -1."""

import numpy as np
from qonnx.core.datatype import BaseDataType, DataType

from tarsier_fpga.flow.ops.adders import cached_xnor_dot_const
from tarsier_fpga.flow.ops.dot import DotOp
from tarsier_fpga.hls.golden.xnor_dot import xnor_dot as golden
from tarsier_fpga.hls.kernels.xnor_dot import xnor_dot
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierXnorDot"]


class TarsierXnorDot(DotOp):
    """Kernel xnor_dot or xnor_dot_const: in how many terms the pixel's bits equal each row."""

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        return DataType[f"UINT{self.channels_in().bit_length()}"]

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], constants[0])]

    def make(self, constants: list[np.ndarray]) -> Instance:
        if self.constant:
            return cached_xnor_dot_const(constants[0], self.get_nodeattr("levels"))
        return xnor_dot(constants[0], self.lanes_out(), self.simd)


OP = TarsierXnorDot
