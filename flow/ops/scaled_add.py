# SPDX-License-Identifier: MIT
"""TarsierScaledAdd: clamp(rint((x*x_scale + d*d_scale + offset) / 2^shift), floor, ceiling).

Inputs: two frames, x and d, and offsets (channels,), which as float32 are exact to 24 bits, so that
wider ones are given as float64 or int64. PE channels of both frames come and go per beat.
"""

import numpy as np
from qonnx.core.datatype import BaseDataType

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.scaled_add import scaled_add as golden
from tarsier_fpga.hls.kernels.scaled_add import scaled_add
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierScaledAdd"]


class TarsierScaledAdd(TarsierOp):
    """Kernel scaled_add: two streams of different steps meet, exactly or rounded half to even."""

    STREAMS = 2
    PER_CHANNEL = True

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {
            "inFIFODepths": ("ints", False, [2, 2]),
            "x_scale": ("i", True, 0),
            "d_scale": ("i", True, 0),
            "shift": ("i", False, 0),
            "floor": ("i", True, 0),
            "ceiling": ("i", True, 0),
        }

    def scales(self) -> tuple[int, int]:
        return self.get_nodeattr("x_scale"), self.get_nodeattr("d_scale")

    def clamp(self) -> tuple[int, int]:
        return self.get_nodeattr("floor"), self.get_nodeattr("ceiling")

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        y, (floor, ceiling) = super().get_output_datatype(), self.clamp()
        if not (y.is_integer() and y.min() <= floor and ceiling <= y.max()):
            raise FlowError(
                f"{self.onnx_node.name}: outputDataType={y.name} must be an integer type that"
                f" holds floor={floor} .. ceiling={ceiling}"
            )
        return y

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        x, d = streams
        shift = self.get_nodeattr("shift")
        return [golden(x, d, *self.scales(), constants[0], shift, *self.clamp())]

    def make(self, constants: list[np.ndarray]) -> Instance:
        lanes, channels = self.lanes_out(), self.channels_out()
        if channels % lanes:
            raise FlowError(
                f"{self.onnx_node.name}: PE={lanes} must divide channels={channels}, or be 0"
            )
        x, d = (self.get_input_datatype(ind) for ind in range(2))
        return scaled_add(
            *(lanes, x.bitwidth(), x.signed(), d.bitwidth(), d.signed()),
            *self.scales(),
            constants[0],
            self.get_nodeattr("shift"),
            self.get_output_datatype().bitwidth(),
            *self.clamp(),
        )


OP = TarsierScaledAdd
