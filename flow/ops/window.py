# SPDX-License-Identifier: MIT
"""TarsierWindow: the 3x3 neighbourhood of every pixel, with a constant pixel outside the frame.

Inputs: frame, pad (channels,). A window's channels are tap-major: (ky * 3 + kx) * channels + c.
"""

from flow.ops.base import TarsierOp
from hls import make
from hls.golden.window import window

__all__ = ["TarsierWindow"]


class TarsierWindow(TarsierOp):
    """Kernel window: pixel raster in, one window out per pixel."""

    POINTWISE = False

    def channels_out(self, ind=0):
        return 9 * self.channels_in()

    def lanes_in(self, ind=0):
        return self.channels_in()

    def get_output_datatype(self, ind=0):
        return self.get_input_datatype()

    def compute(self, streams, constants):
        return [window(streams[0], constants[0])]

    def make(self, constants):
        height, width = self.get_nodeattr("frame")
        bits = self.get_input_datatype().bitwidth()
        return make.window(self.channels_in(), bits, width, height, constants[0])
