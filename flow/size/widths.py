# SPDX-License-Identifier: MIT
"""FINN's own transformations on a graph of our ops: RTL variants, width converters, FIFOs.

FINN's converters and FIFOs stay in the graph as FINN nodes, so that FINN's analyses and vendor
builds know them; `tarsier_fpga.flow.ops.stitch` binds them to our kernels.
"""

from collections.abc import Mapping

from finn.transformation.fpgadataflow.insert_dwc import InsertDWC
from finn.transformation.fpgadataflow.insert_fifo import InsertFIFO
from finn.transformation.fpgadataflow.specialize_layers import SpecializeLayers
from onnx import helper
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
    """A width converter on every stream whose ends differ in lanes; outside, a beat is a pixel."""
    model = _whole_pixels(model.transform(InsertDWC()))
    model = specialize(model.transform(InferDataTypes()), part)
    for node in model.get_nodes_by_op_type("StreamingDataWidthConverter_rtl"):
        # In FINN's default mode this node leaves its output as it was; in this one it copies.
        getCustomOp(node).set_nodeattr("exec_mode", "cppsim")
    return model


def _whole_pixels(model: ModelWrapper) -> ModelWrapper:
    """A width converter behind every op that gives an output of the graph in parts of pixels."""
    for tensor in model.graph.output:
        node = model.find_producer(tensor.name)
        op, n = getCustomOp(node), list(node.output).index(tensor.name)
        shape, lanes = op.get_normal_output_shape(n), op.get_folded_output_shape(n)[-1]
        if lanes == shape[-1]:
            continue
        parts, width = model.make_new_valueinfo_name(), op.get_outstream_width(n)
        kind = tensor.type.tensor_type.elem_type
        model.graph.value_info.append(helper.make_tensor_value_info(parts, kind, shape))
        node.output[n] = parts
        converter = helper.make_node(
            "StreamingDataWidthConverter",
            [parts],
            [tensor.name],
            domain="finn.custom_op.fpgadataflow",
            backend="fpgadataflow",
            inShape=shape,
            outShape=shape,
            inWidth=width,
            outWidth=width // lanes * shape[-1],
            dataType=op.get_output_datatype(n).name,
        )
        model.graph.node.insert(list(model.graph.node).index(node) + 1, converter)
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
