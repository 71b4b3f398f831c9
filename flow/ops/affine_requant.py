# SPDX-License-Identifier: MIT
"""TarsierAffineRequant: a line of one or two pieces per channel, rounded and clamped.

    clamp(rint((x * m + b) / 2^shift), floor, ceiling),   m and b above or below the channel's knot

Inputs: frame, coefficients (channels, 5): knot, below_mul, below_add, above_mul, above_add. As
float32 they are exact to 24 bits, so wider ones are given as float64 or int64. PE channels a cycle.
"""

import numpy as np

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.golden.affine_requant import affine_requant as golden
from tarsier_fpga.hls.kernels.affine_requant import affine_requant
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierAffineRequant"]


class TarsierAffineRequant(TarsierOp):
    """Kernel affine_requant: batch normalisation, scale, (P)ReLU and rounding of sums in one."""

    PER_CHANNEL = True

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {
            "shift": ("i", True, 0),
            "floor": ("i", True, 0),
            "ceiling": ("i", True, 0),
        }

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        shift, *clamp = (self.get_nodeattr(name) for name in ("shift", "floor", "ceiling"))
        return [golden(streams[0], constants[0], shift, *clamp)]

    def make(self, constants: list[np.ndarray]) -> Instance:
        x = self.get_input_datatype()
        return affine_requant(
            constants[0],
            lanes=self.lanes_in(),
            x_width=x.bitwidth(),
            x_signed=x.signed(),
            shift=self.get_nodeattr("shift"),
            y_width=self.get_output_datatype().bitwidth(),
            y_min=self.get_nodeattr("floor"),
            y_max=self.get_nodeattr("ceiling"),
        )


OP = TarsierAffineRequant
