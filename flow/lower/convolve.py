# SPDX-License-Identifier: MIT
"""Convolutions: a window where there is more than one tap, and a dot product of its terms.

Weights are integers times a scale per row, whatever made them. A dot product sees sum(w * i) and
its result stands for sum(w * (scale * i + offset)): scales that differ between channels go into the
weights, offsets into the bias or into what the sums stand for. Groups are rows of zeros, which cost
nothing where a matrix is built in.
"""

from dataclasses import dataclass, replace

import numpy as np
from onnx import NodeProto
from qonnx.core.datatype import DataType

from tarsier_fpga.flow.lower.attributes import attribute
from tarsier_fpga.flow.lower.hardware import Hardware
from tarsier_fpga.flow.lower.join import to_integers, with_border
from tarsier_fpga.flow.lower.meaning import Border, Integers, Value
from tarsier_fpga.flow.lower.weights import constant, integer_rows, told_scale, ungrouped
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["convolve", "convolve_transposed"]

_NEAR = 1e-6
_WIDEST = 1 << 15  # of a weight, times the ratio of its channel's scale to the finest
_SPAN = 15  # taps along an axis, with the gaps of a dilation


@dataclass(frozen=True, eq=False)
class _Geometry:
    kernel: tuple[int, int]
    stride: int
    dilation: int
    sides: tuple[int, int, int, int]  # top, bottom, left, right
    groups: int


def convolve(hardware: Hardware, value: Value, node: NodeProto) -> Value:
    """What Conv `node` makes of `value`.

    Raises:
        FlowError: no kernel has its geometry, its weights are no integers times a scale, or what
            stands outside the frame is none of the integers of its stream.
    """
    model = value.model
    weights = constant(model, node, 1)
    bias = constant(model, node, 2) if len(node.input) > 2 and node.input[2] else None
    geometry = _geometry(node, weights)
    if any(geometry.sides):
        border = Border(geometry.sides, np.zeros(value.channels))
        value = with_border(hardware, value, border, node)
    dense = ungrouped(weights, geometry.groups, value.channels, node)
    told = told_scale(model, node, len(dense))
    made = _dot(hardware, value, dense, bias, geometry, node, told)
    return Value(node.output[0], (made,), model=model)


def convolve_transposed(hardware: Hardware, value: Value, node: NodeProto) -> Value:
    """What ConvTranspose `node`, 2x2 at stride 2, makes of `value`: a dot and a pixel shuffle."""
    weights = constant(value.model, node, 1)
    bias = constant(value.model, node, 2) if len(node.input) > 2 and node.input[2] else None
    wanted = {"strides": [2, 2], "pads": [0, 0, 0, 0], "group": 1, "dilations": [1, 1]}
    wanted["output_padding"] = [0, 0]
    for name, want in wanted.items():
        given = attribute(node, name, want)
        if given != want or weights.shape[2:] != (2, 2):
            raise FlowError(
                f"ConvTranspose {node.name}: a kernel of {list(weights.shape[2:])} with {name}"
                f" {given}; it must be [2, 2] with strides [2, 2], no pads, one group"
            )
    # (I, O, 2, 2): row o*4 + 2*ky + kx is what lands at (ky, kx) of channel o.
    rows = weights.transpose(1, 2, 3, 0).reshape(-1, weights.shape[0], 1, 1)
    spread_bias = None if bias is None else np.repeat(bias.ravel(), 4)
    geometry = _Geometry((1, 1), 1, 1, (0, 0, 0, 0), 1)
    told = told_scale(value.model, node, weights.shape[1])
    x = to_integers(hardware, value, node)
    if x.is_bits:  # what their offset adds would differ within a square
        x = _signed_bits(hardware, x)
    value = Value(value.source, (x,), border=value.border, model=value.model)
    told = None if told is None else told.repeat(4)
    sums = _dot(hardware, value, rows, spread_bias, geometry, node, told)
    squares = [each.reshape(-1, 4) for each in (sums.scale, sums.offset)]
    if any(np.any(np.abs(each - each[:, :1]) > _NEAR) for each in squares):
        raise FlowError(
            f"ConvTranspose {node.name}: its weights have no scale that is the same for all taps of"
            " a channel; quantize them for a channel or as a whole"
        )
    tensor = hardware.add("TarsierPixelShuffle", [sums.tensor], factor=2)
    made = replace(sums, tensor=tensor, scale=sums.scale[::4], offset=sums.offset[::4])
    return Value(node.output[0], (made,), model=value.model)


