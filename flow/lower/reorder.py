# SPDX-License-Identifier: MIT
"""Nodes that move integers and change none: choices of channels, channels as pixels, shifts."""

from dataclasses import replace

import numpy as np
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower.attributes import attribute
from tarsier_fpga.flow.lower.doubles import constant_of
from tarsier_fpga.flow.lower.hardware import Hardware
from tarsier_fpga.flow.lower.join import flattened, outside_of, to_integers
from tarsier_fpga.flow.lower.meaning import Integers, Value
from tarsier_fpga.flow.lower.moves import Move
from tarsier_fpga.hls.base.errors import FlowError

__all__ = [
    "depth_to_space",
    "gather",
    "rearranged",
    "slice_channels",
    "space_to_depth",
    "split",
]


def gather(hardware: Hardware, value: Value, node: NodeProto) -> Value:
    """Gather of channels, in any order and as often as is wished."""
    _require_channels(node, attribute(node, "axis", 0))
    indices = _integers(value.model, node, 1)
    source = np.where(indices < 0, indices + value.channels, indices)
    return _chosen(hardware, value, node, node.output[0], source)


def slice_channels(hardware: Hardware, value: Value, node: NodeProto) -> Value:
    """Slice of channels."""
    given = [
        _integers(value.model, node, n) if len(node.input) > n and node.input[n] else None
        for n in range(1, 5)
    ]
    starts, ends, axes, steps = given
    assert starts is not None and ends is not None
    axes = np.arange(len(starts)) if axes is None else axes
    steps = np.ones(len(starts), np.int64) if steps is None else steps
    source = np.arange(value.channels)
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        _require_channels(node, int(axis))
        source = source[slice(int(start), _limit(int(end)), int(step))]
    if not source.size:
        raise FlowError(f"Slice {node.name}: nothing is left of {value.channels} channels")
    return _chosen(hardware, value, node, node.output[0], source)


