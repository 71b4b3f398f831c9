# SPDX-License-Identifier: MIT
"""TarsierChannelShuffle: channel c of y is channel source[c] of x. Inputs: frame, source.

A beat is a whole pixel, whatever PE says, since the last channel may have to leave first.
"""

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.golden.channel_shuffle import channel_shuffle as golden
from tarsier_fpga.hls.kernels.channel_shuffle import channel_shuffle

__all__ = ["OP", "TarsierChannelShuffle"]


class TarsierChannelShuffle(TarsierOp):
    """Kernel channel_shuffle: any constant order of the channels, as wires."""

    def get_output_datatype(self, ind=0):
        return self.get_input_datatype()

    def lanes_out(self, ind=0):
        return self.channels_out()

    def compute(self, streams, constants):
        return [golden(streams[0], constants[0])]

    def make(self, constants):
        return channel_shuffle(constants[0], self.get_input_datatype().bitwidth())


OP = TarsierChannelShuffle