def _dot(
    hardware: Hardware,
    value: Value,
    weights: np.ndarray,
    bias: np.ndarray | None,
    geometry: _Geometry,
    node: NodeProto,
    told: np.ndarray | None,
) -> Integers:
    """The sums of (O, I, kh, kw) `weights`, whose rows are `told` to have scales, as a stream."""
    matrix, row_scale = integer_rows(weights, told, node)
    x = to_integers(hardware, value, node)
    x = _bordered(hardware, x, value.border, node)
    tensor = _windows(hardware, x, value.border, geometry, node)
    unit = float(np.abs(x.scale).min())
    ratio = x.scale / unit
    if np.any(np.abs(ratio - np.rint(ratio)) > _NEAR) or np.abs(ratio).max() > _WIDEST:
        raise FlowError(
            f"{node.op_type} {node.name}: its input's channels have scales"
            f" {', '.join(f'{s:g}' for s in np.unique(x.scale)[:4])}; they must be whole multiples"
            " of the smallest, or a Quant of one scale must stand before it"
        )
    # Offsets are summed over all taps; what stands outside the frame is an integer like any.
    offset = (weights * x.offset[None, :, None, None]).sum(axis=(1, 2, 3))
    if bias is not None:
        offset = offset + bias.ravel()
    scaled = matrix * np.rint(ratio).astype(np.int64)[None, :, None, None]
    square = _square(scaled, geometry)
    rows = square.transpose(0, 2, 3, 1).reshape(len(square), -1)  # (ky, kx, c): the window's order
    scale = row_scale * unit
    if x.is_bits and np.all(np.abs(rows) == 1):
        return _xnor_dot(hardware, tensor, rows, scale, offset)
    return _int_dot(hardware, x, tensor, rows, scale, offset)


def _xnor_dot(
    hardware: Hardware, tensor: str, rows: np.ndarray, scale: np.ndarray, offset: np.ndarray
) -> Integers:
    """Popcounts p of equal bits: sum(w * i) = p - how many weights are -1."""
    matrix = hardware.add_constant(rows, "BIPOLAR")
    sums = hardware.add("TarsierXnorDot", [tensor], [matrix], rows=len(rows))
    negative = (rows < 0).sum(axis=1)
    datatype = hardware.datatype(sums)
    return Integers(sums, datatype, 0, rows.shape[1], scale, offset - scale * negative)


def _int_dot(
    hardware: Hardware,
    x: Integers,
    tensor: str,
    rows: np.ndarray,
    scale: np.ndarray,
    offset: np.ndarray,
) -> Integers:
    """Sums that start from a bias, where all offsets are whole steps of the sum."""
    steps = offset / scale
    bias = np.rint(steps).astype(np.int64)
    if np.any(np.abs(steps - bias) > _NEAR) or np.abs(bias).max() >= 1 << 31:
        bias = np.zeros(len(rows), np.int64)
    else:
        offset = np.zeros(len(rows))
    sums = hardware.add_int_dot(tensor, x.datatype, rows, bias)
    ends = np.sort(np.stack([rows * x.least, rows * x.most]), axis=0).sum(axis=2) + bias
    least, most = int(ends[0].min()), int(ends[1].max())
    return Integers(sums, hardware.datatype(sums), least, most, scale, offset)


def _windows(
    hardware: Hardware, x: Integers, border: Border | None, geometry: _Geometry, node: NodeProto
) -> str:
    """The stream of windows; of pixels where there is one tap to each."""
    side, dilation = max(geometry.kernel), geometry.dilation
    span = dilation * (side - 1)
    sides = border.sides if border is not None else (0, 0, 0, 0)
    grown = _grown(sides, geometry, side)
    even = len(set(grown)) == 1 and 0 <= grown[0] <= span
    if side == 1 and geometry.stride == 1 and not any(sides):
        return x.tensor
    outside = _outside(x, border)
    tensor, padding = x.tensor, grown[0]
    if not even or (border is not None and border.fill is None):
        # Rows and columns that a window of one shape cannot add itself come before it.
        if min(grown) < 0:
            raise FlowError(f"{node.op_type} {node.name}: pads {sides} must not be negative")
        repeats = border is not None and border.fill is None
        constants = [] if repeats else [hardware.add_constant(outside, "INT32")]
        tensor = hardware.add("TarsierPad", [tensor], constants, border=list(grown))
        padding = 0
    pad = hardware.add_constant(outside, "INT32")
    facts = {"kernel": side, "dilation": dilation}
    if geometry.stride != 1:
        facts["stride"] = geometry.stride
    if geometry.stride != 1 or 2 * padding != span:
        facts["padding"] = padding
    return hardware.add("TarsierWindow", [tensor], [pad], **facts)