def split(hardware: Hardware, value: Value, node: NodeProto) -> list[Value]:
    """Split of channels: one value for each output."""
    _require_channels(node, attribute(node, "axis", 0))
    count = len(node.output)
    if len(node.input) > 1 and node.input[1]:
        sizes = _integers(value.model, node, 1)
    elif attribute(node, "split", None) is not None:
        sizes = np.array(attribute(node, "split", None))
    else:
        each = -(-value.channels // count)
        sizes = np.array([each] * (count - 1) + [value.channels - each * (count - 1)])
    firsts = np.concatenate([[0], np.cumsum(sizes)])
    value = flattened(hardware, value, node)
    return [
        _chosen(hardware, value, node, name, np.arange(firsts[n], firsts[n + 1]))
        for n, name in enumerate(node.output)
    ]


def depth_to_space(hardware: Hardware, value: Value, node: NodeProto) -> Value:
    """DepthToSpace, in PyTorch's order of channels (CRD) or ONNX' own (DCR)."""
    factor = int(attribute(node, "blocksize", 0))
    square = factor * factor
    mode = attribute(node, "mode", "DCR")
    if value.channels % square:
        raise FlowError(
            f"DepthToSpace {node.name}: {value.channels} channels are no multiple of {square}"
        )
    if mode == "DCR":
        order = np.arange(value.channels).reshape(square, -1).T.ravel()
        value = _chosen(hardware, value, node, node.input[0], order)
    x = to_integers(hardware, flattened(hardware, value, node), node)
    return Value(node.output[0], (_as_pixels(hardware, x, factor, node),), model=value.model)


def space_to_depth(hardware: Hardware, value: Value, node: NodeProto) -> Value:
    """SpaceToDepth, in ONNX' order: the place within the square first, then the channel."""
    factor = int(attribute(node, "blocksize", 0))
    square = factor * factor
    x = to_integers(hardware, flattened(hardware, value, node), node)
    height, width, _ = hardware.shape(x.tensor)
    if height % factor or width % factor:
        raise FlowError(
            f"SpaceToDepth {node.name}: a frame of {width}x{height} is no multiple of {factor}"
        )
    made = _as_channels(hardware, x, factor)
    order = np.arange(x.channels * square).reshape(x.channels, square).T.ravel()
    whole = Value(node.output[0], (made,), model=value.model)
    return _chosen(hardware, whole, node, node.output[0], order)


def rearranged(hardware: Hardware, value: Value, move: Move) -> Value:
    """`value`, which is the source of `move`, as its target."""
    last, made = move.nodes[-1], move.arrangement
    x = to_integers(hardware, flattened(hardware, value, last), move.nodes[0])
    if made.unshuffle > 1:
        x = _as_channels(hardware, x, made.unshuffle)
    x = _picked(hardware, x, made.channels)
    if made.shuffle > 1:
        x = _as_pixels(hardware, x, made.shuffle, last)
    if made.repeat > 1:
        tensor = hardware.add("TarsierUpsampleNearest", [x.tensor], factor=made.repeat)
        x = replace(x, tensor=tensor)
    if np.any(made.shifts):
        moved = made.shifts.any(axis=1)
        unmoved = x.of(np.zeros(1))[:, 0]  # any value of its own, where nothing comes from outside
        outside, x = outside_of(x, np.where(moved, made.fill, unmoved), last)
        outside = np.where(moved, outside, 0)
        tensor = hardware.add(
            "TarsierSpatialShift",
            [x.tensor],
            [hardware.add_constant(outside, "INT32")],
            shifts=made.shifts.ravel().tolist(),
        )
        x = replace(x, tensor=tensor)
    return Value(move.target, (x,), model=value.model)


def _as_pixels(hardware: Hardware, x: Integers, factor: int, node: NodeProto) -> Integers:
    """Channels of `x` as squares of pixels, in PyTorch's order; for `node`."""
    square = factor * factor
    for name, each in (("scales", x.scale), ("zero points", x.offset)):
        groups = each.reshape(-1, square)
        if np.any(groups != groups[:, :1]):
            raise FlowError(
                f"{node.op_type} {node.name}: the channels that become one have {name}"
                f" {', '.join(f'{v:g}' for v in np.unique(groups[0])[:4])}; a Quant of one scale"
                " must stand before it"
            )
    tensor = hardware.add("TarsierPixelShuffle", [x.tensor], factor=factor)
    return replace(x, tensor=tensor, scale=x.scale[::square], offset=x.offset[::square])


def _as_channels(hardware: Hardware, x: Integers, factor: int) -> Integers:
    """Squares of pixels of `x` as channels, in PyTorch's order."""
    tensor = hardware.add("TarsierPixelUnshuffle", [x.tensor], factor=factor)
    scale, offset = (each.repeat(factor * factor) for each in (x.scale, x.offset))
    return replace(x, tensor=tensor, scale=scale, offset=offset)


def _chosen(
    hardware: Hardware, value: Value, node: NodeProto, name: str, source: np.ndarray
) -> Value:
    """Channels `source` of `value`, as the tensor `name` of the network."""
    source = np.asarray(source, np.int64).ravel()
    if source.size and not (source.min() >= 0 and source.max() < value.channels):
        raise FlowError(
            f"{node.op_type} {node.name}: channels {source.min()} to {source.max()} are not all"
            f" among {value.channels}"
        )
    x = to_integers(hardware, flattened(hardware, value, node), node)
    return Value(name, (_picked(hardware, x, source),), model=value.model)


def _picked(hardware: Hardware, x: Integers, source: np.ndarray) -> Integers:
    first = int(source[0])
    if np.array_equal(source, np.arange(x.channels)):
        return x
    if np.array_equal(source, np.arange(first, first + len(source))):
        tensor = hardware.add("TarsierChannelSlice", [x.tensor], first=first, count=len(source))
    else:
        order = hardware.add_constant(source, "INT32")
        tensor = hardware.add("TarsierChannelShuffle", [x.tensor], [order], count=len(source))
    return replace(x, tensor=tensor, scale=x.scale[source], offset=x.offset[source])


def _require_channels(node: NodeProto, axis: int) -> None:
    if axis not in (1, -3):
        raise FlowError(
            f"{node.op_type} {node.name}: axis {axis} must be 1, the channels; frames are not cut"
        )


def _limit(end: int) -> int | None:
    return None if end >= 1 << 31 else end


def _integers(model: ModelWrapper, node: NodeProto, index: int) -> np.ndarray:
    values = constant_of(model, node.input[index])
    if values is None:
        raise FlowError(f"{node.op_type} {node.name}: {node.input[index]} must be a constant")
    return np.asarray(values, np.int64).ravel()
