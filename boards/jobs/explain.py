# SPDX-License-Identifier: MIT
"""A network as it was understood: what each kernel of its design does, and how long it takes."""

from collections.abc import Mapping

from qonnx.core.datatype import BaseDataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.build import read_told
from tarsier_fpga.flow.build_steps import lowered_for
from tarsier_fpga.flow.design.describe import frame_facts, stages_of
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.ops.base import TarsierOp, role_of
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.ops.stitch import cell_names
from tarsier_fpga.flow.size.fold import adder_levels, fastest_pace, fold, frame_pace
from tarsier_fpga.flow.size.reach import reach_of
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.hls.base.state import State
from tarsier_fpga.jobs.designs import qonnx_file

__all__ = ["explain", "understood"]

_HEAD = ("layer", "kernel", "frame", "channels", "bits", "positions", "fold", "cycles")


def understood(
    net: str,
    board: Board | None,
    size: tuple[int, int] | None,
    fps: float | None,
    show: Show,
    told: Mapping[str, str] = {},
) -> ModelWrapper:
    """The hardware graph of `net` as a design would have it, FIFOs and width converters aside.

    Frames are of `size` (width, height), else as the network's file has them. Without a `board`
    or `fps`, nothing is folded.

    Raises:
        TarsierError: there is no such net, or it cannot be lowered, or not be as fast.
    """
    onnx = qonnx_file(net, show)
    show("reading the network", 0.2)
    prepare_finn()
    network = ingest(read_told(onnx, told))
    x = net_of(network).x
    if size is None:
        _, _, rows, columns = network.get_tensor_shape(x.tensor)
        size = columns * x.kind.step, rows * x.kind.step
    show("lowering", 0.5)
    graph = lowered_for(network, size)
    if board is None:
        return graph
    pace = frame_pace(board, fastest_pace(graph), fps, "{}x{}".format(*size))
    return fold(graph, pace, True, adder_levels(board.clock_mhz))


def explain(model: ModelWrapper, clock_mhz: float | None = None) -> str:
    """Lines on the streams of `model`, a hardware graph, and on its kernels in their order.

    Frames, channels and bits are those that come out; `fold` is the cycles of a position. FIFOs
    and width converters are left out. The rate is told where there is a clock.
    """
    prepare_finn()
    net, reach, names = net_of(model), reach_of(model), cell_names(model)
    nodes = [node for node in model.graph.node if isinstance(getCustomOp(node), TarsierOp)]
    rows, most = [], 1
    for node, stage in zip(nodes, stages_of([role_of(node) for node in nodes]), strict=True):
        op = getCustomOp(node)
        height, width = op.frame_out()
        cycles = int(op.get_exp_cycles())
        most = max(most, cycles)
        rows.append(
            (
                stage,
                names[node.name].removeprefix("u_"),
                f"{width}x{height}",
                f"{op.channels_out()}",
                _bits(op.get_output_datatype()),
                f"{height * width:,}",
                f"{op.fold()}",
                f"{cycles:,}",
            )
        )
    frames = frame_facts(model, net.read, net.written)
    ports = [
        f"{port.name}: {_told(port, (*frames[port.name], port.channels))}"
        for port in (*net.inputs, *net.outputs)
    ]
    ports += [_state(state, frames[state.read.name]) for state in net.states]
    sides = zip(
        (reach.above, reach.below, reach.left, reach.right),
        ("above", "below", "left", "right"),
        strict=True,
    )
    seen = ", ".join(f"{pixels} {way}" for pixels, way in sides)
    rate = "" if clock_mhz is None else f", {clock_mhz * 1e6 / most:.1f} fps at {clock_mhz:g} MHz"
    return "\n".join(
        [
            *ports,
            f"a result depends on {seen}; "
            + (
                "by its states on all frames before, so there are no tiles"
                if net.states
                else f"tiles begin at multiples of {reach.align}"
            ),
            f"{most:,} cycles a frame{rate}",
            *_columns([_HEAD, *rows]),
        ]
    )


def _told(port: Port, shape: tuple[int, int, int]) -> str:
    height, width, channels = shape
    sign = "signed" if port.signed else "unsigned"
    value = "code" if port.scale == 1 else f"{port.scale:g} * code"
    value += f" {'+' if port.offset > 0 else '-'} {abs(port.offset):g}" if port.offset else ""
    return (
        f"{port.kind} frames of {width}x{height} with {channels} channels, {sign} codes of"
        f" {port.bits} bits, black {port.black}, white {port.white}; {port.tensor} = {value}"
    )


def _state(state: State, size: tuple[int, int]) -> str:
    read, (height, width) = state.read, size
    held = -(-height * width * read.width // 8)
    return (
        f"state {state.name}: {_told(read, (height, width, read.channels))};"
        f" {state.first} before the first frame, then {state.next} of the frame before, which is"
        f" {held:,} bytes"
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
