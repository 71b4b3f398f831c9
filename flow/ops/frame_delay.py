# SPDX-License-Identifier: MIT
"""TarsierFrameDelay: the frame before. Inputs: frame, fill (channels,), the pixels of the first.

An execution of the graph is one frame, so the frame before is kept, for each node name and size,
from one execution in Python to the next; `forget_frames` starts a new sequence. A simulation of the
node is a sequence of its own: it gives fill.
"""

import numpy as np

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.golden.frame_delay import frame_delay as golden
from tarsier_fpga.hls.kernels.frame_delay import frame_delay

__all__ = ["OP", "TarsierFrameDelay", "forget_frames"]

_before: dict[tuple, np.ndarray] = {}  # by node name and shape


def forget_frames() -> None:
    """Let the next frame be the first of its sequence, in every graph."""
    _before.clear()


class TarsierFrameDelay(TarsierOp):
    """Kernel frame_delay: a frame in external memory, behind an AXI4 port."""

    POINTWISE = False
    PORT = "m_axi_gmem"

    def get_nodeattr_types(self):
        return super().get_nodeattr_types() | {
            "data_width": ("i", False, 64),  # bits of a word of the memory
            "base": ("i", False, 0),  # its first byte address
            "burst": ("i", False, 16),  # words of a burst
            "reads": ("i", False, 4),  # bursts of reads on their way at once
        }

    def get_verilog_top_module_intf_names(self):
        names = super().get_verilog_top_module_intf_names()
        return names | {"aximm": [(self.PORT, self.get_nodeattr("data_width"))]}

    def get_output_datatype(self, ind=0):
        return self.get_input_datatype()

    def lanes_out(self, ind=0):
        return self.channels_out()

    def compute(self, streams, constants):
        frame, fill = streams[0], constants[0]
        sequence = (self.onnx_node.name, frame.shape)
        before = _before.get(sequence, np.broadcast_to(fill, frame.shape))
        _before[sequence] = frame
        return [golden(np.array([before, frame]), fill)[1]]

    def make(self, constants):
        height, width = self.frame_in()
        bits = self.get_input_datatype().bitwidth()
        port = {name: self.get_nodeattr(name) for name in ("data_width", "base", "burst", "reads")}
        return frame_delay(self.channels_in(), bits, width, height, constants[0], **port)


OP = TarsierFrameDelay
