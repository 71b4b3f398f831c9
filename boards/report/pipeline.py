# SPDX-License-Identifier: MIT
"""A built design's hardware graph as the blocks and wires of the report's drawing."""

from collections.abc import Mapping

from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.report.diagram import Block, Wire, draw

__all__ = ["pipeline_svg"]


def pipeline_svg(built: BuiltDesign, high_water: Mapping[str, int]) -> str:
    """SVG of a design, each FIFO marked with the most it held."""
    from tarsier_fpga.flow.ops.stitch import cell_names

    design, model = built.facts, built.graph.model
    cells = cell_names(model)
    depths = {fifo.name: fifo.depth for fifo in design.fifos}
    nodes = [node for node in model.graph.node if cells[node.name] not in depths]
    index = {node.name: position for position, node in enumerate(nodes)}
    writer = {tensor: node for node in model.graph.node for tensor in node.output}

    wires = []
    for node in nodes:
        for tensor in node.input:
            source, fifo = writer.get(tensor), ""
            if source is not None and cells[source.name] in depths:
                fifo = cells[source.name]
                source = writer.get(source.input[0])
            if source is not None:
                ends = index[source.name], index[node.name]
                wires.append(Wire(*ends, depths.get(fifo), high_water.get(fifo)))

    facts = {layer.name: layer for layer in design.layers}
    blocks = []
    for node in nodes:
        layer = facts[cells[node.name].removeprefix("u_")]
        fold = layer.backend.upper()
        if layer.pe * layer.simd > 1:
            fold += f", PE {layer.pe} SIMD {layer.simd}"
        kernel = layer.name.rstrip("0123456789_")
        load = layer.cycles / design.ideal_cycles
        blocks.append(Block(layer.name, kernel, fold, layer.cycles, load))
    return draw(blocks, wires)
