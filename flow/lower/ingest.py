# SPDX-License-Identifier: MIT
"""Read a QONNX network and bring it into the form that `tarsier_fpga.flow.lower` expects.

The exporter's vocabulary is small on purpose: what it means in hardware is known for every node.
"""

from dataclasses import dataclass
from pathlib import Path

from finn.transformation.qonnx.fold_quant_weights import FoldQuantWeights
from google.protobuf.message import DecodeError
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.general import (
    GiveUniqueNodeNames,
    SortCommutativeInputsInitializerLast,
)
from qonnx.transformation.infer_datatypes import InferDataTypes
from qonnx.transformation.lower_convs_to_matmul import LowerConvsToMatMul
from qonnx.util.cleanup import cleanup_model

from tarsier_fpga.flow.lower.channels_last import ChannelsLast
from tarsier_fpga.flow.lower.vocabulary import check_nodes, check_opset
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.hls.base.coding import Coding, FrameKind
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["NetFacts", "check_frame", "ingest", "net_facts", "read_qonnx"]

_BITS = 10  # of the codes of a network that does not say
_WIDEST = 16  # bits of a code; frames are uint16


@dataclass(frozen=True, slots=True)
class NetFacts:
    """What a network says of itself: what its frames are, how they are coded, and on how many of
    its pixels to each side a pixel depends."""

    name: str
    kind: FrameKind
    coding: Coding
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
    """The facts in the metadata of `model`, a network or a hardware graph.

    A network that says nothing of its bits and its kind takes 10 bits, and what has as many
    channels.

    Raises:
        FlowError: one is missing or makes no sense.
    """
    name = model.get_metadata_prop("tarsier.net")
    if name is None:
        raise _unsaid("net", name)
    black, white, radius = (_number(model, key) for key in ("black", "white", "radius"))
    bits = _number(model, "bits") if model.get_metadata_prop("tarsier.bits") else _BITS
    coding = Coding(black, white, bits)
    if not (1 <= bits <= _WIDEST and black < white <= coding.top):
        raise FlowError(
            f"metadata tarsier.bits {bits}, black {black} and white {white}: codes have 1 to"
            f" {_WIDEST} bits, and black is below white and both among them"
        )
    return NetFacts(name, _kind(model), coding, radius)


def check_frame(net: NetFacts, height: int, width: int) -> None:
    """Raise FlowError if a frame of the net's own pixels is smaller than what one depends on.

    It is told in pixels of the sensor or the picture.
    """
    least, step = 2 * net.radius + 1, net.kind.step
    if min(height, width) < least:
        raise FlowError(
            f"{net.name}: a frame of {step * width}x{step * height} pixels is too small,"
            f" it needs at least {step * least}x{step * least}"
        )


def ingest(model: ModelWrapper) -> ModelWrapper:
    """`model` on frames (1, H, W, C), its convolutions as Im2Col and MatMul with integer weights.

    It still computes what it did, in qonnx' float execution, and says all that `net_facts` knows.

    Raises:
        FlowError: a node is outside the vocabulary or unusual; the sentence names it.
    """
    prepare_finn()
    net = net_facts(model)
    check_opset(model)
    model = cleanup_model(model)
    shapes = [model.get_tensor_shape(t.name) for t in (*model.graph.input, *model.graph.output)]
    if len(shapes) != 2 or any(len(shape) != 4 or shape[0] != 1 for shape in shapes):
        raise FlowError(f"tensors {shapes} go in and out; it must be one frame (1, C, H, W) each")
    if {shape[1] for shape in shapes} != {net.kind.channels}:
        raise FlowError(
            f"{net.name}: frames of {shapes[0][1]} channels go in and of {shapes[1][1]} come out;"
            f" both must be of {net.kind.channels}, as {net.kind} frames are"
        )
    model.set_metadata_prop("tarsier.kind", net.kind.value)
    model.set_metadata_prop("tarsier.bits", str(net.coding.bits))
    codes = DataType[f"UINT{net.coding.bits}"]
    model.set_tensor_datatype(model.graph.input[0].name, codes)
    check_nodes(model)
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


def _number(model: ModelWrapper, key: str) -> int:
    value = model.get_metadata_prop(f"tarsier.{key}")
    if value is None or not value.isdecimal():
        raise _unsaid(key, value)
    return int(value)


def _unsaid(key: str, value: str | None) -> FlowError:
    return FlowError(
        f"metadata tarsier.{key} is {value!r}; only networks from Tarsier's export say what their"
        " codes mean"
    )


def _kind(model: ModelWrapper) -> FrameKind:
    """What the frames of `model` are; of a network that does not say, by its channels."""
    told = model.get_metadata_prop("tarsier.kind")
    if told in set(FrameKind):
        return FrameKind(told)
    known = ", ".join(f"{kind} of {kind.channels}" for kind in FrameKind)
    if told is not None:
        raise FlowError(f"metadata tarsier.kind is {told!r}; kinds of frames are {known} channels")
    shapes = [model.get_tensor_shape(tensor.name) for tensor in model.graph.input]
    for kind in FrameKind:
        if [shape[1:2] for shape in shapes] == [[kind.channels]]:
            return kind
    raise FlowError(
        f"the network takes {shapes}; it must be one frame (1, C, H, W), and kinds of frames are"
        f" {known} channels"
    )
