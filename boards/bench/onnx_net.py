# SPDX-License-Identifier: MIT
"""A QONNX network as a PyTorch module that compiles: what a GPU would be given to run.

In float32 it computes the very integers of the hardware, since every tensor is an integer times a
power of two. In half precision codes and sums are rounded, which its PSNR shows.
"""

from operator import getitem
from typing import Any

import numpy as np
import torch
from onnx import numpy_helper
from qonnx.core.modelwrapper import ModelWrapper
from torch import fx, nn

from tarsier_fpga.bench.onnx_ops import Shaped, operation

__all__ = ["onnx_net"]


def onnx_net(model: ModelWrapper) -> fx.GraphModule:
    """(B, C, H, W) codes in, (B, C, H, W) codes out, in the precision that the module is cast to.

    Of several inputs or outputs there are as many, in the order of the file. Frames may have any
    size that passes the network.

    Raises:
        HostError: a node is not among those that a design can be built of, or is of another form.
    """
    constants = {
        tensor.name: torch.tensor(np.array(numpy_helper.to_array(tensor)))
        for tensor in model.graph.initializer
    }
    shaped = Shaped(constants, lambda name: model.get_tensor_shape(name))
    graph, held = fx.Graph(), nn.Module()
    inputs = [tensor.name for tensor in model.graph.input if tensor.name not in constants]
    names = ["codes"] if len(inputs) == 1 else [f"codes{n}" for n, _ in enumerate(inputs)]
    streams: dict[str, Any] = {
        name: graph.placeholder(known) for name, known in zip(inputs, names, strict=True)
    }
    for node in model.graph.node:
        work, operands, settings = operation(node, shaped)
        if not any(name in streams for name in operands):  # a weight, quantised once, here
            values = [constants[name] for name in operands]
            constants[node.output[0]] = work(*values, *settings)
            continue
        arguments = []
        for name in operands:
            if name not in streams:
                buffer = f"constant_{len(streams)}"
                held.register_buffer(buffer, constants[name])
                streams[name] = graph.get_attr(buffer)
            arguments.append(streams[name])
        result = graph.call_function(work, (*arguments, *settings))
        if len(node.output) == 1:
            streams[node.output[0]] = result
            continue
        for n, name in enumerate(node.output):
            streams[name] = graph.call_function(getitem, (result, n))
    results = tuple(streams[tensor.name] for tensor in model.graph.output)
    graph.output(results if len(results) > 1 else results[0])
    return fx.GraphModule(held, graph).eval()
