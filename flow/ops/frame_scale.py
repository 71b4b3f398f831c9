# SPDX-License-Identifier: MIT
"""TarsierFrameScale: clamp(rint(x * k / 2^shift), floor, ceiling), with k a pixel for the frame.

Inputs: frame x, and frame k (1, 1, channels) of unsigned integers. PE channels of both come and go
per beat.
"""

from math import prod

import numpy as np

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.grid import Grid
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.frame_scale import frame_scale as golden
from tarsier_fpga.hls.kernels.frame_scale import frame_scale
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierFrameScale"]


class TarsierFrameScale(TarsierOp):
    """Kernel frame_scale: every channel times its own factor, which is that of the whole frame."""

    STREAMS = 2
    ONCE = frozenset({1})
    POINTWISE = False
    PER_CHANNEL = True

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {
            "inFIFODepths": ("ints", False, [2, 2]),
            "shift": ("i", False, 0),
            "floor": ("i", True, 0),
            "ceiling": ("i", True, 0),
        }

    def grids(self, streams: list[tuple[Grid, Grid]]) -> tuple[Grid, Grid]:
        return streams[0]

    def get_exp_cycles(self) -> int:
        return super().get_exp_cycles() + self.fold()

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        x, k = streams
        numbers = (self.get_nodeattr(name) for name in ("shift", "floor", "ceiling"))
        return [golden(x, k, *numbers)]

    def make(self, constants: list[np.ndarray]) -> Instance:
        x, k = (self.get_input_datatype(ind) for ind in range(2))
        if k.signed():
            raise FlowError(f"{self.onnx_node.name}: factors of type {k.name} must be unsigned")
        return frame_scale(
            *(self.lanes_in(), self.fold(), x.bitwidth(), x.signed(), k.bitwidth()),
            *(prod(self.frame_in()), self.get_nodeattr("shift")),
            *(self.get_output_datatype().bitwidth(),),
            *(self.get_nodeattr("floor"), self.get_nodeattr("ceiling")),
        )


OP = TarsierFrameScale
