# SPDX-License-Identifier: MIT
"""TarsierScaledAdd: clamp(rint((x*x_scale + d*d_scale + offset) / 2^shift), floor, ceiling).

Inputs: two frames, x and d. PE channels of both come and go per beat.
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

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {
            "inFIFODepths": ("ints", False, [2, 2]),
            "x_scale": ("i", True, 0),
            "d_scale": ("i", True, 0),
            "offset": ("i", False, 0),
            "shift": ("i", False, 0),
            "floor": ("i", True, 0),
            "ceiling": ("i", True, 0),
        }

    def arithmetic(self) -> tuple[int, int, int, int]:
        """Both scales, the offset and the shift, as golden and constructor take them."""
        x_scale, d_scale, offset, shift = map(
            self.get_nodeattr, ("x_scale", "d_scale", "offset", "shift")
        )
        return x_scale, d_scale, offset, shift

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
        return [golden(x, d, *self.arithmetic(), *self.clamp())]

    def make(self, constants: list[np.ndarray]) -> Instance:
        lanes, channels = self.lanes_out(), self.channels_out()
        if channels % lanes:
            raise FlowError(
                f"{self.onnx_node.name}: PE={lanes} must divide channels={channels}, or be 0"
            )
        x, d = (self.get_input_datatype(ind) for ind in range(2))
        x_scale, d_scale, offset, shift = self.arithmetic()
        floor, ceiling = self.clamp()
        return scaled_add(
            lanes,
            x_width=x.bitwidth(),
            x_signed=x.signed(),
            d_width=d.bitwidth(),
            d_signed=d.signed(),
            x_scale=x_scale,
            d_scale=d_scale,
            offset=offset,
            shift=shift,
            y_width=self.get_output_datatype().bitwidth(),
            y_min=floor,
            y_max=ceiling,
        )


OP = TarsierScaledAdd
