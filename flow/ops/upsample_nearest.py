# SPDX-License-Identifier: MIT
"""TarsierUpsampleNearest: every pixel factor x factor times. Input: frame."""

from tarsier_fpga.flow.ops.resample import FactorOp
from tarsier_fpga.hls.golden.upsample_nearest import upsample_nearest as golden
from tarsier_fpga.hls.kernels.upsample_nearest import upsample_nearest

__all__ = ["OP", "TarsierUpsampleNearest"]


class TarsierUpsampleNearest(FactorOp):
    """Kernel upsample_nearest."""

    def compute(self, streams, constants):
        return [golden(streams[0], self.factor)]

    def make(self, constants):
        bits, (_, width) = self.get_input_datatype().bitwidth(), self.frame_in()
        return upsample_nearest(self.channels_in(), bits, width, self.factor)


OP = TarsierUpsampleNearest
