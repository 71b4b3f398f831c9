# SPDX-License-Identifier: MIT
"""What computes a node of a QONNX network in PyTorch, whatever the size of the frame."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from onnx import NodeProto, helper
from torch import Tensor

from tarsier_fpga.hls.base.errors import HostError

__all__ = ["Operation", "Shaped", "operation"]

# A function, the names of the tensors that it takes, and settings that follow them.
Operation = tuple[Callable[..., Any], Sequence[str], Sequence[Any]]

_ROUND = {
    "ROUND": torch.round,
    "HALF_EVEN": torch.round,
    "FLOOR": torch.floor,
    "CEIL": torch.ceil,
}


@dataclass(frozen=True, slots=True)
class Shaped:
    """The constants of a network, and the shapes that its file knows, None where it does not."""

    constants: Mapping[str, Tensor]
    shape: Callable[[str], Sequence[int] | None]

    def numbers(self, name: str) -> list[float]:
        """A constant as a flat list."""
        return self.constants[name].flatten().tolist()


def operation(node: NodeProto, net: Shaped) -> Operation:
    """What computes `node`.

    Raises:
        HostError: it is none of those that Tarsier exports or builds, or has another form.
    """
    x, *rest = (name for name in node.input if name)
    match node.op_type:
        case "Add":
            return torch.add, (x, *rest), ()
        case "Sub":
            return torch.sub, (x, *rest), ()
        case "Mul":
            return torch.mul, (x, *rest), ()
        case "Div":
            return torch.div, (x, *rest), ()
        case "MatMul":
            return torch.matmul, (x, *rest), ()
        case "Neg":
            return torch.neg, (x,), ()
        case "Identity" | "Dropout":
            return _same, (x,), ()
        case "Relu":
            return F.relu, (x,), ()
        case "LeakyRelu":
            return F.leaky_relu, (x,), (_attribute(node, "alpha", 0.01),)
        case "PRelu":
            return _prelu, (x, *rest), ()
        case "Clip":
            ends = [net.numbers(name)[0] if name else None for name in node.input[1:]]
            return torch.clamp, (x,), tuple(ends)
        case "BatchNormalization":
            return _normalized, (x, *rest), (_attribute(node, "epsilon", 1e-5),)
        case "Pad":
            return _pad(node, x, rest, net)
        case "Conv":
            return _convolved, (x, *rest), _geometry(node)
        case "ConvTranspose":
            return _transposed, (x, *rest), _transposed_geometry(node)
        case "AveragePool" | "MaxPool":
            return _pool(node, x)
        case "Concat":
            return _joined, (x, *rest), (_channel_axis(node),)
        case "Split":
            sizes = net.numbers(rest[0]) if rest else _attribute(node, "split", [])
            shape = net.shape(x)
            if not sizes and shape is not None:
                sizes = [shape[1] // len(node.output)] * len(node.output)
            return torch.split, (x,), ([int(size) for size in sizes], _channel_axis(node, 0))
        case "Slice":
            return _slice(node, x, rest, net)
        case "Gather":
            return _gathered, (x, *rest), (_channel_axis(node, 0),)
        case "DepthToSpace":
            told = _attribute(node, "blocksize"), _attribute(node, "mode", b"DCR") == b"CRD"
            return _depth_to_space, (x,), told
        case "SpaceToDepth":
            return _space_to_depth, (x,), (_attribute(node, "blocksize"),)
        case "Resize" | "Upsample":
            return _resize(node, net)
        case "BipolarQuant":
            return _sign, (x, *_scale(rest[0], net)[0]), _scale(rest[0], net)[1]
        case "Quant" | "IntQuant":
            return _quant(node, x, rest, net)
    raise HostError(f"{node.op_type} {node.name}: not among the nodes that Tarsier exports")


def _pad(node: NodeProto, x: str, rest: Sequence[str], net: Shaped) -> Operation:
    mode = _attribute(node, "mode", b"constant").decode()
    modes = {"constant": "constant", "edge": "replicate"}
    if mode not in modes or len(rest) > 2:
        raise HostError(f"Pad {node.name}: mode {mode} of all axes must be constant or edge")
    sides = [int(side) for side in net.numbers(rest[0])]
    if len(sides) != 8 or any(sides[axis] for axis in (0, 1, 4, 5)):
        raise HostError(f"Pad {node.name}: pads {sides} must be of rows and columns alone")
    fill = net.numbers(rest[1])[0] if rest[1:] and mode == "constant" else 0.0
    around = [sides[3], sides[7], sides[2], sides[6]]
    return F.pad, (x,), (around, modes[mode], fill if mode == "constant" else None)


def _geometry(node: NodeProto) -> tuple[list[int], list[int], list[int], int]:
    """Zeros around the frame, as F.pad wants them, strides, dilations and groups of a Conv."""
    automatic = _attribute(node, "auto_pad", b"NOTSET").decode()
    if automatic not in ("NOTSET", "VALID"):
        raise HostError(f"{node.op_type} {node.name}: auto_pad {automatic} must be written as pads")
    top, left, bottom, right = _attribute(node, "pads", [0, 0, 0, 0])
    strides, dilations = (_attribute(node, name, [1, 1]) for name in ("strides", "dilations"))
    return [left, right, top, bottom], strides, dilations, _attribute(node, "group", 1)


def _transposed_geometry(node: NodeProto) -> tuple[Any, ...]:
    (left, right, top, bottom), strides, dilations, groups = _geometry(node)
    if (left, top) != (right, bottom) or _attribute(node, "output_shape"):
        raise HostError(
            f"ConvTranspose {node.name}: pads {_attribute(node, 'pads')} must be the same on both"
            " sides, without an output_shape"
        )
    return strides, [top, left], _attribute(node, "output_padding", [0, 0]), groups, dilations


def _pool(node: NodeProto, x: str) -> Operation:
    around, strides, dilations, _ = _geometry(node)
    if any(around) or any(side != 1 for side in dilations) or _attribute(node, "ceil_mode", 0):
        raise HostError(
            f"{node.op_type} {node.name}: pads {around}, dilations {dilations} and ceil_mode must"
            " be none"
        )
    work = F.avg_pool2d if node.op_type == "AveragePool" else F.max_pool2d
    return work, (x,), (_attribute(node, "kernel_shape"), strides)


def _slice(node: NodeProto, x: str, rest: Sequence[str], net: Shaped) -> Operation:
    starts, ends, *more = ([int(n) for n in net.numbers(name)] for name in rest)
    axes = more[0] if more else [0]
    step = more[1][0] if more[1:] else 1
    if axes not in ([1], [-3]) or step < 1:
        raise HostError(f"Slice {node.name}: axes {axes} by {step} must be channels, forwards")
    return _channels, (x,), (starts[0], ends[0], step)


def _resize(node: NodeProto, net: Shaped) -> Operation:
    given = [net.numbers(name) if name in net.constants else [] for name in node.input[1:]]
    given = [numbers for numbers in given if len(numbers) == 4]
    told, known = given[-1] if given else [], net.shape(node.input[0])
    if len(node.input) == 4 and node.input[3] and known is not None:  # sizes
        told = [size / side for size, side in zip(told, known, strict=True)]
    mode = _attribute(node, "mode", b"nearest").decode()
    default = b"asymmetric" if node.op_type == "Upsample" else b"half_pixel"
    place = _attribute(node, "coordinate_transformation_mode", default).decode()
    rounding = _attribute(node, "nearest_mode", b"round_prefer_floor").decode()
    match mode, place, rounding:
        case ("nearest", "asymmetric", "floor") if node.op_type == "Resize":
            exact = True
        case "nearest", "half_pixel" | "pytorch_half_pixel", _:
            exact = rounding.startswith("round")
        case "linear", "half_pixel" | "pytorch_half_pixel", _:
            exact = True
        case _:
            exact = mode == "nearest" and node.op_type == "Upsample"
    if not exact or len(told) != 4 or any(factor != int(factor) for factor in told):
        raise HostError(
            f"{node.op_type} {node.name}: {mode} by {told} at {place}, {rounding}, must be by whole"
            " factors: nearest with each pixel repeated, or linear at half_pixel"
        )
    factors = tuple(int(factor) for factor in told[2:])
    return _resized, (node.input[0],), (factors, "bilinear" if mode == "linear" else "nearest")


def _quant(node: NodeProto, x: str, rest: Sequence[str], net: Shaped) -> Operation:
    names, numbers = _scale(rest[0], net)
    zero, bits = (net.numbers(name)[0] for name in rest[1:])
    rounding = _attribute(node, "rounding_mode", b"ROUND").decode().upper()
    if rounding not in _ROUND:
        raise HostError(
            f"{node.op_type} {node.name}: rounding_mode {rounding} must be {', '.join(_ROUND)}"
        )
    if any(net.constants[name].numel() != 1 for name in rest[1:]):
        raise HostError(f"{node.op_type} {node.name}: bits and zero point must be one number each")
    signed, narrow = (_attribute(node, name, 0) for name in ("signed", "narrow"))
    span = 2.0**bits
    low = -span / 2 if signed else 0.0
    high = low + span - 1
    ends = (low + bool(narrow), high) if signed else (low, high - bool(narrow))
    return _quantized, (x, *names), (*numbers, *ends, zero, rounding)


def _scale(name: str, net: Shaped) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """A scale as a tensor to take, where it has one for each channel, or as a number."""
    one = net.constants[name].numel() == 1
    return ((), (net.numbers(name)[0],)) if one else ((name,), ())


def _channel_axis(node: NodeProto, otherwise: int = 1) -> int:
    axis = _attribute(node, "axis", otherwise)
    if axis not in (1, -3):
        raise HostError(f"{node.op_type} {node.name}: axis {axis} must be 1, the channels")
    return 1


def _same(x: Tensor) -> Tensor:
    return x


def _convolved(x: Tensor, weights: Tensor, *rest: Any) -> Tensor:
    """`rest` is the bias, where there is one, and the four of `_geometry`."""
    *bias, pads, strides, dilations, groups = rest
    if any(pads):
        x = F.pad(x, pads)
    return F.conv2d(x, weights, bias[0] if bias else None, strides, 0, dilations, groups)


def _transposed(x: Tensor, weights: Tensor, *rest: Any) -> Tensor:
    """`rest` is the bias, where there is one, and the five of `_transposed_geometry`."""
    *bias, strides, pads, more, groups, dilations = rest
    return F.conv_transpose2d(
        x, weights, bias[0] if bias else None, strides, pads, more, groups, dilations
    )


def _normalized(
    x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, epsilon: float
) -> Tensor:
    return F.batch_norm(x, mean, variance, scale, bias, eps=epsilon)


def _joined(*parts: Any) -> Tensor:
    *tensors, axis = parts
    return torch.cat(tensors, axis)


def _channels(x: Tensor, start: int, end: int, step: int) -> Tensor:
    return x[:, start:end:step]


def _gathered(x: Tensor, indices: Tensor, axis: int) -> Tensor:
    return torch.index_select(x, axis, indices.flatten() % x.shape[axis])


def _depth_to_space(x: Tensor, block: int, columns_last: bool) -> Tensor:
    """Channels as blocks of pixels; without `columns_last` those of a pixel stand together."""
    if columns_last:
        return F.pixel_shuffle(x, block)
    b, c, h, w = x.shape
    depth = c // block**2
    pixels = x.reshape(b, block, block, depth, h, w).permute(0, 3, 4, 1, 5, 2)
    return pixels.reshape(b, depth, h * block, w * block)


def _space_to_depth(x: Tensor, block: int) -> Tensor:
    b, c, h, w = x.shape
    pixels = x.reshape(b, c, h // block, block, w // block, block).permute(0, 3, 5, 1, 2, 4)
    return pixels.reshape(b, c * block**2, h // block, w // block)


def _resized(x: Tensor, factors: tuple[int, int], mode: str) -> Tensor:
    told = {"align_corners": False} if mode == "bilinear" else {}
    size = [x.shape[2] * factors[0], x.shape[3] * factors[1]]
    return F.interpolate(x, size, mode=mode, **told)


def _prelu(x: Tensor, slope: Tensor) -> Tensor:
    return torch.where(x > 0, x, x * slope)


def _sign(x: Tensor, scale: Any) -> Tensor:
    return torch.where(x >= 0, scale, -scale).to(x.dtype)


def _quantized(
    x: Tensor, scale: Any, low: float, high: float, zero: float, rounding: str
) -> Tensor:
    """Codes from `low` to `high` times their scale; `zero` stands for 0."""
    rounded = _ROUND[rounding]
    if zero:
        return (rounded(x / scale + zero).clamp(low, high) - zero) * scale
    return rounded(x / scale).clamp(low, high) * scale


def _attribute(node: NodeProto, name: str, otherwise: Any = None) -> Any:
    """That of `node`, or what it is where nothing is said."""
    found = (helper.get_attribute_value(a) for a in node.attribute if a.name == name)
    return next(found, otherwise)
