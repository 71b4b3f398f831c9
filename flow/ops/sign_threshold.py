# SPDX-License-Identifier: MIT
"""TarsierSignThreshold: one bit per channel, 1 where x >= T. Inputs: frame, T (channels,)."""

import numpy as np
from qonnx.core.datatype import BaseDataType, DataType

from tarsier_fpga.flow.ops.base import Role, TarsierOp
from tarsier_fpga.hls.golden.sign_threshold import sign_threshold as golden
from tarsier_fpga.hls.kernels.sign_threshold import sign_threshold
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierSignThreshold"]


class TarsierSignThreshold(TarsierOp):
    """Kernel sign_threshold: the sign of x - alpha, whose scale the thresholds have absorbed."""

    ROLE = Role.SIGN

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        return DataType["BINARY"]

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], constants[0])]

    def make(self, constants: list[np.ndarray]) -> Instance:
        return sign_threshold(constants[0], self.get_input_datatype().bitwidth())


OP = TarsierSignThreshold
