# SPDX-License-Identifier: MIT
"""Read a QONNX network and bring it into the form that `tarsier_fpga.flow.lower` expects.

The exporter's vocabulary is small on purpose: what it means in hardware is known for every node.
"""

from dataclasses import dataclass
from pathlib import Path

from finn.transformation.qonnx.fold_quant_weights import FoldQuantWeights
from google.protobuf.message import DecodeError
from onnx import NodeProto, helper
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.general import (
    GiveUniqueNodeNames,
    SortCommutativeInputsInitializerLast,
)
from qonnx.transformation.infer_datatypes import InferDataTypes
from qonnx.transformation.lower_convs_to_matmul import LowerConvsToMatMul
from qonnx.util.basic import get_by_name
from qonnx.util.cleanup import cleanup_model

from tarsier_fpga.flow.lower.channels_last import ChannelsLast
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["VOCABULARY", "NetFacts", "ingest", "net_facts", "read_qonnx"]

VOCABULARY = frozenset(
    {"Sub", "Add", "Mul", "Pad", "Conv", "Relu", "PRelu", "Quant", "BipolarQuant"}
)
CODES = DataType["UINT10"]  # what frames consist of


@dataclass(frozen=True, slots=True)
class NetFacts:
    """What a network says of itself: its codes of black and white, and on how many packed pixels
    to each side a pixel depends."""

    name: str
    black: int
    white: int
    radius: int


def read_qonnx(path: Path) -> ModelWrapper:
    """The network in `path`.

    Raises:
        FlowError: there is no such file, or it is no network that Tarsier exported.
    """
    try:
        model = ModelWrapper(path.read_bytes())
    except FileNotFoundError:
        raise FlowError(f"{path}: no such file; a QONNX network is needed") from None
    except (DecodeError, OSError) as error:
        raise FlowError(f"{path}: cannot be read as ONNX: {error}") from None
    net_facts(model)
    return model


def net_facts(model: ModelWrapper) -> NetFacts:
    """The facts in the metadata of `model`.

    Raises:
        FlowError: one is missing or no number.
    """
    values = {}
    for key in ("net", "black", "white", "radius"):
        values[key] = model.get_metadata_prop(f"tarsier.{key}")
        if values[key] is None or (key != "net" and not values[key].isdecimal()):
            raise FlowError(
                f"metadata tarsier.{key} is {values[key]!r}; only networks from Tarsier's export"
                " say what their codes mean"
            )
    numbers = {key: int(values[key]) for key in ("black", "white", "radius")}
    return NetFacts(values["net"], **numbers)


def ingest(model: ModelWrapper) -> ModelWrapper:
    """`model` on frames (1, H, W, C), its convolutions as Im2Col and MatMul with integer weights.

    It still computes what it did, in qonnx' float execution.

    Raises:
        FlowError: a node is outside the vocabulary or unusual; the sentence names it.
    """
    prepare_finn()
    model = cleanup_model(model)
    shapes = [model.get_tensor_shape(t.name) for t in (*model.graph.input, *model.graph.output)]
    if len(shapes) != 2 or any(len(shape) != 4 or shape[0] != 1 for shape in shapes):
        raise FlowError(f"tensors {shapes} go in and out; it must be one frame (1, C, H, W) each")
    model.set_tensor_datatype(model.graph.input[0].name, CODES)
    for node in model.graph.node:
        _check(model, node)
    for step in (
        SortCommutativeInputsInitializerLast(),
        FoldQuantWeights(),
        LowerConvsToMatMul(),
        ChannelsLast(),
        GiveUniqueNodeNames(),
        InferDataTypes(),
    ):
        model = model.transform(step)
    return model


def _check(model: ModelWrapper, node: NodeProto) -> None:
    if node.op_type not in VOCABULARY:
        raise FlowError(
            f"{node.op_type} {node.name}: not among {', '.join(sorted(VOCABULARY))},"
            " of which hardware can be made"
        )
    if node.op_type != "Conv":
        return
    wanted = {"strides": [1, 1], "pads": [0, 0, 0, 0], "group": 1}
    for name, value in wanted.items():
        given = _attribute(node, name)
        if given != value:
            raise FlowError(f"Conv {node.name}: {name} {given} must be {value}")
    kernel, dilations = _attribute(node, "kernel_shape"), _attribute(node, "dilations")
    if kernel not in ([3, 3], [5, 5], [7, 7]) or len(set(dilations or [])) != 1:
        raise FlowError(
            f"Conv {node.name}: kernel_shape {kernel} must be square, 3, 5 or 7 pixels wide,"
            f" and dilations {dilations} the same both ways"
        )
    if len(node.input) != 2:
        raise FlowError(f"Conv {node.name}: a bias is not supported, export it without")


def _attribute(node: NodeProto, name: str) -> object:
    attribute = get_by_name(node.attribute, name)
    return None if attribute is None else helper.get_attribute_value(attribute)
