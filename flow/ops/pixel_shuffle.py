# SPDX-License-Identifier: MIT
"""TarsierPixelShuffle: a pixel's channels as a square of factor x factor pixels. Input: frame."""

from tarsier_fpga.flow.ops.resample import FactorOp
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.pixel_shuffle import pixel_shuffle as golden
from tarsier_fpga.hls.kernels.pixel_shuffle import pixel_shuffle

__all__ = ["OP", "TarsierPixelShuffle"]


class TarsierPixelShuffle(FactorOp):
    """Kernel pixel_shuffle: PyTorch's order of channels."""

    def channels_out(self, ind=0):
        square = self.factor**2
        if self.channels_in() % square:
            raise FlowError(
                f"{self.onnx_node.name}: channels={self.channels_in()}"
                f" must be a multiple of {square}, the square of factor={self.factor}"
            )
        return self.channels_in() // square

    def compute(self, streams, constants):
        return [golden(streams[0], self.factor)]

    def make(self, constants):
        bits, (_, width) = self.get_input_datatype().bitwidth(), self.frame_in()
        return pixel_shuffle(self.channels_out(), bits, width, self.factor)


OP = TarsierPixelShuffle
