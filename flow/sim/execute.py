# SPDX-License-Identifier: MIT
"""Execute a hardware graph node by node in Python, each kernel by its NumPy golden."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from qonnx.core.datatype import BaseDataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from threadpoolctl import threadpool_limits

from tarsier_fpga.flow.design.design_facts import read_graph
from tarsier_fpga.flow.lower.ingest import check_frame, net_facts
from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.register import prepare_finn

__all__ = ["compute", "reference", "run_graph"]

Visit = Callable[[str, np.ndarray], None]

_ROWS = 16  # computed at a time, so that the golden models' wide temporaries stay in the cache


def reference(folder: Path, frame: np.ndarray) -> np.ndarray:
    """What the design in `folder` makes of the (H, W, channels) uint16 `frame` of any size.

    Raises:
        FlowError: there is no design, or the frame is too small for the network.
    """
    model = read_graph(folder)
    height, width, _ = frame.shape
    check_frame(net_facts(model), height, width)
    return run_graph(model, frame)


def run_graph(
    model: ModelWrapper,
    frame: np.ndarray,
    visit: Visit = lambda tensor, values: None,
) -> np.ndarray:
    """(H, W, channels) integers that `model` makes of the integer `frame`, of any size.

    `visit` is shown every tensor by name, in the order of the graph. Every tensor is held in the
    narrowest type its bits fit in, and only as long as it is read: the largest, windows of 16
    channels of 8 bits, takes 144 bytes a pixel.
    """
    prepare_finn()
    # The matrices are so small that threads cost more than they save.
    with threadpool_limits(limits=1, user_api="blas"):
        return _run(model, frame, visit)


def _run(model: ModelWrapper, frame: np.ndarray, visit: Visit) -> np.ndarray:
    constants = {tensor.name for tensor in model.graph.initializer}
    unread = Counter(name for node in model.graph.node for name in node.input)
    tensors = {model.graph.input[0].name: frame}
    visit(model.graph.input[0].name, frame)
    for node in model.graph.node:
        op = getCustomOp(node)
        streams = [tensors[name] for name in node.input if name not in constants]
        # FINN's FIFOs and width converters change the beats, not the frame.
        ours = isinstance(op, TarsierOp)
        results = compute(op, streams, op.constants(model)) if ours else streams
        for name, result in zip(node.output, results, strict=True):
            tensors[name] = result
            visit(name, result)
        for name in node.input:
            unread[name] -= 1
            if not unread[name]:
                tensors.pop(name, None)
    return tensors[model.graph.output[0].name]


def compute(
    op: TarsierOp, streams: list[np.ndarray], constants: list[np.ndarray]
) -> list[np.ndarray]:
    """What `op` makes of whole frames, in the narrowest types that hold it."""
    if not op.POINTWISE:
        return op.compute(streams, constants)
    height, width, _ = streams[0].shape
    shape, container = (height, width, op.channels_out()), _container(op.get_output_datatype())
    results = [np.empty(shape, container) for _ in op.onnx_node.output]
    for top in range(0, height, _ROWS):
        rows = slice(top, top + _ROWS)
        parts = op.compute([frame[rows] for frame in streams], constants)
        for result, part in zip(results, parts, strict=True):
            result[rows] = part
    return results


def _container(datatype: BaseDataType) -> np.dtype:
    bits = next(size for size in (8, 16, 32, 64) if datatype.bitwidth() <= size)
    return np.dtype(f"{'int' if datatype.signed() else 'uint'}{bits}")
