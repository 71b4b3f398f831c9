# SPDX-License-Identifier: MIT
"""A quantizer, with all that stands between it and the integers before it, becomes one kernel.

nothing changes                          no kernel, the integers get another meaning
one bit                                  sign_threshold
a popcount                               act_table
a shift, after a dot product             requant, what is added goes into the dot's bias
few integers                             act_table, whatever the function is
lines with at most one knot              affine_requant
two streams                              join.py
"""

from dataclasses import dataclass, replace

import numpy as np
from onnx import NodeProto
from qonnx.core.datatype import BaseDataType, DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.general.intquant import max_int, min_int

from tarsier_fpga.flow.lower.attributes import attribute
from tarsier_fpga.flow.lower.doubles import constant_of
from tarsier_fpga.flow.lower.hardware import Hardware
from tarsier_fpga.flow.lower.meaning import Integers, Value, datatype_of, spread
from tarsier_fpga.flow.lower.staircase import Levels, Lines, first_where, lines_of
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["TABLE_ENTRIES", "Target", "quantize", "table_of", "target_of", "whole"]

TABLE_ENTRIES = 1024  # of a table for each channel; more are lines or nothing
_LOOKED_AT = 1 << 20  # integers of all channels that are looked at one by one
_NEAR = 1e-6  # of a step: what doubles may be off by


@dataclass(frozen=True, eq=False)
class Target:
    """The integers that the quantizer `node` gives, and how it rounds to them."""

    node: NodeProto
    integers: Integers
    mode: str

    @property
    def datatype(self) -> BaseDataType:
        return self.integers.datatype


def quantize(hardware: Hardware, value: Value, node: NodeProto) -> Value:
    """What `node`, a quantizer, makes of `value`, which has one term.

    Raises:
        FlowError: no kernel computes the nodes between exactly; the sentence says why.
    """
    [x] = value.terms
    target = target_of(value.model, node, value.channels)
    after = value.after(node)

    def levels(integers: np.ndarray) -> np.ndarray:
        return whole(after.within(integers), target.integers, node)

    made = (
        _unchanged(x, target, levels)
        or _bits(hardware, value, target, levels)
        or _table_of_popcounts(hardware, x, target, levels)
    )
    if made is None:
        lines = lines_of(value, levels, target.integers, target.mode)
        made = (
            (_shifted(hardware, value, target, levels, lines) if lines else None)
            or _table(hardware, x, target, levels)
            or (_affine(hardware, x, target, lines) if lines else None)
        )
    if made is None:
        steps = " -> ".join(f"{each.op_type} {each.name}" for each in (*value.chain, node))
        raise FlowError(
            f"{steps}: no kernel computes this on integers {x.least} to {x.most}; it must be lines"
            " with one knot, or a Quant of at most 10 bits must stand before it"
        )
    return Value(node.output[0], (made,), border=after.border, model=value.model)


def target_of(model: ModelWrapper, node: NodeProto, channels: int) -> Target:
    """What quantizer `node` rounds to.

    Raises:
        FlowError: its scale, zero point or bits are no constants, or have no meaning in hardware.
    """
    constants = [constant_of(model, name) for name in node.input[1:]]
    if any(constant is None for constant in constants):
        raise FlowError(f"{node.op_type} {node.name}: its scale, zero point and bits must be fixed")
    scale = spread(constants[0], channels)
    if np.any(scale <= 0):
        raise FlowError(f"{node.op_type} {node.name}: scale {scale.min():g} must be above 0")
    if node.op_type == "BipolarQuant":
        return Target(node, Integers("", DataType["BINARY"], 0, 1, 2 * scale, -scale), "ROUND")
    zero, bits = constants[1:]
    assert zero is not None and bits is not None
    width = float(bits.ravel()[0])
    if np.any(bits != width) or not width.is_integer() or not 1 <= width <= 24:
        raise FlowError(f"Quant {node.name}: {width:g} bits must be the same for all, 1 to 24")
    if np.any(zero != np.rint(zero)):
        raise FlowError(f"Quant {node.name}: zero point {zero.ravel()[0]:g} must be an integer")
    signed, narrow = bool(attribute(node, "signed", 1)), bool(attribute(node, "narrow", 0))
    told = attribute(node, "rounding_mode", "ROUND").upper()
    offset = -spread(zero, channels) * scale
    if width == 1 and signed:  # as qonnx executes it: +1 or -1
        return Target(node, Integers("", DataType["BINARY"], 0, 1, 2 * scale, offset - scale), told)
    least, most = (int(end(signed, narrow, int(width))) for end in (min_int, max_int))
    datatype = DataType[f"{'INT' if signed else 'UINT'}{int(width)}"]
    return Target(node, Integers("", datatype, least, most, scale, offset), told)


