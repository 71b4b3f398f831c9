# SPDX-License-Identifier: MIT
"""TarsierPixelShuffle: a pixel's channels as a square of factor x factor pixels. Input: frame."""

import numpy as np

from tarsier_fpga.flow.ops.resample import FactorOp
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.pixel_shuffle import pixel_shuffle as golden
from tarsier_fpga.hls.kernels.pixel_shuffle import pixel_shuffle
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierPixelShuffle"]


class TarsierPixelShuffle(FactorOp):
    """Kernel pixel_shuffle: PyTorch's order of channels."""

    def channels_out(self, ind: int = 0) -> int:
        square = self.factor**2
        if self.channels_in() % square:
            raise FlowError(
                f"{self.onnx_node.name}: channels={self.channels_in()}"
                f" must be a multiple of {square}, the square of factor={self.factor}"
            )
        return self.channels_in() // square

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], self.factor)]

    def make(self, constants: list[np.ndarray]) -> Instance:
        bits, (_, width) = self.get_input_datatype().bitwidth(), self.frame_in()
        return pixel_shuffle(self.channels_out(), bits, width, self.factor)


OP = TarsierPixelShuffle
