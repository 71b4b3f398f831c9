# SPDX-License-Identifier: MIT
"""TarsierFork: one frame to two readers. Input: frame. Outputs: the frame, twice."""

import numpy as np
from qonnx.core.datatype import BaseDataType
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.golden.stream_fork import stream_fork as golden
from tarsier_fpga.hls.kernels.stream_fork import stream_fork
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierFork"]


class TarsierFork(TarsierOp):
    """Kernel stream_fork: each output takes a beat when it is ready."""

    PER_CHANNEL = True

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {"outFIFODepths": ("ints", False, [2, 2])}

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        return self.get_input_datatype()

    def infer_node_datatype(self, model: ModelWrapper) -> None:
        super().infer_node_datatype(model)
        # No ONNX op has two outputs of its input's shape, so shape inference reaches only one.
        model.set_tensor_shape(self.onnx_node.output[1], self.get_normal_output_shape())

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        return list(golden(streams[0]))

    def make(self, constants: list[np.ndarray]) -> Instance:
        return stream_fork(self.get_instream_width())


OP = TarsierFork