def whole(values: np.ndarray, integers: Integers, node: NodeProto) -> np.ndarray:
    """The integers of (C, N) `values`; FlowError if they are none."""
    steps = (values - integers.offset[:, None]) / integers.scale[:, None]
    nearest = np.rint(steps)
    if np.any(np.abs(steps - nearest) > _NEAR):
        raise FlowError(
            f"{node.op_type} {node.name}: what it gives are no whole steps of its scale"
        )
    return nearest.astype(np.int64)


def table_of(hardware: Hardware, x: Integers, levels: Levels, y: Integers) -> Integers:
    """Kernel act_table: what `levels` makes of every integer that the lanes of `x` can carry."""
    first, last = _carried(x)
    domain = np.broadcast_to(np.arange(first, last + 1), (x.channels, last - first + 1))
    values = levels(domain)
    table = hardware.add_constant(values, datatype_of(int(values.min()), int(values.max())).name)
    tensor = hardware.add("TarsierActTable", [x.tensor], [table], outputDataType=y.datatype.name)
    return replace(y, tensor=tensor, least=int(values.min()), most=int(values.max()))


def _carried(x: Integers) -> tuple[int, int]:
    """The least and the most that a table has entries for: of a popcount its own, else all."""
    if x.datatype.signed() or x.most.bit_length() != x.datatype.bitwidth():
        return int(x.datatype.min()), int(x.datatype.max())
    return 0, x.most


def _unchanged(x: Integers, target: Target, levels: Levels) -> Integers | None:
    if x.count * x.channels > _LOOKED_AT:
        return None
    domain = np.broadcast_to(np.arange(x.least, x.most + 1), (x.channels, x.count))
    if not np.array_equal(levels(domain), domain):
        return None
    y = target.integers
    return replace(x, scale=y.scale, offset=y.offset)


def _bits(hardware: Hardware, value: Value, target: Target, levels: Levels) -> Integers | None:
    """Kernel sign_threshold; where the function falls, the bit is turned over, and its scale."""
    y = target.integers
    [x] = value.terms
    if not y.is_bits:
        return None
    ends = levels(np.broadcast_to([x.least, x.most], (x.channels, 2)))
    falls = ends[:, 0] > ends[:, 1]
    if x.count <= 1 << 16:
        domain = np.broadcast_to(np.arange(x.least, x.most + 1), (x.channels, x.count))
        climbs = np.diff(levels(domain), axis=1)
        if np.any(np.where(falls[:, None], climbs > 0, climbs < 0)):
            return table_of(hardware, x, levels, y) if x.count <= TABLE_ENTRIES else None

    def passed(integers: np.ndarray) -> np.ndarray:
        return (levels(integers) == 1) != falls[:, None]

    steps = first_where(passed, x)
    if x.datatype.signed():
        tensor, lanes = x.tensor, x.datatype
    else:
        lanes = DataType[f"INT{x.datatype.bitwidth() + 1}"]
        tensor = hardware.add("TarsierWiden", [x.tensor], outputDataType=lanes.name)
    # A step beyond the range means always or never; one past either end says the same.
    steps = np.where(steps <= x.least, int(lanes.min()), steps)
    steps = np.where(steps > x.most, int(lanes.max()) + 1, steps)
    levels_name = hardware.add_constant(steps, "INT32")
    tensor = hardware.add("TarsierSignThreshold", [tensor], [levels_name])
    scale = np.where(falls, -y.scale, y.scale)
    offset = np.where(falls, y.offset + y.scale, y.offset)
    return replace(y, tensor=tensor, scale=scale, offset=offset)


