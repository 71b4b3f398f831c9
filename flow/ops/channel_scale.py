# SPDX-License-Identifier: MIT
"""TarsierChannelScale: every channel times its own constant. Inputs: frame, scale (channels,)."""

import numpy as np
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.golden.channel_scale import channel_scale as golden
from tarsier_fpga.hls.kernels.channel_scale import channel_scale
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierChannelScale"]


class TarsierChannelScale(TarsierOp):
    """Kernel channel_scale, on PE channels per cycle; its products are exact."""

    def infer_node_datatype(self, model: ModelWrapper) -> None:
        x = model.get_tensor_datatype(self.onnx_node.input[0])
        self.set_nodeattr("inputDataTypes", [x.name])
        product_width = self.instance(model).outputs[0].width // self.lanes_out()
        self.set_nodeattr("outputDataType", f"INT{product_width}")
        super().infer_node_datatype(model)

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return [golden(streams[0], constants[0])]

    def make(self, constants: list[np.ndarray]) -> Instance:
        x = self.get_input_datatype()
        return channel_scale(constants[0], x.bitwidth(), x.signed(), self.lanes_in())


OP = TarsierChannelScale
