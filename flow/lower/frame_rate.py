# SPDX-License-Identifier: MIT
"""Means over a frame, and products with what is one pixel for a whole frame.

GlobalAveragePool, ReduceMean over rows and columns, and its Quant     channel_stats
    of |x|, behind an Abs; of x^2, behind a Pow of 2
Mul with a frame of one pixel                                          frame_scale, exact
    and the Quant behind it                                            frame_scale, rounded
"""

from collections.abc import Collection
from dataclasses import replace
from math import frexp

import numpy as np
from onnx import NodeProto
from qonnx.core.datatype import DataType
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.lower.attributes import attribute
from tarsier_fpga.flow.lower.doubles import constant_of
from tarsier_fpga.flow.lower.hardware import Hardware
from tarsier_fpga.flow.lower.join import flattened, to_integers
from tarsier_fpga.flow.lower.meaning import Integers, Value
from tarsier_fpga.flow.lower.quantize import target_of
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.describe.ranges import signed_width
from tarsier_fpga.hls.golden.channel_stats import Statistic

__all__ = ["averaged", "multiplied", "round_products"]

_QUANTIZERS = ("Quant", "IntQuant")
_INT = 32  # bits of an exact product, which is a clamp's end


def averaged(hardware: Hardware, value: Value, node: NodeProto) -> Value:
    """The mean `node` of the whole frame, in the steps of the Quant that reads it.

    Raises:
        FlowError: it is of other axes, no Quant of a fitting scale reads it, or 0 is no integer of
            its input.
    """
    told = f"{node.op_type} {node.name}"
    _check_axes(value, node)
    statistic, value = _statistic(flattened(hardware, value, node))
    x = to_integers(hardware, value, node)
    squared = 2 if statistic is Statistic.SQUARE else 1
    if np.any(x.offset != 0) or np.any(x.scale <= 0):
        raise FlowError(f"{told}: 0 must be an integer of its input; a Quant must stand before it")
    readers: list[NodeProto] = value.model.find_consumers(node.output[0]) or []
    if len(readers) != 1 or readers[0].op_type not in _QUANTIZERS:
        raise FlowError(f"{told}: a mean is rounded, so one Quant and nothing else must read it")
    target = target_of(value.model, readers[0], x.channels)
    fraction = _places(x.scale**squared / target.integers.scale)
    if fraction is None or target.mode not in ("ROUND", "HALF_EVEN"):
        raise FlowError(
            f"{told}: Quant {readers[0].name} of scale {target.integers.scale[0]:g} must round a"
            f" half to the even, in steps of {x.scale[0] ** squared:g} or a half, a quarter, ... of"
            " it"
        )
    tensor = hardware.add(
        "TarsierChannelStats", [x.tensor], statistic=str(statistic), fraction=fraction
    )
    least, most = (end << fraction for end in _ends(x, statistic))
    y = Integers(
        *(tensor, hardware.datatype(tensor), least, most),
        *(target.integers.scale, np.zeros(x.channels)),
    )
    return Value(node.output[0], (y,), model=value.model)


def multiplied(hardware: Hardware, values: list[Value], node: NodeProto) -> Value:
    """The exact product of a frame and a frame of one pixel.

    Raises:
        FlowError: neither has one pixel, it has negative integers, or 0 is no integer of one.
    """
    told = f"Mul {node.name}"
    terms = [to_integers(hardware, flattened(hardware, v, node), node) for v in values]
    once = [hardware.shape(x.tensor)[:2] == (1, 1) for x in terms]
    if not any(once) or terms[0].channels != terms[1].channels:
        shapes = " and ".join(str(hardware.shape(x.tensor)) for x in terms)
        raise FlowError(
            f"{told}: frames of {shapes} (rows, columns, channels) meet; one must have a single"
            " pixel, and both as many channels"
        )
    x, k = terms if once[1] else terms[::-1]
    if any(np.any(each.offset != 0) for each in terms) or k.datatype.signed():
        raise FlowError(
            f"{told}: 0 must be an integer of both frames, and the one of a single pixel unsigned;"
            " a Quant must stand before it"
        )
    ends = [x.least * k.most, x.most * k.most, x.least * k.least, x.most * k.least]
    least, most = min(ends), max(ends)
    width = signed_width(least, most)
    if width > _INT:
        raise FlowError(f"{told}: products of {width} bits must fit in {_INT}")
    datatype = DataType[f"INT{max(2, width)}"]
    tensor = hardware.add(
        "TarsierFrameScale",
        [x.tensor, k.tensor],
        floor=int(datatype.min()),
        ceiling=int(datatype.max()),
        outputDataType=datatype.name,
    )
    y = Integers(tensor, datatype, least, most, x.scale * k.scale, np.zeros(x.channels))
    return Value(node.output[0], (y,), model=values[0].model)


def round_products(hardware: Hardware, outputs: Collection[str]) -> None:
    """Give every TarsierFrameScale of `hardware` the rounding of a TarsierRequant that alone reads
    its exact products.

    `outputs` are the tensors that the outside reads.
    """
    for node in [node for node in hardware.nodes if node.op_type == "TarsierFrameScale"]:
        [product] = node.output
        readers = hardware.readers(product)
        if len(readers) != 1 or readers[0].op_type != "TarsierRequant" or product in outputs:
            continue
        scale, requant = getCustomOp(node), getCustomOp(readers[0])
        for name in ("shift", "floor", "ceiling", "outputDataType"):
            scale.set_nodeattr(name, requant.get_nodeattr(name))
        node.output[:] = readers[0].output
        hardware.nodes.remove(readers[0])


def _check_axes(value: Value, node: NodeProto) -> None:
    if node.op_type == "GlobalAveragePool":
        return
    axes = attribute(node, "axes", None)
    if axes is None and len(node.input) > 1:
        axes = constant_of(value.model, node.input[1])
    given = [] if axes is None else sorted(int(axis) % 4 for axis in np.ravel(axes))
    if given != [2, 3] or not attribute(node, "keepdims", 1):
        raise FlowError(
            f"ReduceMean {node.name}: axes {given} must be [2, 3], rows and columns, with keepdims"
        )


def _statistic(value: Value) -> tuple[Statistic, Value]:
    """What a mean of `value` is a mean of, and of what."""
    last = value.chain[-1] if value.chain else None
    if last is not None and last.op_type == "Abs":
        return Statistic.MAGNITUDE, replace(value, chain=value.chain[:-1])
    if last is not None and last.op_type == "Pow":
        power = constant_of(value.model, last.input[1])
        if power is not None and np.all(power == 2):
            return Statistic.SQUARE, replace(value, chain=value.chain[:-1])
    return Statistic.MEAN, value


def _ends(x: Integers, statistic: Statistic) -> tuple[int, int]:
    """The least and the most of what the mean is of."""
    largest = max(abs(x.least), abs(x.most))
    match statistic:
        case Statistic.MEAN:
            return x.least, x.most
        case Statistic.MAGNITUDE:
            return 0, largest
        case Statistic.SQUARE:
            return 0, largest**2


def _places(steps: np.ndarray) -> int | None:
    """log2 of (C,) `steps`, if it is the same whole number >= 0 for all."""
    mantissa, exponent = frexp(float(steps[0]))
    same = bool(np.all(steps == steps[0]))
    return exponent - 1 if same and mantissa == 0.5 and exponent >= 1 else None
