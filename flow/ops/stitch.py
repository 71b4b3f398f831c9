# SPDX-License-Identifier: MIT
"""A hardware graph of FINN nodes as a netlist of kernels.

Every node is one kernel and every tensor between nodes is one stream. FINN's own FIFO and width
converter nodes are bound to our fifo and width_adapter, which simulate without Vivado. An HLS
variant stands as the SystemVerilog of its kernel, which gives the same bits.
"""

import re
from collections import Counter

from onnx import NodeProto
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.kernels.width_adapter import width_adapter
from tarsier_fpga.hls.netlist.instance import Instance, Stream
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist
from tarsier_fpga.hls.netlist.ram_style import RamStyle

__all__ = ["cell_names", "joins", "kernel_of", "stitch", "stream_names"]


def stitch(model: ModelWrapper, name: str = "tarsier_top") -> Netlist:
    """The netlist of `model`; its one input is stream x, its one output stream y.

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
    return Netlist(name, tuple(cells), (Stream("x", widths["x"]),), (Stream("y", widths["y"]),))


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
    """Tensor name -> stream name: x and y outside, else the writing cell and its port."""
    names = cell_names(model)
    streams = {
        tensor: f"{names[node.name].removeprefix('u_')}_y{n if len(node.output) > 1 else ''}"
        for node in model.graph.node
        for n, tensor in enumerate(node.output)
    }
    return streams | {model.graph.input[0].name: "x", model.graph.output[0].name: "y"}


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
