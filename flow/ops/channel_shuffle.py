# SPDX-License-Identifier: MIT
"""TarsierChannelShuffle: channel c of y is channel source[c] of x. Inputs: frame, source.

A beat is a whole pixel, whatever PE says, since the last channel may have to leave first.
"""

import numpy as np
from qonnx.core.datatype import BaseDataType

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.golden.channel_shuffle import channel_shuffle as golden
from tarsier_fpga.hls.kernels.channel_shuffle import channel_shuffle
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierChannelShuffle"]


class TarsierChannelShuffle(TarsierOp):
    """Kernel channel_shuffle: any constant order of the channels, as wires."""

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        return self.get_input_datatype()

    def lanes_out(self, ind: int = 0) -> int:
        return self.channels_out()

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], constants[0])]

    def make(self, constants: list[np.ndarray]) -> Instance:
        return channel_shuffle(constants[0], self.get_input_datatype().bitwidth())


OP = TarsierChannelShuffle
