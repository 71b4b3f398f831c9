# SPDX-License-Identifier: MIT
"""TarsierChannelSlice: channels first .. first + count - 1 of every pixel. Input: frame.

PE channels come per beat. As many go out, unless that is a whole pixel: then all that are kept.
"""

from math import gcd

import numpy as np
from qonnx.core.datatype import BaseDataType

from tarsier_fpga.flow.ops.base import TarsierOp, divisors
from tarsier_fpga.hls.golden.channel_slice import channel_slice as golden
from tarsier_fpga.hls.kernels.channel_slice import channel_slice
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierChannelSlice"]


class TarsierChannelSlice(TarsierOp):
    """Kernel channel_slice: what is dropped costs nothing but its beats."""

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {"first": ("i", True, 0), "count": ("i", True, 0)}

    def channels_out(self, ind: int = 0) -> int:
        return self.get_nodeattr("count")

    def lane_choices(self) -> list[int]:
        kept = gcd(self.get_nodeattr("first"), self.channels_out())
        return [*divisors(gcd(self.channels_in(), kept)), 0]

    def lanes_in(self, ind: int = 0) -> int:
        return self.get_nodeattr("PE") or self.channels_in()

    def lanes_out(self, ind: int = 0) -> int:
        return self.channels_out() if self.fold() == 1 else self.lanes_in()

    def fold(self) -> int:
        return self.channels_in() // self.lanes_in()

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        return self.get_input_datatype()

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], self.get_nodeattr("first"), self.get_nodeattr("count"))]

    def make(self, constants: list[np.ndarray]) -> Instance:
        return channel_slice(
            channels=self.channels_in(),
            bits=self.get_input_datatype().bitwidth(),
            first=self.get_nodeattr("first"),
            count=self.get_nodeattr("count"),
            lanes=self.lanes_in(),
        )


OP = TarsierChannelSlice
