# SPDX-License-Identifier: MIT
"""States of a network, by what its file says of them.

A network with states is (x, states) -> (y, next states), without a cycle in its file. What the
input NAME is to the next frame, an output gives, in the same shape and codes:

    tarsier.NAME.kind    state
    tarsier.NAME.next    name of that output
    tarsier.NAME.first   code of all values before the first frame
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from math import log2

import numpy as np
from qonnx.core.datatype import BaseDataType, DataType
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower.first_quantizer import QUANTIZERS, first_quantizer
from tarsier_fpga.flow.lower.hardware import Hardware
from tarsier_fpga.flow.lower.meaning import Integers
from tarsier_fpga.flow.lower.quantize import target_of
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.base.state import State

__all__ = ["as_next", "read_states", "step_of"]

_STATE = "state"
_WIDEST = 16  # bits of a code


def read_states(model: ModelWrapper) -> list[State]:
    """The states of `model`, a network in NCHW, in the order of its inputs.

    Raises:
        FlowError: what its metadata say makes no sense, or a state has no codes or is written with
            others than it is read with.
    """
    told = [
        key.removeprefix("tarsier.").removesuffix(".kind")
        for key, value in ((e.key, e.value) for e in model.graph.metadata_props)
        if key.startswith("tarsier.") and key.endswith(".kind") and value == _STATE
    ]
    inputs, outputs = ([t.name for t in side] for side in (model.graph.input, model.graph.output))
    names = [name for name in inputs if name in told]
    for name in told:
        if name not in inputs:
            raise FlowError(
                f"metadata tarsier.{name}.kind is {_STATE!r}, and the network has no input {name};"
                f" its inputs are {', '.join(inputs)}"
            )
    if not names:
        return []
    nexts = [_text(model, name, "next") for name in names]
    for name, after in zip(names, nexts, strict=True):
        if after not in outputs:
            raise FlowError(
                f"state {name}: the network has no output {after}, which would hold it for the"
                f" next frame; its outputs are {', '.join(outputs)}"
            )
    for after, count in Counter(nexts).items():
        if count > 1:
            raise FlowError(f"{count} states are next {after}; each needs an output of its own")
    if len(names) == len(inputs) or len(nexts) == len(outputs):
        raise FlowError("the network has nothing but states; it needs a frame in and a frame out")
    first = next(name for name in inputs if name not in names)
    return [_state(model, *pair, first) for pair in zip(names, nexts, strict=True)]


def as_next(hardware: Hardware, state: State, y: Integers) -> Integers:
    """What the network writes as the next `state`, with the very lanes that it is read with.

    Raises:
        FlowError: it has other codes.
    """
    read = state.read
    datatype = _lanes(read.bits, read.signed)
    near = 1e-9 * abs(read.scale)
    same = np.all(np.abs(y.scale - read.scale) <= near) and np.all(
        np.abs(y.offset - read.offset) <= near
    )
    least, most = read.range
    if not same or y.least < least or y.most > most:
        raise _differ(state.name, state.next, _told(read), _codes(y))
    rows, columns = (grid.step for grid in hardware.grids(y.tensor))
    if (rows, columns) != (Fraction(*read.step),) * 2:
        raise FlowError(
            f"state {state.name}: its pixels are {Fraction(*read.step)} of the first input's apart,"
            f" those of {state.next} {rows} by {columns}"
        )
    if y.datatype == datatype:
        return y
    tensor = hardware.add("TarsierWiden", [y.tensor], outputDataType=datatype.name)
    return replace(y, tensor=tensor, datatype=datatype)


def step_of(model: ModelWrapper, tensor: str, first: str) -> tuple[int, int]:
    """Pixels of the input `first` from one pixel of the input `tensor` to the next, a fraction;
    0 where there is one for the frame.
    """
    whole, size = (list(model.get_tensor_shape(name)[2:]) for name in (first, tensor))
    if size == [1, 1] and whole != [1, 1]:
        return 0, 1
    step = Fraction(2) ** round(log2(whole[0] / size[0]))
    return step.numerator, step.denominator


def _state(model: ModelWrapper, name: str, after: str, first: str) -> State:
    if not re.fullmatch(r"[A-Za-z0-9]+(_[A-Za-z0-9]+)*", name):
        raise FlowError(
            f"state {name}: its streams are named after it, so its name must be of letters, digits"
            " and single underscores between them"
        )
    shape, written = (model.get_tensor_shape(tensor) for tensor in (name, after))
    if shape is None or len(shape) != 4 or list(shape) != list(written or ()):
        raise FlowError(
            f"state {name} has shape {shape} and {after} {written}; both must be the same"
            " (1, C, H, W)"
        )
    if not model.find_consumers(name):
        raise FlowError(f"state {name}: nothing reads it, so leave it out")
    codes = _coding(model, name, after, int(shape[1]))
    bits, signed = codes.datatype.bitwidth(), codes.datatype.signed()
    if bits > _WIDEST:
        raise FlowError(f"state {name} is {bits} bits wide; states have at most {_WIDEST}")
    datatype = _lanes(bits, signed)
    least, most = int(datatype.min()), int(datatype.max())
    told = _text(model, name, "first")
    if not re.fullmatch(r"-?[0-9]+", told) or not least <= int(told) <= most:
        raise FlowError(
            f"metadata tarsier.{name}.first is {told!r}; it must be a code of {datatype.name},"
            f" {least} to {most}"
        )
    port = Port(
        name=f"state_{name}",
        tensor=name,
        kind=FrameKind.PLANES,
        channels=int(shape[1]),
        bits=bits,
        signed=signed,
        black=least,
        white=most,
        scale=float(codes.scale[0]),
        offset=float(codes.offset[0]),
        step=step_of(model, name, first),
    )
    return State(name=name, next=after, read=port, first=int(told))


def _coding(model: ModelWrapper, name: str, after: str, channels: int) -> Integers:
    """How the state `name` is coded, by the quantizers that read it and that write it."""
    reader = first_quantizer(model, name, channels)
    writer = model.find_producer(after)
    target = None
    if writer is not None and writer.op_type in QUANTIZERS:
        target = target_of(model, writer, channels)
    found = [each.integers for each in (reader, target) if each is not None]
    if not found:
        raise FlowError(
            f"state {name}: nothing says how it is coded; {after} must be written, or {name} be"
            " read, by a Quant of one scale"
        )
    first, last = found[0], found[-1]
    same = (
        first.datatype == last.datatype
        and np.array_equal(first.scale, last.scale)
        and np.array_equal(first.offset, last.offset)
    )
    if not same:
        raise _differ(name, after, _codes(first), _codes(last))
    if np.ptp(first.scale) or np.ptp(first.offset):
        raise FlowError(
            f"state {name}: its channels have scales"
            f" {', '.join(f'{s:g}' for s in np.unique(first.scale)[:4])}; they must be the same for"
            " all"
        )
    return first


def _differ(name: str, after: str, read: str, written: str) -> FlowError:
    return FlowError(
        f"state {name} is read as {read}, and {after} is written as {written}; both need the same"
        " Quant"
    )


def _codes(x: Integers) -> str:
    return _sentence(
        x.datatype.name, np.unique(x.scale)[:4].tolist(), np.unique(x.offset)[:4].tolist()
    )


def _told(port: Port) -> str:
    return _sentence(_lanes(port.bits, port.signed).name, [port.scale], [port.offset])


def _sentence(datatype: str, scales: Iterable[float], offsets: Iterable[float]) -> str:
    # A zero point of 0 is an offset of -0.
    scale, offset = (", ".join(f"{each + 0.0:g}" for each in side) for side in (scales, offsets))
    return f"{datatype} of scale {scale} and offset {offset}"


def _lanes(bits: int, signed: bool) -> BaseDataType:
    return DataType[f"{'INT' if signed else 'UINT'}{bits}"]


def _text(model: ModelWrapper, name: str, key: str) -> str:
    """What the metadata say of the state `name`."""
    told: str | None = model.get_metadata_prop(f"tarsier.{name}.{key}")
    if told is None:
        raise FlowError(
            f"state {name}: metadata tarsier.{name}.{key} is missing; a state says its next output"
            " and its first code"
        )
    return told
