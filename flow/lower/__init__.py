# SPDX-License-Identifier: MIT
"""The quantized NCHW network to a hardware graph of Tarsier ops on integers."""

from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.general import (
    GiveReadableTensorNames,
    GiveUniqueNodeNames,
    RemoveUnusedTensors,
)
from qonnx.transformation.infer_datatypes import InferDataTypes

from tarsier_fpga.flow.lower.fold_scales import fold_scales
from tarsier_fpga.flow.lower.forks import InsertForks
from tarsier_fpga.flow.lower.frame_rate import round_products
from tarsier_fpga.flow.lower.net import Net, net_of, output_ports, write_net
from tarsier_fpga.flow.lower.read_states import as_next
from tarsier_fpga.flow.lower.translate import translate

__all__ = ["lower"]


def lower(model: ModelWrapper) -> ModelWrapper:
    """The hardware graph of `model`, which `ingest` prepared, at one pixel per cycle.

    Its metadata say what `net_of` reads.

    Raises:
        FlowError: a node fits no kernel where it stands, or what comes out is no frame of integers;
            the sentence names it.
    """
    net = net_of(model)
    hardware, inputs, results = translate(model, net.read)
    ends = {result.tensor for result in results.values()}
    fold_scales(hardware, ends)
    round_products(hardware, ends)
    outputs = output_ports(model, net, results, hardware)
    written = {port.name: results[port.tensor].tensor for port in outputs}
    for state in net.states:
        written[state.written.name] = as_next(hardware, state, results[state.next]).tensor
    graph = hardware.model({port.name: inputs[port.tensor] for port in net.read}, written)
    # Names that were made up on the way go; the last step makes equal networks equal bytes.
    for step in (
        InsertForks(),
        InferDataTypes(),
        RemoveUnusedTensors(),
        GiveUniqueNodeNames(),
        GiveReadableTensorNames(),
    ):
        graph = graph.transform(step)
    return write_net(graph, Net(net.name, net.inputs, outputs, net.states))
