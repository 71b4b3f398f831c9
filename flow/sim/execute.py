# SPDX-License-Identifier: MIT
"""Execute a hardware graph node by node in Python, each kernel by its NumPy golden."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
from onnx import NodeProto
from qonnx.core.datatype import BaseDataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from threadpoolctl import threadpool_limits

from tarsier_fpga.flow.design.design_facts import read_graph
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.ops.base import TarsierOp, whole_frames
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.hls.base.errors import FlowError

__all__ = [
    "check_sizes",
    "compute",
    "reference",
    "run_graph",
    "run_ports",
    "run_sequence",
    "run_states",
]

Frames = Mapping[str, np.ndarray]
Visit = Callable[[str, np.ndarray], None]

_ROWS = 16  # computed at a time, so that the golden models' wide temporaries stay in the cache


def reference(folder: Path, frame: np.ndarray) -> np.ndarray:
    """What the design in `folder` makes of the (H, W, channels) integer `frame` of any size.

    Raises:
        FlowError: there is no design, or no frame of that size passes it.
    """
    return run_graph(read_graph(folder), frame)


def run_graph(
    model: ModelWrapper,
    frame: np.ndarray,
    visit: Visit = lambda tensor, values: None,
) -> np.ndarray:
    """(H, W, channels) integers that `model` makes of the integer `frame`; as `run_ports`."""
    [result] = run_ports(model, {"x": frame}, visit).values()
    return result


def run_ports(
    model: ModelWrapper,
    frames: Mapping[str, np.ndarray],
    visit: Visit = lambda tensor, values: None,
) -> dict[str, np.ndarray]:
    """(H, W, channels) integers of every output of `model`, by port; of `frames` by port.

    Frames may be of any size whose parts meet. `visit` is shown every tensor by name, in the order
    of the graph. Every tensor is held in the narrowest type its bits fit in, and only as long as it
    is read: the largest, windows of 16 channels of 8 bits, takes 144 bytes a pixel. Where `model`
    has states, these are the first frames of a sequence.

    Raises:
        FlowError: a node cannot take frames of this size, or frames of two sizes meet in it.
    """
    return run_states(model, frames, {}, visit)[0]


def run_states(
    model: ModelWrapper,
    frames: Frames,
    states: Frames,
    visit: Visit = lambda tensor, values: None,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """What `run_ports` gives, and the (H, W, channels) codes of every state for the next frame.

    `states` are those that the frame before left, by name; one that is missing is as before the
    first frame.

    Raises:
        FlowError: as `run_ports`.
    """
    prepare_finn()
    net = net_of(model)
    height, width, _ = frames[net.x.name].shape
    streams = {port.name: frames[port.name] for port in net.inputs}
    for state in net.states:
        before = states.get(state.name)
        streams[state.read.name] = state.before(height, width) if before is None else before
    # The matrices are so small that threads cost more than they save.
    with threadpool_limits(limits=1, user_api="blas"):
        made = _run(model, streams, visit)
    outputs = {port.name: made[port.name] for port in net.outputs}
    return outputs, {state.name: made[state.written.name] for state in net.states}


def run_sequence(model: ModelWrapper, frames: Frames) -> dict[str, np.ndarray]:
    """(N, H, W, channels) integers of every output, by port, of a sequence of as many `frames`.

    Raises:
        FlowError: as `run_ports`.
    """
    states: dict[str, np.ndarray] = {}
    made: list[dict[str, np.ndarray]] = []
    for n in range(len(next(iter(frames.values())))):
        outputs, states = run_states(
            model, {name: each[n] for name, each in frames.items()}, states
        )
        made.append(outputs)
    return {name: np.stack([outputs[name] for outputs in made]) for name in made[0]}


def _run(model: ModelWrapper, frames: Frames, visit: Visit) -> dict[str, np.ndarray]:
    net = net_of(model)
    constants = {tensor.name for tensor in model.graph.initializer}
    unread = Counter(name for node in model.graph.node for name in node.input)
    unread.update(tensor.name for tensor in model.graph.output)
    tensors = {}
    for tensor, port in zip(model.graph.input, net.read, strict=True):
        tensors[tensor.name] = frames[port.name]
        visit(tensor.name, frames[port.name])
    for node in model.graph.node:
        op = getCustomOp(node)
        streams = [tensors[name] for name in node.input if name not in constants]
        check_sizes(node, [frame.shape[:2] for frame in streams])
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
    results = [tensors[tensor.name] for tensor in model.graph.output]
    return {port.name: result for port, result in zip(net.written, results, strict=True)}


def check_sizes(node: NodeProto, sizes: Iterable[tuple[int, ...]]) -> None:
    """Raise FlowError where frames of several (height, width) meet in `node`."""
    met = set(whole_frames(node, list(sizes)))
    if len(met) > 1:
        told = " and ".join(f"{width}x{height}" for height, width in sorted(met))
        raise FlowError(f"{node.name}: frames of {told} pixels meet; this frame size does not fit")


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
