# SPDX-License-Identifier: MIT
"""TarsierFrameFifo: a queue of frames in external memory. Inputs: frame, fill (channels,).

With `initial` 1 it gives the frame before, and fill before the first; with 0, each frame as it
came, later. A node knows no frame but the one it executes, so each is the first of its sequence; a
graph that remembers has states, which `run_states` hands on.
"""

import numpy as np
from qonnx.core.datatype import BaseDataType

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.golden.frame_fifo import frame_fifo as golden
from tarsier_fpga.hls.kernels.frame_fifo import frame_fifo
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierFrameFifo"]


class TarsierFrameFifo(TarsierOp):
    """Kernel frame_fifo, on PE channels per cycle, behind an AXI4 port."""

    POINTWISE = False
    PORT = "m_axi_gmem"

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {
            "initial": ("i", False, 1, {0, 1}),  # frames of fill before the first
            "frames": ("i", False, 2),  # that the memory holds
            "data_width": ("i", False, 64),  # bits of a word of the memory
            "base": ("i", False, 0),  # its first byte address
            "burst": ("i", False, 16),  # words of a burst
            "reads": ("i", False, 4),  # bursts of reads on their way at once
        }

    def get_verilog_top_module_intf_names(self) -> dict[str, list]:
        names = super().get_verilog_top_module_intf_names()
        return names | {"aximm": [(self.PORT, self.get_nodeattr("data_width"))]}

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        return self.get_input_datatype()

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        frame, fill = streams[0], constants[0]
        return [golden(np.array([frame]), fill, self.get_nodeattr("initial"))[0]]

    def make(self, constants: list[np.ndarray]) -> Instance:
        height, width = self.frame_in()
        bits = self.get_input_datatype().bitwidth()
        port = {name: self.get_nodeattr(name) for name in ("data_width", "base", "burst", "reads")}
        queue = {name: self.get_nodeattr(name) for name in ("frames", "initial")}
        fill, lanes = constants[0], self.lanes_in()
        return frame_fifo(fill, lanes, bits, height * width, **queue, **port)


OP = TarsierFrameFifo
