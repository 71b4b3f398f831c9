# SPDX-License-Identifier: MIT
"""FINN's own transformations on a graph of our ops: RTL variants, width converters, FIFOs.

FINN's converters and FIFOs stay in the graph as FINN nodes, so that FINN's analyses and vendor
builds know them; `tarsier_fpga.flow.ops.stitch` binds them to our kernels.
"""

from collections.abc import Mapping

from finn.transformation.fpgadataflow.insert_dwc import InsertDWC
from finn.transformation.fpgadataflow.insert_fifo import InsertFIFO
from finn.transformation.fpgadataflow.specialize_layers import SpecializeLayers
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from qonnx.transformation.general import (
    GiveReadableTensorNames,
    GiveUniqueNodeNames,
    RemoveUnusedTensors,
)
from qonnx.transformation.infer_datatypes import InferDataTypes

__all__ = ["adapt_widths", "insert_fifos", "specialize"]


def specialize(model: ModelWrapper, part: str) -> ModelWrapper:
    """Every op as its RTL variant for the device `part`, with unique names along the graph."""
    for step in (
        SpecializeLayers(part),
        RemoveUnusedTensors(),
        GiveUniqueNodeNames(),
        GiveReadableTensorNames(),
    ):
        model = model.transform(step)
    return model


def adapt_widths(model: ModelWrapper, part: str) -> ModelWrapper:
    """A width converter on every stream whose ends differ in lanes."""
    model = specialize(model.transform(InsertDWC()).transform(InferDataTypes()), part)
    for node in model.get_nodes_by_op_type("StreamingDataWidthConverter_rtl"):
        # In FINN's default mode this node leaves its output as it was; in this one it copies.
        getCustomOp(node).set_nodeattr("exec_mode", "cppsim")
    return model


def insert_fifos(model: ModelWrapper, depths: Mapping[str, int], part: str) -> ModelWrapper:
    """A FIFO of each of `depths`, by the name of the tensor it holds, and no others.

    FINN makes no FIFO of depth 2 or less.
    """
    for node in model.graph.node:
        wanted = [depths.get(name, 0) for name in node.output]
        getCustomOp(node).set_nodeattr("outFIFODepths", wanted)
        streams = [name for name in node.input if model.get_initializer(name) is None]
        wanted = [depths.get(name, 0) for name in streams]
        getCustomOp(node).set_nodeattr("inFIFODepths", wanted)
    return specialize(model.transform(InsertFIFO()), part)
