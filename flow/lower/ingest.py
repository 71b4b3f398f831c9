# SPDX-License-Identifier: MIT
"""Read a QONNX network and bring it into the form that `tarsier_fpga.flow.lower` expects.

Nothing is renamed, so that what is said of a node is said by the name that its file gives it.
"""

from pathlib import Path

from google.protobuf.message import DecodeError
from onnx import ModelProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.fold_constants import FoldConstants
from qonnx.transformation.general import (
    GiveUniqueParameterTensors,
    RemoveStaticGraphInputs,
    RemoveUnusedTensors,
)
from qonnx.transformation.infer_shapes import InferShapes

from tarsier_fpga.flow.lower.moves import moves_of
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.lower.shapes import FoldShapes
from tarsier_fpga.flow.lower.standard import ReadStandard
from tarsier_fpga.flow.lower.tidy import (
    ExplicitPads,
    LiveNodes,
    NameNodes,
    OneDomain,
    OneFrame,
    PlainNorms,
)
from tarsier_fpga.flow.lower.vocabulary import check_nodes, check_opset
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["ingest", "read_qonnx"]

_QUANTIZERS = ["Quant", "IntQuant", "BipolarQuant", "QuantizeLinear", "DequantizeLinear"]


def read_qonnx(path: Path) -> ModelWrapper:
    """The network in `path`, one frame at a time, with all shapes known.

    A network without a name gets that of its file.

    Raises:
        FlowError: there is no such file, it is no ONNX, or its metadata make no sense.
    """
    try:
        proto = ModelProto.FromString(path.read_bytes())
    except FileNotFoundError:
        raise FlowError(f"{path}: no such file; a QONNX network is needed") from None
    except (DecodeError, OSError) as error:
        raise FlowError(f"{path}: cannot be read as ONNX: {error}") from None
    _tell_shapes_once(proto)
    model = ModelWrapper(proto)
    # qonnx reads the properties of the graph, other ONNX tools write those of the model.
    for entry in model.model.metadata_props:
        if entry.key.startswith("tarsier.") and model.get_metadata_prop(entry.key) is None:
            model.set_metadata_prop(entry.key, entry.value)
    if model.get_metadata_prop("tarsier.net") is None:
        model.set_metadata_prop("tarsier.net", path.stem)
    return model


def _tell_shapes_once(proto: ModelProto) -> None:
    """Ports that are listed among the inner tensors too, as in a part that was cut out, once."""
    told = {tensor.name for tensor in (*proto.graph.input, *proto.graph.output)}
    inner = {tensor.name: tensor for tensor in proto.graph.value_info if tensor.name not in told}
    del proto.graph.value_info[:]
    proto.graph.value_info.extend(inner.values())


def ingest(model: ModelWrapper) -> ModelWrapper:
    """`model` with one frame in a batch, known shapes, folded constants and named nodes.

    It computes what it did.

    Raises:
        FlowError: a node is outside the vocabulary; the sentence names it.
    """
    prepare_finn()
    check_opset(model)
    model = model.transform(RemoveStaticGraphInputs())
    for steps in (
        (OneDomain(), OneFrame(), NameNodes(), InferShapes()),
        (FoldShapes(), GiveUniqueParameterTensors(), FoldConstants(exclude_op_types=_QUANTIZERS)),
        (
            ReadStandard(),
            LiveNodes(),
            NameNodes(),
            ExplicitPads(),
            PlainNorms(),
            RemoveUnusedTensors(),
            InferShapes(),
        ),
    ):
        for step in steps:
            model = model.transform(step)
    check_nodes(model)
    moves_of(model)
    net_of(model)
    return model
