# SPDX-License-Identifier: MIT
"""What a network says of itself: its name, and what its frames are and how they are coded.

A network's file may say so in its metadata, all of which is optional:

    tarsier.net          its name; without it, the file's
    tarsier.kind         bayer, rgb, luma or planes; without it, what has as many channels
    tarsier.bits         of the codes; without it, those of the quantizer that reads the input
    tarsier.black,       codes of the two levels; without them, the lowest and the highest
    tarsier.white

Each but the name may be said of one port alone, as tarsier.PORT.bits, whose ports are x and y or,
where there are several, x0, x1, ..., y0, y1, ... States, which are no ports, are told as
read_states.py says. A hardware graph holds what was found out, as one text of JSON.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower.first_quantizer import first_quantizer
from tarsier_fpga.flow.lower.hardware import Hardware
from tarsier_fpga.flow.lower.meaning import Integers
from tarsier_fpga.flow.lower.read_states import read_states, step_of
from tarsier_fpga.flow.ops.states import PORTS, states_of
from tarsier_fpga.flow.ops.stitch import port_names
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.base.state import State

__all__ = ["Net", "name_of", "net_of", "output_ports", "write_net"]

_NET = "tarsier.net"
_WIDEST = 16  # bits of a code; frames are 16-bit


@dataclass(frozen=True, slots=True)
class Net:
    """A network's name, its external streams, in the order of its file, and its states.

    Of a network that is not lowered yet, the outputs are not known.
    """

    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    states: tuple[State, ...] = ()

    @property
    def x(self) -> Port:
        """The first input, on whose pixels all else is measured."""
        return self.inputs[0]

    @property
    def read(self) -> tuple[Port, ...]:
        """All that a hardware graph reads, in its order: the inputs, then the states."""
        return (*self.inputs, *(state.read for state in self.states))

    @property
    def written(self) -> tuple[Port, ...]:
        """All that a hardware graph writes, in its order: the outputs, then the next states."""
        return (*self.outputs, *(state.written for state in self.states))


def name_of(model: ModelWrapper) -> str:
    """What `model`, a network or a hardware graph, is called."""
    return model.get_metadata_prop(_NET) or "network"


def net_of(model: ModelWrapper) -> Net:
    """The facts of `model`, a network in NCHW or a hardware graph.

    Raises:
        FlowError: what its metadata say makes no sense, or its input has no codes.
    """
    name = name_of(model)
    known = model.get_metadata_prop(PORTS)
    if known is not None:
        ports = json.loads(known)
        inputs, outputs = ([Port.model_validate(p) for p in ports[side]] for side in ("in", "out"))
        return Net(name, tuple(inputs), tuple(outputs), states_of(model))
    states = read_states(model)
    held = {state.read.tensor for state in states}
    tensors = [tensor.name for tensor in model.graph.input if tensor.name not in held]
    names = port_names("x", len(tensors))
    found = [
        _input(model, tensor, port, tensors[0]) for tensor, port in zip(tensors, names, strict=True)
    ]
    return Net(name, tuple(found), (), tuple(states))


def write_net(model: ModelWrapper, net: Net) -> ModelWrapper:
    """`model`, a hardware graph, with the facts of `net` in its metadata."""
    told = {"in": net.inputs, "out": net.outputs, "states": net.states}
    ports = {side: [port.model_dump(mode="json") for port in of] for side, of in told.items()}
    model.set_metadata_prop(_NET, net.name)
    model.set_metadata_prop(PORTS, json.dumps(ports))
    return model


def output_ports(
    model: ModelWrapper, net: Net, results: Mapping[str, Integers], hardware: Hardware
) -> tuple[Port, ...]:
    """The ports of the integers that each output of `model`, no state, was found to be.

    Raises:
        FlowError: they are no codes: of several scales, or too wide for a frame.
    """
    held = {state.next for state in net.states}
    given = {tensor: x for tensor, x in results.items() if tensor not in held}
    names = port_names("y", len(given))
    return tuple(
        _output(model, net, tensor, x, name, hardware)
        for (tensor, x), name in zip(given.items(), names, strict=True)
    )


def _input(model: ModelWrapper, tensor: str, port: str, first: str) -> Port:
    shape = model.get_tensor_shape(tensor)
    if shape is None or len(shape) != 4:
        raise FlowError(f"the network's input {tensor} has shape {shape}; it must be (1, C, H, W)")
    channels = int(shape[1])
    bits, black, white = (_number(model, port, key) for key in ("bits", "black", "white"))
    target = first_quantizer(model, tensor, channels)
    told = target is not None and _is_plain(target.integers)
    signed, scale, offset = False, 1.0, 0.0
    if bits is None and target is not None and (told or black is None):
        integers = target.integers
        bits, signed = integers.datatype.bitwidth(), integers.datatype.signed()
        scale, offset = float(integers.scale[0]), float(integers.offset[0])
    elif bits is None and white is not None:
        bits = max(10, white.bit_length())
    if bits is None:
        raise FlowError(
            f"the network does not say how its input {tensor} is coded: no quantizer reads it, and"
            " there is no metadata tarsier.bits; give --bits"
        )
    least, most = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    black = max(0, least) if black is None else black
    white = most if white is None else white
    if not (1 <= bits <= _WIDEST and least <= black < white <= most):
        raise FlowError(
            f"metadata tarsier.bits {bits}, black {black} and white {white}: codes have 1 to"
            f" {_WIDEST} bits, and black is below white and both among them"
        )
    step = step_of(model, tensor, first)
    return Port(
        name=port,
        tensor=tensor,
        step=step,
        kind=_kind(model, port, channels, None),
        channels=channels,
        bits=bits,
        signed=signed,
        black=black,
        white=white,
        scale=scale,
        offset=offset,
    )


def _is_plain(integers: Integers) -> bool:
    return bool(integers.scale[0] == 1 and integers.offset[0] == 0)


def _output(
    model: ModelWrapper,
    net: Net,
    tensor: str,
    y: Integers,
    name: str,
    hardware: Hardware,
) -> Port:
    if np.ptp(y.scale) > 1e-9 * abs(y.scale[0]) or np.ptp(y.offset) > 1e-9 * abs(y.scale[0]):
        scales = ", ".join(f"{s:g}" for s in np.unique(y.scale)[:4])
        raise FlowError(
            f"the network's output {tensor}: its channels have scales {scales} and offsets"
            f" {', '.join(f'{o:g}' for o in np.unique(y.offset)[:4])}; they must be the same for"
            " all, so end with a Quant of one scale"
        )
    bits = y.datatype.bitwidth()
    if bits > _WIDEST:
        raise FlowError(
            f"the network's output {tensor} is {bits} bits wide; frames have at most {_WIDEST}, so"
            " end with a Quant"
        )
    scale, offset = float(y.scale[0]), float(y.offset[0])
    lowest, highest = int(y.datatype.min()), int(y.datatype.max())
    x = net.x
    levels = []
    for key, code in (("black", x.black), ("white", x.white)):
        told = _number(model, name, key) if _said(model, name, key) else None
        same = round((x.scale * code + x.offset - offset) / scale)
        levels.append(min(max(same if told is None else told, lowest), highest))
    rows, columns = (grid.step for grid in hardware.grids(y.tensor))
    if rows != columns:
        raise FlowError(
            f"the network's output {tensor}: a row stands for {rows} rows of the input, a column"
            f" for {columns} columns; both must be the same"
        )
    black, white = levels
    return Port(
        name=name,
        tensor=tensor,
        kind=_kind(model, name, y.channels, x.kind),
        channels=y.channels,
        bits=bits,
        signed=y.datatype.signed(),
        black=black,
        white=white if white > black else highest,
        scale=scale,
        offset=offset,
        step=(rows.numerator, rows.denominator),
    )


def _said(model: ModelWrapper, port: str, key: str) -> bool:
    return model.get_metadata_prop(f"tarsier.{port}.{key}") is not None


def _number(model: ModelWrapper, port: str, key: str) -> int | None:
    """The number that the metadata say of `port`, or of all ports."""
    for name in (f"tarsier.{port}.{key}", f"tarsier.{key}"):
        value = model.get_metadata_prop(name)
        if value is None:
            continue
        if not value.isdecimal():
            raise FlowError(f"metadata {name} is {value!r}; it must be a whole number")
        return int(value)
    return None


def _kind(model: ModelWrapper, port: str, channels: int, like: FrameKind | None) -> FrameKind:
    """What the frames of `port` are: as they are told, `like` others, or by their channels."""
    known = ", ".join(f"{kind} of {kind.channels or 'any number of'}" for kind in FrameKind)
    keys = [f"tarsier.{port}.kind"] + (["tarsier.kind"] if like is None else [])
    for name in keys:
        told = model.get_metadata_prop(name)
        if told is None:
            continue
        if told not in set(FrameKind) or FrameKind(told).channels not in (0, channels):
            raise FlowError(
                f"metadata {name} is {told!r}, and the network's frames have {channels} channels;"
                f" kinds of frames are {known} channels"
            )
        return FrameKind(told)
    if like is not None and like.channels in (0, channels):
        return like
    return next(kind for kind in FrameKind if kind.channels in (0, channels))
