# SPDX-License-Identifier: MIT
"""A built design's hardware graph as the rows and wires of the report's drawing."""

from collections.abc import Iterable, Mapping
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
    ports = _ports(design.inputs, model.graph.input) | _ports(design.outputs, model.graph.output)
    reads = {tensor.name for tensor in model.graph.input}

    # Each input above its first reader, each output below its writer.
    rows: list[str | NodeProto] = []
    for node in model.graph.node:
        rows += [name for name in node.input if name in reads and name not in rows]
        rows += [node] if cells[node.name] not in depths else []
        rows += [name for name in node.output if name in ports]
    place = {row if isinstance(row, str) else row.name: index for index, row in enumerate(rows)}
    writer = {tensor: node for node in model.graph.node for tensor in node.output}

    def wire(tensor: str, target: int) -> Wire | None:
        fifo, source = "", writer.get(tensor)
        if source is not None and cells[source.name] in depths:
            fifo, tensor = cells[source.name], source.input[0]
            source = writer.get(tensor)
        known = tensor if source is None else source.name
        if known not in place:  # a constant
            return None
        return Wire(place[known], target, depths.get(fifo), high_water.get(fifo))

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


def _ports(ports: Iterable[Port], tensors: Iterable) -> dict[str, Port]:
    return {tensor.name: port for tensor, port in zip(tensors, ports, strict=True)}
