# SPDX-License-Identifier: MIT
"""What design.json says of a hardware graph: its layers and its FIFOs."""

from finn.analysis.fpgadataflow.exp_cycles_per_layer import exp_cycles_per_layer
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from flow.design import Fifo, Layer
from flow.netlist import Netlist
from flow.stitch import cell_names

__all__ = ["fifo_facts", "layer_facts"]


def layer_facts(model: ModelWrapper) -> tuple[Layer, ...]:
    """Every node but the FIFOs, in order, with FINN's own count of its cycles per frame."""
    names, cycles = cell_names(model), model.analysis(exp_cycles_per_layer)
    return tuple(
        Layer(
            name=names[node.name].removeprefix("u_"),
            op=node.op_type.removesuffix("_rtl"),
            backend="rtl",
            pe=_attribute(node, "PE"),
            simd=_attribute(node, "SIMD"),
            cycles=int(cycles[node.name]),
        )
        for node in model.graph.node
        if not node.op_type.startswith("StreamingFIFO")
    )


def fifo_facts(netlist: Netlist) -> tuple[Fifo, ...]:
    """The FIFOs by their instance names in the stitched top."""
    cells = [cell for cell in netlist.cells if cell.instance.module == "fifo"]
    return tuple(
        Fifo(name=cell.name, depth=depth, bits=depth * cell.instance.params["Width"])
        for cell in cells
        for depth in [cell.instance.params["Depth"]]
    )


def _attribute(node, name: str) -> int:
    op = getCustomOp(node)
    return max(1, op.get_nodeattr(name)) if name in op.get_nodeattr_types() else 1
