# SPDX-License-Identifier: MIT
"""A built design's hardware graph as the rows and wires of the report's drawing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.report.diagram import Block, Outside, Wire, draw

if TYPE_CHECKING:
    from onnx import NodeProto

__all__ = ["pipeline_svg"]


def pipeline_svg(built: BuiltDesign, high_water: Mapping[str, int]) -> str:
    """Drawing of a design, each FIFO marked with the most it held."""
    from tarsier_fpga.flow.ops.stitch import cell_names

    design, model = built.facts, built.graph.model
    cells = cell_names(model)
    depths = {fifo.name: fifo.depth for fifo in design.fifos}
    states = [loop.state for loop in design.states]
    ports = _ports((*design.inputs, *(s.read for s in states)), model.graph.input)
    ports |= _ports((*design.outputs, *(s.written for s in states)), model.graph.output)
    inputs = {tensor.name for tensor in model.graph.input}
    writer = {tensor: node for node in model.graph.node for tensor in node.output}

    def source(tensor: str) -> tuple[str, str]:
        """The node or the input that `tensor` comes from, and the FIFO it comes through."""
        fifo, node = "", writer.get(tensor)
        if node is not None and cells[node.name] in depths:
            fifo, tensor = cells[node.name], node.input[0]
            node = writer.get(tensor)
        return tensor if node is None else node.name, fifo

    nodes = [node for node in model.graph.node if cells[node.name] not in depths]
    after = {n.name: {source(t)[0] for t in n.input} & {m.name for m in nodes} for n in nodes}

    # Each input above its first reader, each output below its writer.
    rows: list[str | NodeProto] = []
    for node in _ordered(nodes, after):
        read = [source(tensor)[0] for tensor in node.input]
        rows += [name for name in read if name in inputs and name not in rows]
        rows += [node, *(name for name in node.output if name in ports)]
    place = {row if isinstance(row, str) else row.name: index for index, row in enumerate(rows)}

    def wire(tensor: str, target: int) -> Wire | None:
        name, fifo = source(tensor)
        if name not in place:  # a constant
            return None
        return Wire(place[name], target, depths.get(fifo), high_water.get(fifo))

    facts = {layer.name: layer for layer in design.layers}
    shown: list[Block | Outside] = []
    wires: list[Wire | None] = []
    for index, row in enumerate(rows):
        tensor = row if isinstance(row, str) else row.output[0]
        _, height, width, _ = model.get_tensor_shape(tensor)
        size, step = (int(height), int(width)), design.packed_shape[0] / int(height)
        if isinstance(row, str):
            port = ports[row]
            pixels = f"{port.channels} × {port.bits} bits, {port.kind}"
            shown.append(Outside(port.name, pixels, step, size))
            wires += [wire(row, index)] if row in writer else []
            continue
        layer = facts[cells[row.name].removeprefix("u_")]
        fold = layer.backend.upper()
        if layer.pe * layer.simd > 1:
            fold += f", PE {layer.pe} SIMD {layer.simd}"
        kernel = layer.name.rstrip("0123456789_")
        load = layer.cycles / design.ideal_cycles
        shown.append(Block(layer.name, kernel, fold, layer.cycles, load, step, size))
        wires += [wire(name, index) for name in row.input]
    return draw(shown, [one for one in wires if one is not None])


def _ordered(nodes: "Sequence[NodeProto]", after: Mapping[str, set[str]]) -> "list[NodeProto]":
    """`nodes` each behind those it comes `after`, and close to the latest of them.

    So a branch is gone down to its end before another one begins.
    """
    left, place = list(nodes), dict[str, int]()
    while left:
        ready = [node for node in left if after[node.name] <= place.keys()]
        node = max(ready, key=lambda n: max((place[name] for name in after[n.name]), default=-1))
        place[node.name] = len(place)
        left.remove(node)
    return sorted(nodes, key=lambda node: place[node.name])


def _ports(ports: Iterable[Port], tensors: Iterable) -> dict[str, Port]:
    return {tensor.name: port for tensor, port in zip(tensors, ports, strict=True)}
