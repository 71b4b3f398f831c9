# SPDX-License-Identifier: MIT
"""TarsierResidualAdd: x + d, clamped to the range of its output. Inputs: two frames, x and d.

PE channels of both frames come and go per beat.
"""

import numpy as np

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.golden.residual_add import residual_add as golden
from tarsier_fpga.hls.kernels.residual_add import residual_add
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierResidualAdd"]


class TarsierResidualAdd(TarsierOp):
    """Kernel residual_add: the skip connection x, signed or not, joins the signed branch d."""

    STREAMS = 2
    PER_CHANNEL = True

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {
            "inFIFODepths": ("ints", False, [2, 2]),
            "floor": ("i", True, 0),
            "ceiling": ("i", True, 0),
        }

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        x, d = streams
        return [golden(x, d, self.get_nodeattr("floor"), self.get_nodeattr("ceiling"))]

    def make(self, constants: list[np.ndarray]) -> Instance:
        x, d = (self.get_input_datatype(ind) for ind in range(2))
        return residual_add(
            lanes=self.lanes_in(),
            x_width=x.bitwidth(),
            x_signed=x.signed(),
            d_width=d.bitwidth(),
            y_width=self.get_output_datatype().bitwidth(),
            y_min=self.get_nodeattr("floor"),
            y_max=self.get_nodeattr("ceiling"),
        )


OP = TarsierResidualAdd
