# SPDX-License-Identifier: MIT
"""Execute a hardware graph node by node in Python, each kernel by its NumPy golden."""

from collections import Counter
from pathlib import Path

import numpy as np
from qonnx.core.datatype import BaseDataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from flow.design import GRAPH
from flow.errors import FlowError
from flow.finn import prepare_finn
from flow.frame import check_frame

__all__ = ["reference", "run_graph"]


def reference(folder: Path, frame: np.ndarray) -> np.ndarray:
    """What the design in `folder` makes of the (H, W, 4) uint16 `frame`, whatever its size.

    Raises:
        FlowError: there is no design, or the frame is too small for the network.
    """
    path = folder / GRAPH
    if not path.is_file():
        raise FlowError(f"{folder} holds no design: there is no {GRAPH} in it")
    model = ModelWrapper(str(path))
    check_frame(model, *frame.shape[:2])
    return run_graph(model, frame)


def run_graph(model: ModelWrapper, frame: np.ndarray) -> np.ndarray:
    """(H, W, channels) integers that `model` makes of the integer `frame`, of any size.

    Between nodes every tensor is held in the narrowest type its bits fit in, and only as long as
    it is read: what stays is about 300 bytes per pixel at 16 channels.
    """
    prepare_finn()
    constants = {tensor.name for tensor in model.graph.initializer}
    unread = Counter(name for node in model.graph.node for name in node.input)
    tensors = {model.graph.input[0].name: frame}
    for node in model.graph.node:
        op = getCustomOp(node)
        streams = [tensors[name] for name in node.input if name not in constants]
        # FINN's FIFOs and width converters change the beats, not the frame.
        ours = node.op_type.startswith("Tarsier")
        results = op.compute(streams, op.constants(model)) if ours else streams
        container = _container(op.get_output_datatype())
        for name, result in zip(node.output, results, strict=True):
            tensors[name] = result.astype(container, copy=False)
        for name in node.input:
            unread[name] -= 1
            if not unread[name]:
                tensors.pop(name, None)
    return tensors[model.graph.output[0].name]


def _container(datatype: BaseDataType) -> np.dtype:
    bits = next(size for size in (8, 16, 32, 64) if datatype.bitwidth() <= size)
    return np.dtype(f"{'int' if datatype.signed() else 'uint'}{bits}")
