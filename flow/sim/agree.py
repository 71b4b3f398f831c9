# SPDX-License-Identifier: MIT
"""The hardware graph gives what the network gives, or there is no design.

Every pass of the lowering is exact by itself, for networks of the form that it was written for.
What a network does outside of it, such as a border that is reflected or a scale at its output,
would be built as something else, and RTL and graph would agree on it. So the file itself is
executed, by QONNX, on frames of its own size, before anything is made of the graph.
"""

from collections.abc import Iterator

import numpy as np
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes

from tarsier_fpga.flow.sim.execute import run_graph
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["check_agreement"]


def check_agreement(network: ModelWrapper, lowered: ModelWrapper, bits: int) -> None:
    """Make sure that `lowered` gives the integers of `network`, the QONNX file as it was read.

    Frames are compared with ==: a drawn one, and one of the lowest and highest codes of `bits`.

    Raises:
        FlowError: they differ; the sentence says where, and by how much.
    """
    model = network.transform(InferShapes())
    source, result = model.graph.input[0].name, model.graph.output[0].name
    _, channels, height, width = model.get_tensor_shape(source)
    for told, frame in _frames((height, width, channels), bits):
        x = frame.transpose(2, 0, 1)[None].astype(np.float32)
        wanted = execute_onnx(model, {source: x})[result][0].transpose(1, 2, 0)
        got = run_graph(lowered, frame)
        if got.shape != wanted.shape:
            raise FlowError(
                f"the network makes frames of {_size(wanted)} and the hardware graph of"
                f" {_size(got)}; nothing was built"
            )
        differ = np.argwhere(got != wanted)
        if len(differ):
            row, column, channel = differ[0]
            raise FlowError(
                f"the hardware graph does not do what the network does: of {told},"
                f" {len(differ):,} of {wanted.size:,} values differ, first at row {row}, column"
                f" {column}, channel {channel}, {got[row, column, channel]} instead of"
                f" {wanted[row, column, channel]:.12g}; nothing was built"
            )


def _frames(shape: tuple[int, int, int], bits: int) -> Iterator[tuple[str, np.ndarray]]:
    rng, top = np.random.default_rng(0), (1 << bits) - 1
    yield "a drawn frame", rng.integers(0, top, shape, endpoint=True).astype(np.uint16)
    # Blocks as wide as a few windows, so that sums of equal signs come about too.
    blocks = rng.choice([0, top], [-(-shape[0] // 8), -(-shape[1] // 8), shape[2]])
    extreme = blocks.repeat(8, axis=0).repeat(8, axis=1)[: shape[0], : shape[1]]
    yield "a frame of lowest and highest codes", extreme.astype(np.uint16)


def _size(frame: np.ndarray) -> str:
    height, width, channels = frame.shape
    return f"{width}x{height} with {channels} channels"
