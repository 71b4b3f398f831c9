# SPDX-License-Identifier: MIT
"""A network as it was understood: what each kernel of its design does, and how long it takes."""

from qonnx.core.datatype import BaseDataType
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.ops.stitch import cell_names
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.hls.base.port import Port

__all__ = ["explain"]

_HEAD = ("layer", "kernel", "frame", "channels", "bits", "positions", "fold", "cycles")


def explain(built: BuiltDesign) -> str:
    """Lines on the streams of `built` and on its kernels in the order of the graph, FIFOs aside.

    Frames, channels and bits are those that come out; `fold` is the cycles of a position.
    """
    prepare_finn()
    design, model = built.facts, built.graph.model
    layers = {layer.name: layer for layer in design.layers}
    names = cell_names(model)
    rows = []
    for node in model.graph.node:
        op = getCustomOp(node)
        layer = layers.get(names[node.name].removeprefix("u_"))
        if layer is None or not isinstance(op, TarsierOp):
            continue
        height, width = op.frame_out()
        rows.append(
            (
                layer.stage,
                layer.name,
                f"{width}x{height}",
                f"{op.channels_out()}",
                _bits(op.get_output_datatype()),
                f"{height * width:,}",
                f"{op.fold()}",
                f"{layer.cycles:,}",
            )
        )
    ports = [f"{port.name}: {_told(port, design.shape(port))}" for port in design.inputs]
    ports += [f"{port.name}: {_told(port, design.shape(port))}" for port in design.outputs]
    reach = ", ".join(
        f"{side} {way}"
        for side, way in zip(design.reach, ("above", "below", "left", "right"), strict=True)
    )
    seen = f"a result depends on {reach}; tiles begin at multiples of {design.align}"
    return "\n".join([*ports, seen, *_columns([_HEAD, *rows])])


def _told(port: Port, shape: tuple[int, int, int]) -> str:
    height, width, channels = shape
    sign = "signed" if port.signed else "unsigned"
    value = "code" if port.scale == 1 else f"{port.scale:g} * code"
    value += f" {'+' if port.offset > 0 else '-'} {abs(port.offset):g}" if port.offset else ""
    return (
        f"{port.kind} frames of {width}x{height} with {channels} channels, {sign} codes of"
        f" {port.bits} bits, black {port.black}, white {port.white}; {port.tensor} = {value}"
    )


def _bits(datatype: BaseDataType) -> str:
    width = int(datatype.bitwidth())
    return f"{width} signed" if datatype.signed() and width > 1 else f"{width}"


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    """Rows of words as lines; numbers end alike."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            word.ljust(width) if place < 2 else word.rjust(width)
            for place, (word, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
