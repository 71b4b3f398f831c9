# SPDX-License-Identifier: MIT
"""TarsierRequant: clamp(rint(x / 2^shift), floor, ceiling), on PE channels per cycle."""

import numpy as np

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.golden.requant import requant as golden
from tarsier_fpga.hls.kernels.requant import requant
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierRequant"]


class TarsierRequant(TarsierOp):
    """Kernel requant: accumulators to fewer bits, half to even; a floor of 0 is a ReLU."""

    PER_CHANNEL = True

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {
            "shift": ("i", True, 0),
            "floor": ("i", True, 0),
            "ceiling": ("i", True, 0),
        }

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        shift, *clamp = (self.get_nodeattr(name) for name in ("shift", "floor", "ceiling"))
        return [golden(streams[0], shift, *clamp)]

    def make(self, constants: list[np.ndarray]) -> Instance:
        return requant(
            lanes=self.lanes_in(),
            x_width=self.get_input_datatype().bitwidth(),
            shift=self.get_nodeattr("shift"),
            y_width=self.get_output_datatype().bitwidth(),
            y_min=self.get_nodeattr("floor"),
            y_max=self.get_nodeattr("ceiling"),
        )


OP = TarsierRequant