def _table_of_popcounts(
    hardware: Hardware, x: Integers, target: Target, levels: Levels
) -> Integers | None:
    node = hardware.producer(x.tensor)
    if node is None or node.op_type != "TarsierXnorDot":
        return None
    return _table(hardware, x, target, levels)


def _table(hardware: Hardware, x: Integers, target: Target, levels: Levels) -> Integers | None:
    first, last = _carried(x)
    if last - first >= TABLE_ENTRIES:
        return None
    return table_of(hardware, x, levels, target.integers)


def _shifted(
    hardware: Hardware, value: Value, target: Target, levels: Levels, lines: Lines
) -> Integers | None:
    """Kernel requant, where a power of two and a constant of the dot product's are all there is."""
    [x] = value.terms
    alone = lines.shift_alone
    if alone is None or not x.datatype.signed():
        return None
    shift, added = alone
    if np.any(added) and not (_is_read_once(value, target.node) and _add_bias(hardware, x, added)):
        return None
    y = target.integers
    floor, ceiling = _clamp(lines, levels, x, y)
    tensor = hardware.add(
        "TarsierRequant",
        [x.tensor],
        shift=shift,
        floor=floor,
        ceiling=ceiling,
        outputDataType=y.datatype.name,
    )
    return replace(
        y, tensor=tensor, least=max(y.least, lines.floor), most=min(y.most, lines.ceiling)
    )


def _clamp(lines: Lines, levels: Levels, x: Integers, y: Integers) -> tuple[int, int]:
    """Where to saturate: at the ends of the type of `y`, unless a Relu or a Clip does it before."""
    wide = replace(lines, floor=y.least, ceiling=y.most)
    lowest, highest = (np.full((x.channels, 1), end) for end in (x.least, x.most))
    rectified = not np.any(lines.below[0]) and not np.any(lines.below[1])
    open_below = not rectified and np.array_equal(wide.at(lowest), levels(lowest))
    open_above = np.array_equal(wide.at(highest), levels(highest))
    floor = y.least if open_below else max(y.least, lines.floor)
    return floor, y.most if open_above else lines.ceiling


def _is_read_once(value: Value, last: NodeProto) -> bool:
    """Whether nothing but the chain up to `last` reads what the chain starts from."""
    names = [value.source, *(node.output[0] for node in value.chain)]
    outputs = {tensor.name for tensor in value.model.graph.output}
    return all(len(value.model.find_consumers(name)) == 1 and name not in outputs for name in names)


def _add_bias(hardware: Hardware, x: Integers, added: np.ndarray) -> bool:
    """Add (C,) integers to the bias of the dot product that makes `x`, if one does."""
    node = hardware.producer(x.tensor)
    if node is None or node.op_type != "TarsierIntDot" or hardware.readers(x.tensor):
        return False
    hardware.rebias(node, added)
    return True


def _affine(hardware: Hardware, x: Integers, target: Target, lines: Lines) -> Integers:
    y = target.integers
    table = hardware.add_constant(
        lines.table, "INT64" if np.abs(lines.table).max() >= 1 << 31 else "INT32"
    )
    tensor = hardware.add(
        "TarsierAffineRequant",
        [x.tensor],
        [table],
        shift=lines.shift,
        floor=lines.floor,
        ceiling=lines.ceiling,
        outputDataType=y.datatype.name,
    )
    return replace(y, tensor=tensor, least=lines.floor, most=lines.ceiling)
