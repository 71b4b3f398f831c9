# SPDX-License-Identifier: MIT
"""Nodes that make frames larger or smaller, each exact: what would be a fraction is a scale.

Resize nearest by a whole number         upsample_nearest
Resize linear by two, pixel centres      upsample_bilinear, 16 times the values
AveragePool 2x2                          avg_pool, 4 times the values
MaxPool 2x2                              max_pool
"""

from dataclasses import replace

import numpy as np
from onnx import NodeProto

from tarsier_fpga.flow.lower.attributes import attribute
from tarsier_fpga.flow.lower.doubles import constant_of
from tarsier_fpga.flow.lower.hardware import Hardware
from tarsier_fpga.flow.lower.join import flattened, to_integers
from tarsier_fpga.flow.lower.meaning import Integers, Value
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["pool", "resize"]


def resize(hardware: Hardware, value: Value, node: NodeProto) -> Value:
    """Resize (or Upsample) by whole numbers, the same both ways."""
    x = to_integers(hardware, flattened(hardware, value, node), node)
    factor = _factor(hardware, value, node, x)
    mode = str(attribute(node, "mode", "nearest"))
    place = str(attribute(node, "coordinate_transformation_mode", "half_pixel"))
    rounding = str(attribute(node, "nearest_mode", "round_prefer_floor"))
    told = f"{node.op_type} {node.name}: {mode} by {factor}, {place}"
    match mode:
        case "nearest" if _repeats(factor, place, rounding):
            tensor = hardware.add("TarsierUpsampleNearest", [x.tensor], factor=factor)
            made = replace(x, tensor=tensor)
        case "linear" if factor == 2 and place in ("half_pixel", "pytorch_half_pixel"):
            made = _grown(hardware, x, "TarsierUpsampleBilinear", 16)
        case _:
            raise FlowError(
                f"{told}: it must be nearest, which repeats pixels, or linear by 2 with half_pixel;"
                " enlarge by 4 in two steps"
            )
    return Value(node.output[0], (made,), model=value.model)


def pool(hardware: Hardware, value: Value, node: NodeProto) -> Value:
    """AveragePool or MaxPool of 2x2 pixels, stride 2."""
    given = [
        attribute(node, name, default)
        for name, default in (
            ("kernel_shape", []),
            ("strides", [1, 1]),
            ("pads", [0, 0, 0, 0]),
            ("dilations", [1, 1]),
            ("ceil_mode", 0),
        )
    ]
    x = to_integers(hardware, flattened(hardware, value, node), node)
    height, width, _ = hardware.shape(x.tensor)
    rounds_up = given[4] and (height % 2 or width % 2)
    if given[:4] != [[2, 2], [2, 2], [0, 0, 0, 0], [1, 1]] or rounds_up:
        raise FlowError(
            f"{node.op_type} {node.name}: kernel {given[0]}, strides {given[1]}, pads {given[2]};"
            " it must be [2, 2], [2, 2] and none"
        )
    if node.op_type == "AveragePool":
        made = _grown(hardware, x, "TarsierAvgPool", 4)
    elif np.all(x.scale > 0):
        made = replace(x, tensor=hardware.add("TarsierMaxPool", [x.tensor]))
    else:
        raise FlowError(
            f"MaxPool {node.name}: a channel of its input falls where its integers rise; a Quant"
            " must stand before it"
        )
    return Value(node.output[0], (made,), model=value.model)


def _grown(hardware: Hardware, x: Integers, op: str, times: int) -> Integers:
    tensor = hardware.add(op, [x.tensor])
    least, most = times * x.least, times * x.most
    datatype = hardware.datatype(tensor)
    return Integers(tensor, datatype, least, most, x.scale / times, x.offset)


def _factor(hardware: Hardware, value: Value, node: NodeProto, x: Integers) -> int:
    """By what `node` enlarges; FlowError unless that is one whole number from 2 on."""
    scales = _held(value, node, 1 if node.op_type == "Upsample" else 2)
    sizes = None if node.op_type == "Upsample" else _held(value, node, 3)
    height, width, _ = hardware.shape(x.tensor)
    if scales is not None and scales.size == 4:
        both = [float(scale) for scale in scales]
    elif sizes is not None and sizes.size == 4:
        both = [1.0, 1.0, sizes[2] / height, sizes[3] / width]
    else:
        raise FlowError(f"{node.op_type} {node.name}: its scales must be four constants")
    if both[:2] != [1, 1] or both[2] != both[3] or not both[2].is_integer() or both[2] < 2:
        raise FlowError(
            f"{node.op_type} {node.name}: scales {both} must enlarge rows and columns by one whole"
            " number"
        )
    return int(both[2])


def _held(value: Value, node: NodeProto, index: int) -> np.ndarray | None:
    """Input `index` of `node`, if it has one that is constant."""
    given = len(node.input) > index and node.input[index]
    return constant_of(value.model, node.input[index]) if given else None


def _repeats(factor: int, place: str, rounding: str) -> bool:
    """Whether pixel i comes from pixel i // factor."""
    here = np.arange(8 * factor)
    match place:
        case "asymmetric":
            at = here / factor
        case "half_pixel" | "pytorch_half_pixel":
            at = (here + 0.5) / factor - 0.5
        case _:
            return False
    match rounding:
        case "floor":
            rounded = np.floor(at)
        case "ceil":
            rounded = np.ceil(at)
        case "round_prefer_floor":
            rounded = np.ceil(at - 0.5)
        case "round_prefer_ceil":
            rounded = np.floor(at + 0.5)
        case _:
            return False
    inner = slice(factor, 7 * factor)  # the frame's borders are clamped either way
    return bool(np.array_equal(rounded[inner], (here // factor)[inner]))
