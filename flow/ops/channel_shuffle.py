# SPDX-License-Identifier: MIT
"""TarsierChannelShuffle: channel c of y is channel source[c] of x. Inputs: frame, source.

Channels may be asked for often or never. A beat is a whole pixel, whatever PE says, since the last
channel may have to leave first.
"""

import numpy as np
from qonnx.core.datatype import BaseDataType

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.channel_shuffle import channel_shuffle as golden
from tarsier_fpga.hls.kernels.channel_shuffle import channel_shuffle
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierChannelShuffle"]


class TarsierChannelShuffle(TarsierOp):
    """Kernel channel_shuffle: any constant choice of the channels, as wires."""

    def get_nodeattr_types(self) -> dict[str, tuple]:
        # channels of y, the entries of `source`; 0 for as many as x has
        return super().get_nodeattr_types() | {"count": ("i", False, 0)}

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        return self.get_input_datatype()

    def channels_out(self, ind: int = 0) -> int:
        return self.get_nodeattr("count") or self.channels_in()

    def lanes_in(self, ind: int = 0) -> int:
        return self.channels_in()

    def lanes_out(self, ind: int = 0) -> int:
        return self.channels_out()

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], constants[0])]

    def make(self, constants: list[np.ndarray]) -> Instance:
        (source,) = constants
        if source.size != self.channels_out():
            raise FlowError(
                f"{self.onnx_node.name}: count={self.channels_out()} must be {source.size},"
                " as many as source has entries"
            )
        return channel_shuffle(source, self.channels_in(), self.get_input_datatype().bitwidth())


OP = TarsierChannelShuffle
