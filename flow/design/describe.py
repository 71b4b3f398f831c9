# SPDX-License-Identifier: MIT
"""What design.json says of a hardware graph: its layers, its FIFOs and its streams."""

from math import prod

from finn.analysis.fpgadataflow.exp_cycles_per_layer import exp_cycles_per_layer
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.design.design_facts import Fifo, Layer, Wire
from tarsier_fpga.flow.ops.stitch import cell_names, stream_names
from tarsier_fpga.hls.netlist.netlist import Netlist

__all__ = ["fifo_facts", "layer_facts", "wire_facts"]


def layer_facts(model: ModelWrapper) -> tuple[Layer, ...]:
    """Every node but the FIFOs, in order, with FINN's own count of its cycles per frame."""
    names, cycles = cell_names(model), model.analysis(exp_cycles_per_layer)
    nodes = [node for node in model.graph.node if not node.op_type.startswith("StreamingFIFO")]
    stages = _stages([node.op_type for node in nodes])
    return tuple(
        Layer(
            name=names[node.name].removeprefix("u_"),
            stage=stage,
            op=node.op_type.removesuffix("_rtl"),
            backend="rtl",
            pe=_attribute(node, "PE"),
            simd=_attribute(node, "SIMD"),
            cycles=int(cycles[node.name]),
        )
        for node, stage in zip(nodes, stages, strict=True)
    )


def fifo_facts(netlist: Netlist) -> tuple[Fifo, ...]:
    """The FIFOs by their instance names in the stitched top."""
    cells = [cell for cell in netlist.cells if cell.instance.module == "fifo"]
    return tuple(
        Fifo(name=cell.name, depth=depth, bits=depth * cell.instance.number("Width"))
        for cell in cells
        for depth in [cell.instance.number("Depth")]
    )


def wire_facts(model: ModelWrapper, netlist: Netlist) -> tuple[Wire, ...]:
    """Every stream of `netlist`, which is `model` stitched, from the input to the output."""
    names = stream_names(model)
    beats = {names[tensor]: count for tensor, count in _beats(model).items()}
    source = {c.streams[p.name]: c.name for c in netlist.cells for p in c.instance.outputs}
    target = {c.streams[p.name]: c.name for c in netlist.cells for p in c.instance.inputs}
    return tuple(
        Wire(
            name=stream.name,
            source=source.get(stream.name, ""),
            target=target.get(stream.name, ""),
            bits=stream.width,
            beats=beats[stream.name],
        )
        for stream in netlist.streams
    )


def _beats(model: ModelWrapper) -> dict[str, int]:
    """Tensor name -> beats that carry it."""
    first = model.graph.node[0]
    beats = {model.graph.input[0].name: prod(getCustomOp(first).get_folded_input_shape()[:-1])}
    for node in model.graph.node:
        for n, tensor in enumerate(node.output):
            beats[tensor] = prod(getCustomOp(node).get_folded_output_shape(n)[:-1])
    return beats


def _stages(ops: list[str]) -> list[str]:
    """The stage of each op: a dot product with what leads to it and what follows, head to tail.

    >>> _stages(["Fork", "Window", "IntDot", "Requant", "Window", "XnorDot", "Window", "IntDot"])
    ['head', 'head', 'head', 'head', 'body1', 'body1', 'tail', 'tail']
    """
    numbers, dots = [], [""]
    for op in ops:
        if dots[-1] and ("SignThreshold" in op or "Window" in op):
            dots.append("")
        if "Dot" in op:
            dots[-1] = op
        numbers.append(len(dots) - 1)
    names = [f"body{number}" for number in range(len(dots))]
    names[0] = "head"
    if len(dots) > 1:
        names[-1] = "tail"
    return [names[number] for number in numbers]


def _attribute(node, name: str) -> int:
    op = getCustomOp(node)
    return max(1, op.get_nodeattr(name)) if name in op.get_nodeattr_types() else 1