def _grown(
    sides: tuple[int, int, int, int], geometry: _Geometry, side: int
) -> tuple[int, int, int, int]:
    """`sides` for the square kernel that holds the given one in its middle."""
    rows, columns = ((side - k) * geometry.dilation for k in geometry.kernel)
    top, left = (extra // 2 for extra in (rows, columns))
    return sides[0] + top, sides[1] + rows - top, sides[2] + left, sides[3] + columns - left


def _square(weights: np.ndarray, geometry: _Geometry) -> np.ndarray:
    """(O, I, k, k) `weights` of a kernel that is wider than high, or higher, with zeros around."""
    side = max(geometry.kernel)
    tops = [(side - k) * geometry.dilation // 2 for k in geometry.kernel]
    if any(top % geometry.dilation for top in tops):
        tops = [(side - k) // 2 * geometry.dilation for k in geometry.kernel]
    first = [top // geometry.dilation for top in tops]
    whole = np.zeros((*weights.shape[:2], side, side), weights.dtype)
    rows, columns = geometry.kernel
    whole[:, :, first[0] : first[0] + rows, first[1] : first[1] + columns] = weights
    return whole


def _outside(x: Integers, border: Border | None) -> np.ndarray:
    """(C,) integers that stand for the fill of `border`."""
    if border is None or border.fill is None:
        return np.zeros(x.channels, np.int64)
    steps = (border.fill - x.offset) / x.scale
    return np.rint(steps).astype(np.int64)


def _bordered(hardware: Hardware, x: Integers, border: Border | None, node: NodeProto) -> Integers:
    """`x` with integers for what the border holds; bits of +-1 get a zero between them."""
    if border is None or border.fill is None:
        return x
    steps = (border.fill - x.offset) / x.scale
    whole = np.all(np.abs(steps - np.rint(steps)) < _NEAR)
    if whole and np.all((steps > x.least - _NEAR) & (steps < x.most + _NEAR)):
        return x
    if x.is_bits and np.allclose(steps, 0.5, rtol=0, atol=_NEAR):
        return _signed_bits(hardware, x)
    if whole and np.all((steps >= x.datatype.min()) & (steps <= x.datatype.max())):
        least, most = int(min(x.least, steps.min())), int(max(x.most, steps.max()))
        return replace(x, least=least, most=most)
    raise FlowError(
        f"{node.op_type} {node.name}: outside the frame stands {border.fill[0]:g}, which is none of"
        f" the values {x.of(np.array([x.least, x.most]))[0].tolist()} in steps of"
        f" {abs(x.scale[0]):g} that its input has"
    )


def _signed_bits(hardware: Hardware, x: Integers) -> Integers:
    """Bits as -1 and +1, so that there is a 0 between them."""
    table = hardware.add_constant(np.tile([-1, 1], (x.channels, 1)), "INT2")
    tensor = hardware.add("TarsierActTable", [x.tensor], [table], outputDataType="INT2")
    scale, offset = x.scale / 2, x.offset + x.scale / 2
    return Integers(tensor, DataType["INT2"], -1, 1, scale, offset)


def _geometry(node: NodeProto, weights: np.ndarray) -> _Geometry:
    kernel = tuple(weights.shape[2:])
    pads = attribute(node, "pads", [0, 0, 0, 0])
    strides, dilations = (attribute(node, name, [1, 1]) for name in ("strides", "dilations"))
    dilation = 1 if max(kernel) == 1 else dilations[0]
    told = f"Conv {node.name}: kernel {list(kernel)}, strides {strides}, dilations {dilations}"
    if len(set(strides)) > 1 or strides[0] not in (1, 2):
        raise FlowError(f"{told}: strides must be [1, 1] or [2, 2]")
    if len(set(dilations)) > 1 or dilation * (max(kernel) - 1) > _SPAN:
        raise FlowError(
            f"{told}: dilations must be the same both ways, and a window at most {_SPAN + 1}"
            " pixels wide"
        )
    top, left, bottom, right = pads
    return _Geometry(
        (kernel[0], kernel[1]),
        strides[0],
        dilation,
        (top, bottom, left, right),
        attribute(node, "group", 1),
    )
