# SPDX-License-Identifier: MIT
"""The network, node by node in its order, as a hardware graph.

Every tensor of the network gets its meaning: the integers of a stream, and what has been done to
them since. Kernels come about where integers must: at a quantizer, a convolution, a join, a
resampling, an output.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from onnx import NodeProto
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower.attributes import attribute
from tarsier_fpga.flow.lower.convolve import convolve, convolve_transposed
from tarsier_fpga.flow.lower.doubles import constant_nodes, constant_of
from tarsier_fpga.flow.lower.frame_rate import averaged, multiplied
from tarsier_fpga.flow.lower.hardware import Hardware
from tarsier_fpga.flow.lower.join import (
    add,
    concatenate,
    flattened,
    quantize_any,
    to_integers,
    to_one_scale,
    with_border,
)
from tarsier_fpga.flow.lower.meaning import Border, Integers, Value
from tarsier_fpga.flow.lower.moves import moves_of
from tarsier_fpga.flow.lower.reorder import (
    depth_to_space,
    gather,
    rearranged,
    slice_channels,
    space_to_depth,
    split,
)
from tarsier_fpga.flow.lower.resample import pool, resize
from tarsier_fpga.flow.lower.vocabulary import ELEMENTWISE, MEANS
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.port import Port

__all__ = ["translate"]


def translate(
    model: ModelWrapper, ports: Sequence[Port]
) -> tuple[Hardware, Mapping[str, str], Mapping[str, Integers]]:
    """The hardware of `model`, an NCHW network that `ingest` prepared, fed by `ports`.

    Returns the graph, the stream of each of its inputs, and the integers of each of its outputs, by
    the names that the network has for them.

    Raises:
        FlowError: a node fits no kernel where it stands; the sentence names it.
    """
    hardware = Hardware()
    values: dict[str, Value] = {}
    inputs = {}
    for port in ports:
        channels, height, width = model.get_tensor_shape(port.tensor)[1:]
        datatype = DataType[f"{'INT' if port.signed else 'UINT'}{port.bits}"]
        name = hardware.add_input(
            f"input_{port.name}", (height, width, channels), datatype, port.step
        )
        inputs[port.tensor] = name
        scale, offset = np.full(channels, port.scale), np.full(channels, port.offset)
        least, most = int(datatype.min()), int(datatype.max())
        integers = Integers(name, datatype, least, most, scale, offset)
        values[port.tensor] = Value(port.tensor, (integers,), model=model)
    moves, passed = moves_of(model)
    for node in model.graph.node:
        targets = [name for name in node.output if name in moves]
        for name in targets:
            values[name] = rearranged(hardware, values[moves[name].source], moves[name])
        alone = not targets and not passed.issuperset(node.output)
        if alone and not constant_nodes(model, node.output[0]):
            values.update(_made(hardware, model, node, values))
    return hardware, inputs, _outputs(hardware, model, values)


def _outputs(
    hardware: Hardware, model: ModelWrapper, values: Mapping[str, Value]
) -> dict[str, Integers]:
    outputs: dict[str, Integers] = {}
    for tensor in model.graph.output:
        writer = model.find_producer(tensor.name)
        if writer is None:
            raise FlowError(f"the network's output {tensor.name} is its input; there is no kernel")
        value = flattened(hardware, values[tensor.name], writer)
        outputs[tensor.name] = to_one_scale(hardware, to_integers(hardware, value, writer), writer)
    return outputs


def _made(
    hardware: Hardware, model: ModelWrapper, node: NodeProto, values: Mapping[str, Value]
) -> dict[str, Value]:
    """The values that `node` writes."""
    streams = [values[name] for name in node.input if name in values]
    x = streams[0]
    result = node.output[0]
    match node.op_type:
        case "Quant" | "IntQuant" | "BipolarQuant":
            made = quantize_any(hardware, x, node)
        case "Add" | "Sub" if len(streams) == 2:
            made = add(hardware, streams, node)
        case "Mul" if len(streams) == 2:
            made = multiplied(hardware, streams, node)
        case kind if kind in MEANS:
            made = averaged(hardware, x, node)
        case kind if kind in ELEMENTWISE:
            _check_constants(model, node, x.channels, len(streams))
            made = x.after(node)
        case "Identity" | "Dropout":
            made = x
        case "Pad":
            made = with_border(hardware, x, _border(model, node, x.channels), node)
        case "Conv":
            made = convolve(hardware, x, node)
        case "ConvTranspose":
            made = convolve_transposed(hardware, x, node)
        case "Concat":
            if len(streams) != len(node.input) or attribute(node, "axis", 1) not in (1, -3):
                raise FlowError(f"Concat {node.name}: it must join streams along axis 1, channels")
            made = concatenate(hardware, streams, node)
        case "Slice":
            made = slice_channels(hardware, x, node)
        case "Gather":
            made = gather(hardware, x, node)
        case "Split":
            parts = split(hardware, x, node)
            return dict(zip(node.output, parts, strict=True))
        case "DepthToSpace":
            made = depth_to_space(hardware, x, node)
        case "SpaceToDepth":
            made = space_to_depth(hardware, x, node)
        case "Resize" | "Upsample":
            made = resize(hardware, x, node)
        case "AveragePool" | "MaxPool":
            made = pool(hardware, x, node)
        case other:
            raise FlowError(f"{other} {node.name}: no kernel computes it")
    return {result: made}


def _check_constants(model: ModelWrapper, node: NodeProto, channels: int, streams: int) -> None:
    """Elementwise nodes have one stream, and one number or one for each channel beside it."""
    told = f"{node.op_type} {node.name}"
    if streams != 1:
        raise FlowError(f"{told}: two streams meet; only Add, Sub, Mul and Concat join streams")
    for name in node.input:
        constant = constant_of(model, name) if name else None
        if constant is None:
            continue
        shape = constant.shape
        if any(side != 1 for side in shape[-2:]):
            raise FlowError(
                f"{told}: a constant of shape {list(shape)} differs along rows or columns; it must"
                " be one number, or one for each channel, (C, 1, 1)"
            )
        if constant.size not in (1, channels):
            raise FlowError(
                f"{told}: a constant of shape {list(shape)} does not fit {channels} channels"
            )


def _border(model: ModelWrapper, node: NodeProto, channels: int) -> Border:
    """What Pad `node` puts around its frame."""
    mode = attribute(node, "mode", "constant")
    given = [constant_of(model, name) if name else None for name in node.input[1:]]
    pads, value, axes = [*given, None, None, None][:3]
    if pads is None or mode not in ("constant", "edge"):
        raise FlowError(
            f"Pad {node.name}: mode {mode} must be constant or edge, by constant amounts"
        )
    sides = np.zeros((2, 4), np.int64)
    chosen = range(4) if axes is None else [int(axis) % 4 for axis in axes.ravel()]
    sides[:, list(chosen)] = pads.reshape(2, -1)
    if np.any(sides[:, :2]) or np.any(sides < 0):
        raise FlowError(
            f"Pad {node.name}: pads {pads.ravel().astype(int).tolist()} must add rows and columns"
            " alone"
        )
    (top, left), (bottom, right) = sides[:, 2:].tolist()
    fill = None
    if mode == "constant":
        number = 0.0 if value is None or not value.size else float(value.ravel()[0])
        fill = np.full(channels, number)
    return Border((top, bottom, left, right), fill)
