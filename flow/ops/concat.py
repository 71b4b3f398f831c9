# SPDX-License-Identifier: MIT
"""TarsierConcat: the channels of one frame, then those of another. Inputs: two frames, a and b.

Whole pixels are joined side by side; with PE channels a beat, a's beats of a pixel go before b's.
"""

from math import gcd

import numpy as np
from qonnx.core.datatype import BaseDataType

from tarsier_fpga.flow.ops.base import TarsierOp, divisors
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.concat import concat as golden
from tarsier_fpga.hls.kernels.concat import concat
from tarsier_fpga.hls.kernels.stream_join import stream_join
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierConcat"]


class TarsierConcat(TarsierOp):
    """Kernel stream_join where pixels are whole, kernel concat where they are folded."""

    STREAMS = 2

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {
            "inFIFODepths": ("ints", False, [2, 2]),
            "b_channels": ("i", True, 0),  # of a pixel of b; a has `channels`
        }

    def channels_in(self, ind: int = 0) -> int:
        return self.get_nodeattr(("channels", "b_channels")[ind])

    def channels_out(self, ind: int = 0) -> int:
        return self.channels_in(0) + self.channels_in(1)

    def lane_choices(self) -> list[int]:
        return [*divisors(gcd(self.channels_in(0), self.channels_in(1))), 0]

    def lanes_in(self, ind: int = 0) -> int:
        return self.get_nodeattr("PE") or self.channels_in(ind)

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        a, b = (self.get_input_datatype(ind) for ind in range(2))
        if a != b:
            raise FlowError(
                f"{self.onnx_node.name}: inputs of {a.name} and {b.name} must be of one type,"
                " since they leave in the same lanes"
            )
        return a

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(*streams)]

    def make(self, constants: list[np.ndarray]) -> Instance:
        lanes = self.get_nodeattr("PE")
        if not lanes:
            return stream_join(*(self.get_instream_width(ind) for ind in range(2)))
        bits = self.get_output_datatype().bitwidth()
        return concat(self.channels_in(0), self.channels_in(1), bits, lanes)


OP = TarsierConcat
