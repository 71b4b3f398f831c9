# SPDX-License-Identifier: MIT
"""TarsierUpsampleNearest: every pixel factor x factor times. Input: frame."""

import numpy as np

from tarsier_fpga.flow.ops.resample import FactorOp
from tarsier_fpga.hls.golden.upsample_nearest import upsample_nearest as golden
from tarsier_fpga.hls.kernels.upsample_nearest import upsample_nearest
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierUpsampleNearest"]


class TarsierUpsampleNearest(FactorOp):
    """Kernel upsample_nearest."""

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], self.factor)]

    def make(self, constants: list[np.ndarray]) -> Instance:
        bits, (_, width) = self.get_input_datatype().bitwidth(), self.frame_in()
        return upsample_nearest(self.channels_in(), bits, width, self.factor)


OP = TarsierUpsampleNearest
