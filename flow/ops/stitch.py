# SPDX-License-Identifier: MIT
"""A hardware graph of FINN nodes as a netlist of kernels.

Every node is one kernel and every tensor between nodes is one stream. FINN's own FIFO and width
converter nodes are bound to our fifo and width_adapter, which simulate without Vivado. An HLS
variant stands as the SystemVerilog of its kernel, which gives the same bits.
"""

import re
from collections import Counter
from math import prod

from onnx import NodeProto
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.ops.states import states_of
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.kernels.width_adapter import width_adapter
from tarsier_fpga.hls.netlist.instance import Instance, Stream
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist
from tarsier_fpga.hls.netlist.ram_style import RamStyle

__all__ = [
    "beats_of",
    "cell_names",
    "joins",
    "kernel_of",
    "port_names",
    "stitch",
    "stream_names",
]


def stitch(model: ModelWrapper, name: str = "tarsier_top") -> Netlist:
    """The netlist of `model`; its inputs are streams x or x0, x1, ..., its outputs y or y0, ...

    States follow, as inputs and outputs of their own names; `close_loops` makes loops of them.

    Raises:
        FlowError: a node is neither one of ours nor one of the two FINN nodes named above.
    """
    constants = {tensor.name for tensor in model.graph.initializer}
    names, streams = cell_names(model), stream_names(model)
    cells = []
    for node in model.graph.node:
        instance = kernel_of(node, model)
        read = [tensor for tensor in node.input if tensor not in constants]
        ends = [
            *zip(instance.inputs, read, strict=True),
            *zip(instance.outputs, node.output, strict=True),
        ]
        bound = {port.name: streams[tensor] for port, tensor in ends}
        cells.append(Cell(names[node.name], instance, bound))
    widths = {
        cell.streams[port.name]: port.width
        for cell in cells
        for port in cell.instance.inputs + cell.instance.outputs
    }
    outside = [
        tuple(Stream(streams[tensor.name], widths[streams[tensor.name]]) for tensor in tensors)
        for tensors in (model.graph.input, model.graph.output)
    ]
    return Netlist(name, tuple(cells), *outside)


def kernel_of(node: NodeProto, model: ModelWrapper) -> Instance:
    """The kernel that `node` of `model` is.

    Raises:
        FlowError: as `stitch`.
    """
    op = getCustomOp(node)
    match _kernel(node.op_type):
        case "fifo":
            lane = DataType[op.get_nodeattr("dataType")].bitwidth()
            width = lane * int(op.get_nodeattr("folded_shape")[-1])
            style = op.get_nodeattr("ram_style").replace("srl", RamStyle.DISTRIBUTED)
            return fifo(width, op.get_nodeattr("depth"), RamStyle(style))
        case "width_adapter":
            return width_adapter(op.get_nodeattr("inWidth"), op.get_nodeattr("outWidth"))
        case _:
            return op.instance(model)


def joins(netlist: Netlist) -> list[str]:
    """Streams that leave a cell with several inputs."""
    return [
        cell.streams[port.name]
        for cell in netlist.cells
        if len(cell.instance.inputs) > 1
        for port in cell.instance.outputs
    ]


def cell_names(model: ModelWrapper) -> dict[str, str]:
    """Node name -> instance name: u_<kernel>_<n>, counted along the graph."""
    seen: Counter[str] = Counter()
    names = {}
    for node in model.graph.node:
        kernel = _kernel(node.op_type)
        names[node.name] = f"u_{kernel}_{seen[kernel]}"
        seen[kernel] += 1
    return names


def stream_names(model: ModelWrapper) -> dict[str, str]:
    """Tensor name -> stream name: that of its port outside, else the writing cell and its port."""
    names = cell_names(model)
    streams = {
        tensor: f"{names[node.name].removeprefix('u_')}_y{n if len(node.output) > 1 else ''}"
        for node in model.graph.node
        for n, tensor in enumerate(node.output)
    }
    states = states_of(model)
    for letter, tensors, held in (
        ("x", model.graph.input, [state.read.name for state in states]),
        ("y", model.graph.output, [state.written.name for state in states]),
    ):
        ports = [*port_names(letter, len(tensors) - len(held)), *held]
        streams |= dict(zip((tensor.name for tensor in tensors), ports, strict=True))
    return streams


def port_names(letter: str, count: int) -> list[str]:
    """Streams outside: x, or x0, x1, ...

    >>> port_names("x", 1), port_names("y", 2)
    (['x'], ['y0', 'y1'])
    """
    return [letter] if count == 1 else [f"{letter}{n}" for n in range(count)]


def beats_of(model: ModelWrapper) -> dict[str, int]:
    """Stream name -> beats that carry a frame, of every stream of `model`."""
    streams, beats = stream_names(model), {}
    for node in model.graph.node:
        op = getCustomOp(node)
        read = [name for name in node.input if name in streams]
        for n, tensor in enumerate(read):
            beats[streams[tensor]] = prod(op.get_folded_input_shape(n)[:-1])
        for n, tensor in enumerate(node.output):
            beats[streams[tensor]] = prod(op.get_folded_output_shape(n)[:-1])
    return beats


def _kernel(op_type: str) -> str:
    match op_type.removesuffix("_rtl").removesuffix("_hls"):
        case "StreamingFIFO":
            return "fifo"
        case "StreamingDataWidthConverter":
            return "width_adapter"
        case ours if ours.startswith("Tarsier"):
            return re.sub(r"(?<!^)([A-Z])", r"_\1", ours.removeprefix("Tarsier")).lower()
        case other:
            raise FlowError(
                f"{other}: no kernel; the graph may hold Tarsier..., FIFO and DWC nodes"
            )
